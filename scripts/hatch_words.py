"""Build hook: the wheel carries the compiled catalogs of words; only their sources are in the repository."""

import importlib.util
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CATALOGS = Path(__file__).resolve().parent.parent / "src" / "countersign" / "web" / "catalogs.py"


class CustomBuildHook(BuildHookInterface):
    def initialize(self, version, build_data):  # noqa: ARG002  (the hook's shape)
        """Compile what is newer than its catalog. An editable install compiles at set-up instead."""
        if version == "editable" or not importlib.util.find_spec("babel"):
            return
        spec = importlib.util.spec_from_file_location("catalogs", CATALOGS)
        catalogs = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(catalogs)
        catalogs.compile_all()

"""The link's WSGI application under cProfile: one profile a call, merged, kept in COUNTERSIGN_HOME/run/link.prof."""

from __future__ import annotations

import cProfile
import pstats
import threading
from collections.abc import Iterable
from typing import Any

from countersign.node import wsgi_link
from countersign.node.home import current

_PATH = current().run / "link.prof"
_lock = threading.Lock()
_merged: pstats.Stats | None = None


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Calls are taken one at a time here, which a drain does anyway."""
    global _merged  # noqa: PLW0603  (one application a process)
    with _lock:
        profile = cProfile.Profile()
        try:
            return profile.runcall(wsgi_link.application, environ, start_response)
        finally:
            _merged = _merged.add(profile) if _merged else pstats.Stats(profile)
            _merged.dump_stats(_PATH)

"""The frozen list of what a threat to life relaxes: rule ids in the packs, proved complete by `countersign law prove`.

It is data so that people can be shown it without a solver; a rule that would newly be relaxed fails the proofs until
somebody has put it here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from countersign.law.errors import PolicyInvalid

FILE: Final = "flash.toml"


def load(paths: Iterable[Path]) -> frozenset[str]:
    """The ids in the files that exist. Raises PolicyInvalid for a file that is none."""
    found: set[str] = set()
    for path in (path for path in paths if path.exists()):
        try:
            listed = tomllib.loads(path.read_text("utf-8"))["relaxes"]
        except (tomllib.TOMLDecodeError, KeyError) as error:
            raise PolicyInvalid(f"{path.parent.parent.name}/law/{FILE} is malformed: {error}.") from None
        if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
            raise PolicyInvalid(f"{path.parent.parent.name}/law/{FILE} lists something that is no rule id.")
        found |= set(listed)
    return frozenset(found)

"""Names of nodes, logs and witnesses, as they stand in checkpoints and leaves (CS-PR-01 section 2)."""

from __future__ import annotations

import re
from typing import Final

from countersign.kernel.errors import InvalidInput

_NODE: Final = re.compile(r"^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])$")


def check_node_name(name: str, *, field: str = "node") -> str:
    """A node name looks like a host name: lower-case letters, digits, dots and hyphens, 2 to 63 of them."""
    if not isinstance(name, str) or not _NODE.fullmatch(name) or ".." in name:
        raise InvalidInput(
            "not a node name.", field=field, remedy="Use 2 to 63 of a-z, 0-9, dot and hyphen, like ca.example."
        )
    return name


def exchange_origin(node: str, peer: str, generation: int = 1) -> str:
    """The origin of the log in which `node` writes what it says to `peer`."""
    return f"{node}/x/{peer}/{generation}"


def decisions_origin(node: str) -> str:
    """The origin of the log that never leaves the node."""
    return f"{node}/d"


def witness_name(node: str) -> str:
    """The key name under which `node` cosigns others' checkpoints."""
    return f"{node}/w"

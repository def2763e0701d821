"""What a draft need not say: filled in from the pack, never changed where it was given."""

from __future__ import annotations

from typing import Any

from countersign.charter.packs import StatePack


def prefilled(own: StatePack, content: Any) -> Any:
    """With the state's default marking where none is given."""
    if not isinstance(content, dict) or content.get("kind") == "note.test" or "marking" in content:
        return content
    return content | {"marking": {"level": own.default_marking}}

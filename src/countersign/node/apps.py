"""Django application of the node: registers the system checks, and who assembles the house for the shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from countersign.web.premises import Premises


class NodeConfig(AppConfig):
    name = "countersign.node"
    label = "node"

    def ready(self) -> None:
        from countersign.node import checks
        from countersign.web import premises

        checks.register_all()
        premises.register(_premises)


def _premises() -> Premises:
    """The house of this home; assembled at the first request."""
    from countersign.node.home import current
    from countersign.node.house import premises_of

    return premises_of(current())

"""Django application of the node: registers the system checks."""

from django.apps import AppConfig


class NodeConfig(AppConfig):
    name = "countersign.node"
    label = "node"

    def ready(self) -> None:
        from countersign.node import checks

        checks.register_all()

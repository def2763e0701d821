"""Django application of oversight; it registers the protection check with the gate."""

from django.apps import AppConfig


class OversightConfig(AppConfig):
    name = "countersign.oversight"
    label = "oversight"
    default_auto_field = "django.db.models.BigAutoField"

"""Django application of the precursors stream."""

from django.apps import AppConfig


class PrecursorsConfig(AppConfig):
    name = "countersign.streams.precursors"
    label = "precursors"
    default_auto_field = "django.db.models.BigAutoField"

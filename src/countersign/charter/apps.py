"""Django application of the charter."""

from django.apps import AppConfig


class CharterConfig(AppConfig):
    name = "countersign.charter"
    label = "charter"
    default_auto_field = "django.db.models.BigAutoField"

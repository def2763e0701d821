"""Django application of the link."""

from django.apps import AppConfig


class LinkConfig(AppConfig):
    name = "countersign.link"
    label = "link"
    default_auto_field = "django.db.models.BigAutoField"

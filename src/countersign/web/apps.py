"""Django application of the shell."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "countersign.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from countersign.web import second_factor

        second_factor.connect()

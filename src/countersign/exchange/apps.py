"""Django application of the exchange."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "countersign.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"

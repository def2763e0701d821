"""Django application of the ledger's storage."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "countersign.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

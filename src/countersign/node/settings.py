"""Django settings of a node, all from its home folder and the table in `env`."""

from __future__ import annotations

import secrets
from typing import Any

from countersign.kernel.files import write_durably
from countersign.node import env
from countersign.node.home import current

HOME = current()


def _secret_key() -> str:
    path = HOME.keys / "django-secret.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(path, secrets.token_hex(32).encode())
    return path.read_text("ascii")


def _database() -> dict[str, Any]:
    if HOME.database:
        return {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 60, **HOME.database}
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HOME.sqlite,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA secure_delete=ON;",
        },
    }


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", ".localhost", HOME.host]
INSTALLED_APPS = [
    "countersign.ledger.apps.LedgerConfig",
    "countersign.charter.apps.CharterConfig",
    "countersign.link.apps.LinkConfig",
    "countersign.exchange.apps.ExchangeConfig",
    "countersign.oversight.apps.OversightConfig",
    "countersign.node.apps.NodeConfig",
]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "countersign.node.urls"
DATABASES = {"default": _database()}
USE_TZ = True
TIME_ZONE = "UTC"
LOGGING_CONFIG = None
COUNTERSIGN_FAULT_TESTS = env.flag("COUNTERSIGN_FAULT_TESTS")

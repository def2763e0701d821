"""Django settings of a node, all from its home folder and the table in `env`."""

from __future__ import annotations

import secrets
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from countersign import web
from countersign.charter import packs
from countersign.exchange import streams
from countersign.kernel.errors import Unavailable
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


def _directory_app(table: dict[str, str]) -> dict[str, Any]:
    """The directory as django-allauth knows it; the client's secret lies in the key folder."""
    path = HOME.keys / "directory.secret"
    try:
        secret = path.read_text("utf-8").strip()
    except OSError as error:
        raise Unavailable(
            f"the secret for the directory cannot be read ({error.strerror}).",
            field="directory",
            remedy=f"Put it into {path}, readable by the node alone.",
        ) from None
    return {
        "provider_id": "directory",
        "name": table["name"],
        "client_id": table["client_id"],
        "secret": secret,
        "settings": {"server_url": table["server"]},
    }


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


SECRET_KEY = _secret_key()
DIRECTORY: dict[str, str] = {}
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", ".localhost", HOME.host]
LOOPBACK = HOME.host in ("localhost", "127.0.0.1", "::1") or HOME.host.endswith(".localhost")
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "countersign.web.apps.WebConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "countersign.ledger.apps.LedgerConfig",
    "countersign.charter.apps.CharterConfig",
    "countersign.link.apps.LinkConfig",
    "countersign.exchange.apps.ExchangeConfig",
    "countersign.oversight.apps.OversightConfig",
    "countersign.node.apps.NodeConfig",
    *(stream.app for stream in streams.installed()),
]
MIDDLEWARE = [
    "countersign.web.api.envelope.ApiEnvelope",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "countersign.web.language.NothingKept",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "countersign.web.language.PreferredLanguage",
    "countersign.web.second_factor.SecondFactorRequired",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "countersign.web.context.page",
            ]
        },
    }
]
ROOT_URLCONF = "countersign.node.urls"
DATABASES = {"default": _database()}
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "French"), ("hi", "Hindi"), ("pa", "Punjabi")]
LOCALE_PATHS = [Path(web.__path__[0]) / "locale"]
LANGUAGE_COOKIE_NAME = "language"
NODE_NAME, NODE_STATE, DEMONSTRATION = HOME.node, HOME.state, HOME.demonstration
NODE_THEME = HOME.theme or packs.state(HOME.state).theme
LOGGING_CONFIG = None
APPEND_SLASH = False
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

# Sign-in (django-allauth): accounts are made on the command line; a password alone opens only the set-up of a second factor.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 30 * 60
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "countersign.web.accounts.AccountAdapter"
ACCOUNT_FORMS = {"login": "countersign.web.forms.login.LoginForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
MFA_ADAPTER = "countersign.web.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TRUST_ENABLED = False
MFA_TOTP_ISSUER = f"Countersign {HOME.node}"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOOPBACK

SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not LOOPBACK
SESSION_COOKIE_SAMESITE = "Lax" if HOME.directory else "Strict"  # the way back from a directory comes from elsewhere
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "countersign.web.views.forbidden"
SECURE_PROXY_SSL_HEADER = None if LOOPBACK else ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY: dict[str, dict[str, list[str]]] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
USERSESSIONS_TRACK_ACTIVITY = False
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
if HOME.directory:
    # The authority's own directory says who signs in (OpenID Connect); the officer's account and second factor stay the node's.
    if not (find_spec("jwt") and find_spec("requests")):
        raise Unavailable("sign-in by a directory needs more packages.", remedy="Install countersign-node[directory].")
    DIRECTORY = HOME.directory
    INSTALLED_APPS += ["allauth.socialaccount", "allauth.socialaccount.providers.openid_connect"]
    SOCIALACCOUNT_ADAPTER = "countersign.web.directory.DirectoryAdapter"
    SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [_directory_app(HOME.directory)]}}
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(_origin(HOME.directory["server"]))

COUNTERSIGN_FAULT_TESTS = env.flag("COUNTERSIGN_FAULT_TESTS")

"""Every setting, read once from the environment. `.env.example` lists the variables; the defaults run."""

from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
from csp.constants import SELF, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured

from alphagex.logs import logging_settings
from alphagex.secret import development_secret_key

# Lets ModelAdmin[...] and friends carry their types at run time.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").exists():
    environ.Env.read_env(BASE_DIR / ".env")

ENVIRONMENT: str = env("ENVIRONMENT", default="development")
if ENVIRONMENT not in {"development", "test", "production"}:
    raise ImproperlyConfigured(f"ENVIRONMENT must be development, test or production, was {ENVIRONMENT!r}.")
PRODUCTION = ENVIRONMENT == "production"
DEBUG: bool = env.bool("DEBUG", default=False)
DATA_DIR = Path(env("ALPHAGEX_DATA_DIR", default=str(BASE_DIR / ".alphagex")))

SECRET_KEY: str = env("SECRET_KEY", default="")
if not SECRET_KEY and PRODUCTION:
    raise ImproperlyConfigured("SECRET_KEY is missing. Set it to 50 or more random characters; never share it.")
SECRET_KEY = SECRET_KEY or development_secret_key(DATA_DIR)
# Keys of before: what they signed and sealed is still read.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])

ALLOWED_ORIGINS: list[str] = env.list("ALLOWED_ORIGINS", default=[])
if PRODUCTION and not ALLOWED_ORIGINS:
    raise ImproperlyConfigured("ALLOWED_ORIGINS is missing. Set it to your address, such as https://desk.example.com")
ALLOWED_HOSTS: list[str] = [origin.split("://")[-1].split(":")[0] for origin in ALLOWED_ORIGINS] + [
    "localhost",
    "127.0.0.1",
    "[::1]",
    *(["testserver"] if ENVIRONMENT == "test" else []),
]
CSRF_TRUSTED_ORIGINS = [origin for origin in ALLOWED_ORIGINS if "://" in origin]

INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "servestatic",
    "django.contrib.staticfiles",
    "axes",
    "channels",
    "csp",
    "django_celery_beat",
    "django_htmx",
    "apps.accounts",
    "apps.security",
    "apps.api",
    "apps.market",
    "apps.ideas",
    "apps.ledger",
    "apps.gex",
    "apps.gamma",
    "apps.positions",
    "apps.journal",
    "apps.autotrader",
    "apps.paper",
    "apps.scanner",
    "apps.alerts",
    "apps.copilot",
    "apps.sizing",
    "apps.legacy_import",
    "apps.dashboard",
    "apps.operations",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # Outermost of ours, so that whatever fails within is told to programs in their own form.
    "apps.api.middleware.ApiMiddleware",
    "alphagex.middleware.RequestLogMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "apps.security.middleware.NoNulMiddleware",
    "apps.security.middleware.LastSeenMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "alphagex.urls"
ASGI_APPLICATION = "alphagex.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"lucide": "alphagex.icons"},
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "alphagex.frame.frame",
            ],
        },
    }
]

# A lost database must be an error page in seconds, not a page that hangs.
DATABASES = {"default": env.db_url("DATABASE_URL", default="postgres://alphagex@127.0.0.1:5432/alphagex")}
DATABASES["default"]["CONN_MAX_AGE"] = 600
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["OPTIONS"] = {"connect_timeout": 3, **DATABASES["default"].get("OPTIONS", {})}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL: str = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "alphagex",
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 5},
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_connect_timeout": 3,
    "socket_timeout": 10,
    "max_retries": 3,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "America/New_York"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
DJANGO_CELERY_BEAT_TZ_AWARE = True

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "apps.security.password_rules.EndsOtherSessions"},
]
if ENVIRONMENT == "test":
    # A slow hash is the point of a password hash, and the bulk of a test's time.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "login:page"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login:page"
AXES_FAILURE_LIMIT: int = env.int("ALPHAGEX_LOGIN_ATTEMPTS", default=5)
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "apps.security.devices.client_address"
# How many proxies of ours stand before the desk, each of which names its client in X-Forwarded-For.
TRUSTED_PROXIES: int = env.int("ALPHAGEX_PROXIES", default=0)

SESSION_ENGINE = "apps.security.session_store"
SESSION_COOKIE_AGE = 14 * 86_400
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION and env.bool("ALPHAGEX_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "style-src-elem": [SELF],
        # Charts position their text by style attributes; an attribute cannot load or run anything.
        "style-src-attr": [UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "America/New_York"
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env("ALPHAGEX_STATIC_ROOT", default=str(BASE_DIR / ".alphagex" / "static")))
# What people upload; served to its owner by views, never as files.
MEDIA_ROOT = Path(env("ALPHAGEX_MEDIA_ROOT", default=str(DATA_DIR / "media")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "alphagex.static_finders.NpmFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "alphagex.static_storage.SmallStaticFilesStorage"},
}

LOGGING = logging_settings(level=env("LOG_LEVEL", default="INFO"), as_json=env.bool("LOG_JSON", default=PRODUCTION))
LOGGING_CONFIG = "alphagex.logs.configure"

# The market.
DATA_SOURCE: str = env("ALPHAGEX_DATA_SOURCE", default="auto")
WATCHLIST: list[str] = env.list("ALPHAGEX_WATCHLIST", default=["SPX", "SPY", "QQQ", "IWM"])
QUICK_SYMBOLS = ["SPY", "QQQ", "SPX", "IWM"]
POLL_SECONDS: int = env.int("ALPHAGEX_POLL_SECONDS", default=30)
POLL_SECONDS_CLOSED: int = env.int("ALPHAGEX_POLL_SECONDS_CLOSED", default=300)
SIMULATED_SEED: int = env.int("ALPHAGEX_SIMULATED_SEED", default=42)
REPLAY_PATH: str = env("ALPHAGEX_REPLAY_PATH", default="")
REPLAY_SPEED: float = env.float("ALPHAGEX_REPLAY_SPEED", default=1.0)
TRADING_VOLATILITY_API_KEY: str = env("TRADING_VOLATILITY_API_KEY", default=env("TV_USERNAME", default=""))
FRED_API_KEY: str = env("FRED_API_KEY", default="")
# Other addresses of the services: a proxy, or `manage.py fake_upstream`.
TRADING_VOLATILITY_URL: str = env("ALPHAGEX_TRADING_VOLATILITY_URL", default="https://stocks.tradingvolatility.net/api")
CBOE_URL: str = env("ALPHAGEX_CBOE_URL", default="https://cdn.cboe.com/api/global/delayed_quotes/options")
YAHOO_URL: str = env("ALPHAGEX_YAHOO_URL", default="")
FRED_URL: str = env("ALPHAGEX_FRED_URL", default="https://api.stlouisfed.org")
# Seconds between two requests to a service, for all processes and machines together; pauses let a burst follow.
SECONDS_PER_REQUEST: dict[str, float] = {"tradingvolatility": 20.0, "cboe": 1.0, "yahoo": 0.5, "fred": 0.5} | env.dict(
    "ALPHAGEX_SECONDS_PER_REQUEST", cast={"value": float}, default={}
)
REQUEST_BURST: dict[str, int] = {"tradingvolatility": 1, "cboe": 5, "yahoo": 10, "fred": 10}
SOURCE_TIMEOUT_SECONDS: float = env.float("ALPHAGEX_SOURCE_TIMEOUT_SECONDS", default=15.0)
# Claude, asked by the auto trader whether to hold or to close, and by the copilot; without a key the rules answer.
CLAUDE_API_KEY: str = env("CLAUDE_API_KEY", default="")
CLAUDE_URL: str = env("ALPHAGEX_CLAUDE_URL", default="https://api.anthropic.com")
CLAUDE_MODEL: str = env("ALPHAGEX_CLAUDE_MODEL", default="claude-sonnet-5-5")
# The auto trader's engine asks at a temperature and with room for 150 tokens; newer models refuse the one, and think
# the other away.
CLAUDE_ADVISER_MODEL: str = env("ALPHAGEX_CLAUDE_ADVISER_MODEL", default="claude-sonnet-4-6")
CLAUDE_TIMEOUT_SECONDS: float = env.float("ALPHAGEX_CLAUDE_TIMEOUT_SECONDS", default=20.0)
# Mail of alerts; without a host none leaves the desk.
EMAIL_HOST: str = env("EMAIL_HOST", default="")
EMAIL_PORT: int = env.int("EMAIL_PORT", default=587)
EMAIL_HOST_USER: str = env("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD: str = env("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS: bool = env.bool("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
# Requests of the API a minute, by user, for all processes together.
API_READS_A_MINUTE: int = env.int("ALPHAGEX_API_READS_A_MINUTE", default=120)
API_WRITES_A_MINUTE: int = env.int("ALPHAGEX_API_WRITES_A_MINUTE", default=30)
# Whether alert channels may reach the network the desk stands in, not the public internet alone.
LOCAL_CHANNELS: bool = env.bool("ALPHAGEX_LOCAL_CHANNELS", default=False)
DEFAULT_FROM_EMAIL: str = env("DEFAULT_FROM_EMAIL", default="AlphaGEX <alphagex@localhost>")
RATE: float = env.float("ALPHAGEX_RATE", default=0.0)
DIVIDEND_YIELD: float = env.float("ALPHAGEX_DIVIDEND_YIELD", default=0.0)

# The one visible place where features hear of a new snapshot: tasks that take its id.
SNAPSHOT_TASKS = [
    "gex.publish_panels",
    "dashboard.publish_row",
    "alerts.evaluate",
    "ledger.mark",
    "autotrader.manage",
    "paper.manage",
]
# And of new marks of a symbol's positions: tasks that take the symbol.
MARKED_TASKS = ["positions.publish", "alerts.evaluate_positions"]
# And of a new answer to a question: tasks that take its kind, symbol and detail.
FACT_TASKS: list[str] = []
# What a socket may subscribe to: the market's own messages, and the panels of each feature.
LIVE_TOPICS = ["market", "gex", "dashboard"]

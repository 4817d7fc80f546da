"""All settings, read from the environment; .env.example lists every variable in the same order."""

from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import broker, env, logs
from config.schedule import SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))

# --- How this process runs -------------------------------------------------------------------------
DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO")
TRYING_OUT = DEBUG or DEMO
HOST = env.text("HOST", "127.0.0.1")
PORT = env.number("PORT", 8000)

_debugging = "only-for-debugging-" * 3 if DEBUG else ""
SECRET_KEY = env.secret("SECRET_KEY", weak=TRYING_OUT) or _debugging
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set. Set it, or set DEBUG=1 to try things out.")
# A key that still opens links has to be as strong as the one that makes them.
SECRET_KEY_FALLBACKS = env.secrets("SECRET_KEY_FALLBACKS", weak=TRYING_OUT)
# Signatures are unique by a keyed hash of the address, which must outlive a change of SECRET_KEY: unless it has
# a key of its own, it stays with the oldest key that is still listed.
ADDRESS_KEY = env.secret("ADDRESS_KEY", weak=True) or [SECRET_KEY, *SECRET_KEY_FALLBACKS][-1]

_local = f"http://{'127.0.0.1' if HOST in {'0.0.0.0', '::'} else HOST}:{PORT}"
SITE_URL = env.web_address("SITE_URL", _local if TRYING_OUT else "")
if not SITE_URL:
    raise ImproperlyConfigured("SITE_URL is not set. It is the public address that stands in every mail.")
SECURE, _here = SITE_URL.startswith("https://"), env.is_this_machine(SITE_URL)
if DEBUG and SECURE and not _here:
    raise ImproperlyConfigured("DEBUG shows everyone the inside of the program; it cannot be on for a public SITE_URL.")
if not (SECURE or _here or TRYING_OUT):
    raise ImproperlyConfigured("SITE_URL must begin with https://; else anyone on the way reads the links in mails.")
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS") or [str(urlsplit(SITE_URL).hostname)]
if TRYING_OUT and not env.names("ALLOWED_HOSTS"):
    ALLOWED_HOSTS = ["*"] if HOST in {"0.0.0.0", "::"} else [HOST, "localhost", "127.0.0.1", "[::1]"]
elif "*" in ALLOWED_HOSTS and not TRYING_OUT:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts; * would let anyone choose them.")
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)
LIMIT_FACTOR = env.number("LIMIT_FACTOR", 1)

# --- Data, mail and tasks --------------------------------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'undersigned.sqlite3'}")
DATABASES = {
    "default": env.parsed(
        "DATABASE_URL",
        lambda url: dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True),
        DATABASE_URL,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    # IMMEDIATE takes the write lock at BEGIN, so that writers wait in line instead of failing half way.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        # What is deleted is overwritten with zeros, so that it is not left in free pages of the file.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
        "PRAGMA secure_delete=ON;",
    }
else:
    DATABASES["default"]["ENGINE"] = "config.postgresql"  # Django's own, with limits
DATABASE_REPLICA_URL = env.text("DATABASE_REPLICA_URL")
if DATABASE_REPLICA_URL:
    if DATABASES["default"]["ENGINE"] != "config.postgresql":
        raise ImproperlyConfigured("DATABASE_REPLICA_URL is a standby of PostgreSQL; DATABASE_URL is not set to one.")
    DATABASES["replica"] = {
        **DATABASES["default"],
        **env.parsed("DATABASE_REPLICA_URL", dj_database_url.parse, DATABASE_REPLICA_URL),
        "ENGINE": "config.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"MIRROR": "default"},
    }
    DATABASE_ROUTERS = ["petition.replica.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL")
# Tries to log in are counted in the database: no page needs Redis, and none waits for it.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "petition_kept",
        "KEY_FUNCTION": "config.tries.hashed",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # How often a program asks is counted by each process for itself: reading must write nothing.
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}},
}

vars().update(env.mail_server("EMAIL_URL", f"file://{VAR_DIR / 'mail'}" if TRYING_OUT else "smtp://localhost:25"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text(
    "MAIL_FROM", f"Undersigned <letters@{urlsplit(SITE_URL).hostname if not TRYING_OUT else 'example.org'}>"
)
# Where mail that comes back goes, and where it can be read.
BOUNCE_ADDRESS = env.bounce_address("BOUNCE_ADDRESS")
BOUNCE_MAILBOX = env.mailbox("BOUNCE_MAILBOX")
if BOUNCE_MAILBOX and not BOUNCE_ADDRESS:
    raise ImproperlyConfigured("BOUNCE_MAILBOX needs BOUNCE_ADDRESS: without it no mail that comes back can be told.")

# Whoever asks for /metrics has to know this; unset, there is no such page.
METRICS_TOKEN = env.text("METRICS_TOKEN")

# Where delivered bundles lie: no web server looks here, and web and worker must see the same folder.
DELIVERY_DIR = VAR_DIR / "deliveries"
FONT_DIR = env.text("FONT_DIR", "/usr/share/fonts")

vars().update(broker.celery(REDIS_URL, SCHEDULE))

# --- What it asks of other servers -----------------------------------------------------------------
DNS_SERVER = env.endpoint("DNS_SERVER", 53)  # unset: the servers of this machine
FETCH_PORTS = env.numbers("FETCH_PORTS", [80, 443])
FETCH_ALLOW = env.loopback("FETCH_ALLOW")
if FETCH_ALLOW and not TRYING_OUT:
    raise ImproperlyConfigured("FETCH_ALLOW opens this machine to what signers type; it is for DEBUG and DEMO only.")

# --- The application -------------------------------------------------------------------------------
INSTALLED_APPS = [
    "petition",
    "signatories",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "corsheaders",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.github",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE = [
    "config.logs.requests",
    "config.middleware.headers",
    "config.languages.speaks",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.see_other",
    "corsheaders.middleware.CorsMiddleware",
    "config.api.problems",
    "config.middleware.Policy",
    "config.middleware.limit_body",
    "config.limiting.doors",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.failures.Failures",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "config.forms.Renderer"

LANGUAGE_CODE, TIME_ZONE, USE_I18N, USE_TZ = "en", "UTC", True, True
# The languages of the pages, each named in itself; a letter may be written in many more.
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH, USE_THOUSAND_SEPARATOR = "config.formats", True

STATIC_URL, STATIC_ROOT, STATICFILES_DIRS = "/static/", VAR_DIR / "static", [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = TRYING_OUT
if TRYING_OUT:  # whitenoise warns of a folder that is not there
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # nothing is uploaded into storage
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TRYING_OUT
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Accounts of the team --------------------------------------------------------------------------
AUTH_USER_MODEL = "petition.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
TEAM_MFA_REQUIRED = env.flag("TEAM_MFA_REQUIRED", not TRYING_OUT)
LOGIN_URL, LOGIN_REDIRECT_URL = "account_login", "petition:desk"
ACCOUNT_LOGOUT_REDIRECT_URL = "petition:index"
ACCOUNT_ADAPTER = "config.accounts.TeamAccounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600  # seconds; some mail servers make a new sender wait
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of a new password, address or second factor
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before an address is added or taken away; how lately: config/accounts.py
ACCOUNT_FORMS = {"request_login_code": "config.devices.RequestCode"}
# Wrong passwords count for the account and for the network; see config/devices.py for who stays let in.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/m/ip,5/5m/key",
    "request_login_code": "20/m/ip,3/m/key,12/h/key",
    "reset_password": "20/m/ip,3/m/key,6/h/key",
}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(SITE_URL).scheme
ACCOUNT_SESSION_REMEMBER = True
SESSION_COOKIE_AGE = 7 * 24 * 3600  # seconds; what gives something away asks sooner, see petition/access.py
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Undersigned"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = TRYING_OUT
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

# --- Log-ins elsewhere, as evidence for a signature ------------------------------------------------
ORCID_URL = env.web_address("ORCID_URL", "https://orcid.org", with_path=True)
ORCID_API_URL = env.web_address("ORCID_API_URL", "https://pub.orcid.org/v3.0", with_path=True)
ORCID_CLIENT = env.credentials("ORCID_CLIENT")
GITHUB_URL = env.web_address("GITHUB_URL", "https://github.com")
GITHUB_CLIENT = env.credentials("GITHUB_CLIENT")
OIDC_PROVIDERS = env.providers("OIDC_PROVIDERS")
if ORCID_CLIENT:
    OIDC_PROVIDERS.append({**ORCID_CLIENT, "id": "orcid", "name": "ORCID", "url": ORCID_URL, "scope": ["openid"]})
SOCIALACCOUNT_ADAPTER = "config.accounts.SignersLinks"
SOCIALACCOUNT_PROVIDERS = {
    "github": {
        "OAUTH_PKCE_ENABLED": True,
        # Anywhere else it is GitHub Enterprise, whose API lives beside its pages.
        **({} if GITHUB_URL == "https://github.com" else {"GITHUB_URL": GITHUB_URL}),
        "APPS": [{"provider_id": "github", "name": "GitHub", **GITHUB_CLIENT}] if GITHUB_CLIENT else [],
    },
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": provider["id"],
                "name": provider["name"],
                "client_id": provider["client_id"],
                "secret": provider["secret"],
                "settings": {"server_url": provider["url"], "scope": provider.get("scope", ["openid", "profile"])},
            }
            for provider in OIDC_PROVIDERS
        ],
    },
}
SOCIALACCOUNT_QUERY_EMAIL = SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5  # seconds

# --- Safety ----------------------------------------------------------------------------------------
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
CSRF_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "config.notes.Notes"
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Any site may read the public API, without cookies; nothing else is open to other sites.
CORS_ALLOW_ALL_ORIGINS, CORS_URLS_REGEX = True, r"^/api/v1/(?!team(/|$))"
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS"]
CORS_ALLOW_HEADERS, CORS_EXPOSE_HEADERS = ["Accept", "If-None-Match"], ["ETag", "Retry-After"]
MAX_BODY = 1024 * 1024  # bytes of a request; the longest letter fits, in any script
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

LOGGING = logs.settings(env.text("LOG_LEVEL", "INFO").upper(), readable=TRYING_OUT)

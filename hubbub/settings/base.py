"""Django's settings. What a user may set is in `environment.py`; this file only arranges it."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import django_stubs_ext

from hubbub.settings.database import current_process, database_of
from hubbub.settings.environment import environment
from hubbub.settings.stores import file_store

django_stubs_ext.monkeypatch()

ENV = environment()
PROCESS = current_process()

SECRET_KEY = ENV.secret_key.get_secret_value()
DEBUG = False
ALLOWED_HOSTS = [*ENV.allowed_hosts, urlsplit(ENV.base_url).hostname or "localhost", "localhost", "127.0.0.1"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "ninja",
    "procrastinate.contrib.django",
    "hubbub.organizations",
    "hubbub.channels",
    "hubbub.contacts",
    "hubbub.conversations",
    "hubbub.inbound",
    "hubbub.outbound",
    "hubbub.flows",
    "hubbub.desk",
    "hubbub.automation",
    "hubbub.realtime",
    "hubbub.api",
    "facebook_integration",
]
MIDDLEWARE = [
    "hubbub.api.headers.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hubbub.api.scope.OrganizationScopeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "hubbub.api.urls"
WSGI_APPLICATION = "hubbub.api.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {"default": database_of(PROCESS)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "organizations.User"
LOGIN_URL = "/sign-in"
CSRF_FAILURE_VIEW = "hubbub.api.sign_in.form_too_old"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("th", "ไทย"), ("ja", "日本語"), ("de", "Deutsch"), ("ar", "العربية")]
LANGUAGE_COOKIE_NAME = "hubbub_language"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = ENV.data_dir / "static"
DATA_UPLOAD_MAX_MEMORY_SIZE = 30 * 1024 * 1024
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [ENV.base_url]
STORAGES = {
    "default": file_store(ENV.media_s3_bucket, ENV.media_dir),
    "archive": file_store(ENV.archive_s3_bucket, ENV.archive_dir),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": ENV.redis_url.get_secret_value()}
        if ENV.redis_url
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}
MAIL = urlsplit(ENV.smtp_url.get_secret_value() if ENV.smtp_url else "")
EMAIL_HOST, EMAIL_PORT = MAIL.hostname or "localhost", MAIL.port or (465 if MAIL.scheme == "smtps" else 587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(MAIL.username or ""), unquote(MAIL.password or "")
EMAIL_USE_SSL, EMAIL_USE_TLS = MAIL.scheme == "smtps", MAIL.scheme == "smtp" and bool(MAIL.password)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = ENV.mail_from
LOGGING_CONFIG = None

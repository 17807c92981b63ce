"""Every setting, typed and read once: from the environment, else `.env`, else what development made up for itself.

No Django here: the edge reads it too. `NAME_FILE` in the environment gives any setting from a file, as Docker and
Kubernetes secrets want it. `.env.example` is written from these fields by `hubbub.settings.example`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from hubbub.kit.envelope import Envelope, KeyRing
from hubbub.kit.errors import ConfigurationError
from hubbub.settings.fields import NO_SECRET, ROOT, AbsolutePath, Keys, MailUrl, Names, WebUrl, setting
from hubbub.settings.sources import REQUIRED_SECRETS, GeneratedSecrets, NamedFiles

SHORTEST_SECRET = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformUrls:
    """The base URLs of the platforms' APIs, without a slash at the end."""

    graph: str
    instagram_graph: str
    line: str
    line_data: str

    @property
    def origins(self) -> frozenset[str]:
        """Their exact origins, for the HTTP client's list of exempt ones."""
        urls = map(urlsplit, (self.graph, self.instagram_graph, self.line, self.line_data))
        return frozenset(f"{url.scheme}://{url.netloc}" for url in urls)


def _own_hosts(data: Mapping[str, Any]) -> tuple[str, ...]:
    host = urlsplit(data.get("base_url", "")).hostname
    return tuple(dict.fromkeys(("localhost", "127.0.0.1", "[::1]", *([host] if host else []))))


class Environment(BaseSettings):
    """The settings. An attribute is the variable's name in lower case, without `HUBBUB_`."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", case_sensitive=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    # Where it runs
    mode: Literal["development", "test", "production"] = setting(
        "HUBBUB_ENV", "development, test or production. Production makes up no secrets.", "development"
    )
    port: int = setting("PORT", "The one port that webhooks and the web app share.", 8000, ge=1, le=65535)
    base_url: WebUrl = setting(
        "BASE_URL",
        "The URL under which browsers and platforms reach Hubbub.",
        lambda data: f"http://127.0.0.1:{data.get('port', 8000)}",
        shown="http://127.0.0.1:$PORT",
    )
    allowed_hosts: Names = setting(
        "HUBBUB_ALLOWED_HOSTS",
        "Host names that the web app answers to, separated by commas.",
        _own_hosts,
        shown="localhost,127.0.0.1,[::1],<the host of BASE_URL>",
    )
    data_dir: AbsolutePath = setting(
        "HUBBUB_DATA_DIR", "Where the embedded database, media and generated secrets live.", Path("var"), shown="var"
    )
    organization: str | None = setting(
        "HUBBUB_ORGANIZATION", "The organization that commands work for when --organization is not given."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = setting(
        "HUBBUB_LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR.", "INFO"
    )
    log_json: bool = setting(
        "HUBBUB_LOG_JSON",
        "Log one JSON object a line instead of text.",
        lambda data: data.get("mode") == "production",
        shown="true in production, else false",
    )

    # What it stores in
    database_url: SecretStr | None = setting(
        "DATABASE_URL",
        "postgresql://USER:PASSWORD@HOST/NAME (16 or newer). Without it the embedded PostgreSQL is used.",
    )
    database_direct_url: SecretStr | None = setting(
        "DATABASE_DIRECT_URL",
        "The same database without a transaction pooler in between, for LISTEN and migrations. Unset: DATABASE_URL.",
    )
    edge_database_url: SecretStr | None = setting(
        "HUBBUB_EDGE_DATABASE_URL",
        "The URL that `python -m hubbub.edge` connects with, as the role hubbub_edge. `make run` sets it by itself.",
    )
    database_role_prefix: str = setting(
        "HUBBUB_DATABASE_ROLE_PREFIX",
        "The beginning of the names of the database roles that Hubbub makes, one a process.",
        "hubbub",
        pattern=r"^[a-z][a-z0-9_]{0,30}$",
    )
    smtp_url: MailUrl | None = setting(
        "HUBBUB_SMTP_URL",
        "smtp://USER:PASSWORD@HOST:587, or smtps:// for TLS from the first byte. Unset: no e-mail is sent.",
    )
    mail_from: str = setting("HUBBUB_MAIL_FROM", "Who e-mails come from.", "hubbub@localhost")
    redis_url: SecretStr | None = setting("REDIS_URL", "redis://… for a shared cache and an outer lock. Optional.")

    # Secrets
    secret_key: SecretStr = setting(
        "SECRET_KEY", "Django's secret: signs sessions. At least 32 random characters.", NO_SECRET
    )
    encryption_keys: Keys = setting(
        "HUBBUB_ENCRYPTION_KEYS",
        "Keys for stored tokens: ID:BASE64 of 32 bytes, separated by commas, the active one first.",
        NO_SECRET,
    )
    index_key: SecretStr = setting(
        "HUBBUB_INDEX_KEY",
        "The secret behind searchable digests of encrypted values. At least 32 random characters; never change it.",
        NO_SECRET,
    )

    # Platforms
    facebook_app_id: str | None = setting("FACEBOOK_APP_ID", "The Meta app's id, for connecting Pages in a browser.")
    facebook_app_secret: SecretStr = setting(
        "FACEBOOK_APP_SECRET",
        "The Meta app's secret: verifies webhooks, proves calls. Two, separated by a comma, while rotating.",
        NO_SECRET,
    )
    facebook_webhook_verify_token: SecretStr = setting(
        "FACEBOOK_WEBHOOK_VERIFY_TOKEN", "What Meta sends back when it verifies the webhook's address.", NO_SECRET
    )
    facebook_graph_api_version: str = setting(
        "FACEBOOK_GRAPH_API_VERSION", "The Graph API version that is called.", "v26.0", pattern=r"^v\d{1,3}\.\d$"
    )
    facebook_max_message_retry: int = setting(
        "FACEBOOK_MAX_MESSAGE_RETRY", "How often a send that certainly failed is tried again.", 3, ge=0, le=20
    )
    facebook_rate_limit_per_hour: int | None = setting(
        "FACEBOOK_RATE_LIMIT_PER_HOUR", "A cap of your own on sends per Page and hour. Unset: only Meta's limits.", ge=1
    )
    instagram_app_secret: SecretStr | None = setting(
        "INSTAGRAM_APP_SECRET", "The secret of an app with Instagram login. Unset: FACEBOOK_APP_SECRET."
    )
    whatsapp_app_secret: SecretStr | None = setting(
        "WHATSAPP_APP_SECRET", "The secret of a separate WhatsApp app. Unset: FACEBOOK_APP_SECRET."
    )
    accept_sha1: bool = setting(
        "HUBBUB_ACCEPT_SHA1", "Also accept Meta's old SHA-1 webhook signatures. Leave it off.", default=False
    )
    graph_base_url: WebUrl = setting(
        "HUBBUB_GRAPH_BASE_URL", "Where Meta's Graph API is; the sandbox sets its own.", "https://graph.facebook.com"
    )
    instagram_graph_base_url: WebUrl = setting(
        "HUBBUB_INSTAGRAM_GRAPH_BASE_URL", "Where Instagram's Graph API is.", "https://graph.instagram.com"
    )
    line_base_url: WebUrl = setting("HUBBUB_LINE_BASE_URL", "Where LINE's API is.", "https://api.line.me")
    line_data_base_url: WebUrl = setting(
        "HUBBUB_LINE_DATA_BASE_URL", "Where LINE's content API is.", "https://api-data.line.me"
    )
    private_hosts: Names = setting(
        "HUBBUB_PRIVATE_HOSTS",
        "Hosts on private addresses that Hubbub may call all the same, separated by commas.",
        (),
        shown="",
    )
    sandbox: bool = setting(
        "HUBBUB_SANDBOX", "Start the fake platforms beside Hubbub, for trying it without any account.", default=False
    )

    # Webhooks and conversations
    spool_dir: AbsolutePath | None = setting(
        "HUBBUB_SPOOL_DIR",
        "A directory that survives restarts, for webhooks that arrive while the database is away. Unset: they get 503.",
    )
    edge_queue_depth: int = setting(
        "HUBBUB_EDGE_QUEUE_DEPTH",
        "How many webhooks may wait to be stored; beyond that they get 503 and come again.",
        5000,
        ge=1,
    )
    webhook_warn_per_minute: int = setting(
        "HUBBUB_WEBHOOK_WARN_PER_MINUTE", "Deliveries per channel and minute above which to warn.", 1000, ge=1
    )
    webhook_warn_per_hour: int = setting(
        "HUBBUB_WEBHOOK_WARN_PER_HOUR", "Deliveries per channel and hour above which to warn.", 10_000, ge=1
    )
    channel_sync_minutes: int = setting(
        "HUBBUB_CHANNEL_SYNC_MINUTES",
        "How often every channel is asked who it is and which webhooks it sends; what is missing is subscribed again.",
        60,
        ge=5,
        le=10_080,
    )
    reconcile_seconds: int = setting(
        "HUBBUB_RECONCILE_SECONDS",
        "How long a send whose answer was lost waits for its echo before it is shown as unknown.",
        120,
        ge=1,
        le=86_400,
    )
    reopen_hours: int = setting(
        "HUBBUB_REOPEN_HOURS",
        "A message within this time after closing reopens the conversation; later it starts a new one.",
        72,
        ge=0,
    )

    # Media
    media_dir: AbsolutePath = setting(
        "HUBBUB_MEDIA_DIR",
        "Where copies of media are kept when no bucket is set.",
        lambda data: data.get("data_dir", Path("var")) / "media",
        shown="$HUBBUB_DATA_DIR/media",
    )
    media_s3_bucket: str | None = setting("HUBBUB_MEDIA_S3_BUCKET", "An S3 bucket for media, instead of a directory.")
    media_s3_endpoint: WebUrl | None = setting("HUBBUB_MEDIA_S3_ENDPOINT", "The S3 service's URL, if not Amazon's.")
    archive_dir: AbsolutePath = setting(
        "HUBBUB_ARCHIVE_DIR",
        "Where the files of archived conversations are kept when no bucket is set.",
        lambda data: data.get("data_dir", Path("var")) / "archive",
        shown="$HUBBUB_DATA_DIR/archive",
    )
    archive_s3_bucket: str | None = setting(
        "HUBBUB_ARCHIVE_S3_BUCKET", "An S3 bucket for the files of archived conversations, at the same service."
    )
    media_max_bytes: int = setting(
        "HUBBUB_MEDIA_MAX_BYTES", "The largest file that is copied.", 100 * 1024 * 1024, ge=1024
    )

    # How long it keeps things
    delivery_retention_days: int = setting(
        "HUBBUB_DELIVERY_RETENTION_DAYS", "Raw webhook bodies are dropped after this.", 14, ge=1
    )
    event_retention_days: int = setting(
        "HUBBUB_EVENT_RETENTION_DAYS",
        "Single events are dropped after this; they must outlive 8 days of retries.",
        90,
        ge=8,
    )
    flow_run_retention_days: int = setting(
        "HUBBUB_FLOW_RUN_RETENTION_DAYS",
        "Runs of flows that have ended are removed after this; their counts stay.",
        180,
        ge=1,
    )
    realtime_retention_days: int = setting(
        "HUBBUB_REALTIME_RETENTION_DAYS", "Events for people's screens are dropped after this.", 3, ge=1
    )
    call_log_retention_days: int = setting(
        "HUBBUB_CALL_LOG_RETENTION_DAYS", "Records of calls to the platforms are dropped after this.", 30, ge=1
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (pydantic passes it by name)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (
            init_settings,
            env_settings,
            NamedFiles(settings_cls),
            dotenv_settings,
            GeneratedSecrets(settings_cls),
        )

    @model_validator(mode="after")
    def _has_its_secrets(self) -> Self:
        missing = [name for name, field in REQUIRED_SECRETS.items() if not getattr(self, field).get_secret_value()]
        if missing:
            raise ConfigurationError(
                f"Production needs {', '.join(missing)}: set them in the environment, in .env, or as NAME_FILE."
            )
        for name in ("SECRET_KEY", "HUBBUB_INDEX_KEY"):
            if self.is_production and len(getattr(self, REQUIRED_SECRETS[name]).get_secret_value()) < SHORTEST_SECRET:
                raise ConfigurationError(f"{name} needs at least {SHORTEST_SECRET} random characters in production.")
        return self

    @property
    def is_production(self) -> bool:
        return self.mode == "production"

    @property
    def platform_urls(self) -> PlatformUrls:
        return PlatformUrls(
            graph=self.graph_base_url,
            instagram_graph=self.instagram_graph_base_url,
            line=self.line_base_url,
            line_data=self.line_data_base_url,
        )

    @cached_property
    def envelope(self) -> Envelope:
        """Seals and opens what is stored encrypted."""
        keyring = KeyRing.parse(self.encryption_keys.get_secret_value())
        return Envelope(keyring, index_key=self.index_key.get_secret_value().encode())

    def signing_secrets(self, platform: str) -> tuple[bytes, ...]:
        """The environment's secrets that a webhook of `platform` may be signed with; none for LINE, whose channels
        have their own."""
        if platform == "line":
            return ()
        own = {"instagram": self.instagram_app_secret, "whatsapp": self.whatsapp_app_secret}.get(platform)
        secrets = (*_split(own), *_split(self.facebook_app_secret))
        return tuple(dict.fromkeys(secret.encode() for secret in secrets))


def _split(secret: SecretStr | None) -> list[str]:
    text = secret.get_secret_value() if secret else ""
    return [part.strip() for part in text.split(",") if part.strip()]


def read_environment(env_file: Path | None) -> Environment:
    """The settings from the process's environment and `env_file`. Raises `ConfigurationError`, which shows no value."""
    try:
        return Environment(_env_file=env_file)
    except ValidationError as error:
        raise ConfigurationError(" ".join(map(_sentence, error.errors(include_input=False)))) from None


def _sentence(error: Mapping[str, Any]) -> str:
    name = ".".join(map(str, error["loc"])) or "The configuration"
    return f"{name} is not valid: {error['msg'].removeprefix('Value error, ')}."


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The settings of this process, read once. Tests (`HUBBUB_ENV=test`) do not read `.env`."""
    return read_environment(None if os.environ.get("HUBBUB_ENV") == "test" else ROOT / ".env")


def reload_environment() -> Environment:
    """Reads the settings anew, for tests that change them."""
    environment.cache_clear()
    return environment()

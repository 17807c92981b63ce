"""How one setting is written down: its variable, what it means, and the shapes that a value may have."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic.config import JsonDict
from pydantic_settings import NoDecode

from hubbub.kit.envelope import KeyRing

ROOT = Path(__file__).resolve().parents[2]
"""The repository's root: where `.env` is read and relative paths begin."""


def setting(name: str, description: str, default: object = None, *, shown: str | None = None, **rules: Any) -> Any:
    """A field read from the variable `name`; `shown` is what `.env.example` prints for a computed default."""
    extra: JsonDict | None = {"shown": shown} if shown is not None else None
    source = {"default_factory": default} if callable(default) else {"default": default}
    return Field(
        **source,
        validation_alias=name,
        description=description,
        validate_default=True,
        json_schema_extra=extra,
        **rules,
    )


def absolute(path: Path) -> Path:
    return (ROOT / path.expanduser()).resolve()


def _listed(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _web_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be a URL such as https://hub.example.com")
    return url.rstrip("/")


def _sound_keys(keys: SecretStr) -> SecretStr:
    if keys.get_secret_value():
        KeyRing.parse(keys.get_secret_value())
    return keys


def _mail_url(url: SecretStr) -> SecretStr:
    parts = urlsplit(url.get_secret_value())
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.port == 0:
        raise ValueError("must be a URL such as smtp://user:password@mail.example.com:587")
    return url


AbsolutePath = Annotated[Path, AfterValidator(absolute)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
WebUrl = Annotated[str, AfterValidator(_web_url)]
Keys = Annotated[SecretStr, AfterValidator(_sound_keys)]
MailUrl = Annotated[SecretStr, AfterValidator(_mail_url)]
NO_SECRET = SecretStr("")

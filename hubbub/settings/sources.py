"""Where settings come from beside the environment and `.env`: files named by it, and what development made up."""

import os
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from hubbub.kit.errors import ConfigurationError
from hubbub.settings.fields import absolute
from hubbub.settings.generated import generated_secrets

REQUIRED_SECRETS = {
    "SECRET_KEY": "secret_key",
    "HUBBUB_ENCRYPTION_KEYS": "encryption_keys",
    "HUBBUB_INDEX_KEY": "index_key",
    "FACEBOOK_APP_SECRET": "facebook_app_secret",
    "FACEBOOK_WEBHOOK_VERIFY_TOKEN": "facebook_webhook_verify_token",
}
"""Generated in development, demanded in production: variable → field."""


class NamedFiles(PydanticBaseSettingsSource):
    """`NAME_FILE=/path` in the environment: the setting's value is the file's text. `NAME` itself wins."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        name = str(field.validation_alias)
        path = os.environ.get(f"{name}_FILE")
        return (_text_of(Path(path), name) if path else None), name, False

    def __call__(self) -> dict[str, Any]:
        found = (self.get_field_value(field, name) for name, field in self.settings_cls.model_fields.items())
        return {name: value for value, name, _ in found if value}


def _text_of(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(f"{name}_FILE names {path}, which cannot be read as text.") from None


class GeneratedSecrets(PydanticBaseSettingsSource):
    """Outside production, what is missing of `REQUIRED_SECRETS` is made up once and kept in the data directory."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        name = str(field.validation_alias)
        return self.current_state.get(name), name, False

    def __call__(self) -> dict[str, Any]:
        known = self.current_state
        missing = [name for name in REQUIRED_SECRETS if not known.get(name)]
        if not missing or known.get("HUBBUB_ENV", "development") not in ("development", "test"):
            return {}
        return dict(generated_secrets(absolute(Path(known.get("HUBBUB_DATA_DIR", "var"))), missing))

"""`.env.example`, written from the settings' own fields: `python -m hubbub.settings.example`."""

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from hubbub.settings.environment import Environment
from hubbub.settings.fields import ROOT

_SECTIONS = {
    "HUBBUB_ENV": "Where it runs",
    "DATABASE_URL": "What it stores in",
    "SECRET_KEY": "Secrets. Outside production they are made up and kept in $HUBBUB_DATA_DIR/secrets.env.",
    "FACEBOOK_APP_ID": "Platforms",
    "HUBBUB_SPOOL_DIR": "Webhooks and conversations",
    "HUBBUB_MEDIA_DIR": "Media",
    "HUBBUB_DELIVERY_RETENTION_DAYS": "How long it keeps things",
}
_HEAD = """\
# Every setting of Hubbub with its default. Copy this file to .env and change what you need; the environment wins over
# it. NAME_FILE=/path in the environment reads a setting from a file.
# Written by `python -m hubbub.settings.example`.
"""


def render_env_example() -> str:
    """The text of `.env.example`, from the fields of `Environment`."""
    return _HEAD + "".join(map(_example_of, Environment.model_fields.values()))


def _example_of(field: FieldInfo) -> str:
    name = str(field.validation_alias)
    heading = f"\n# --- {_SECTIONS[name]}\n" if name in _SECTIONS else ""
    return f"{heading}\n# {field.description}\n# {name}={_shown_default(field)}\n"


def _shown_default(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    if isinstance(extra, dict):
        return str(extra["shown"])
    if isinstance(field.default, SecretStr) or field.default is None:
        return ""
    return str(field.default).lower() if isinstance(field.default, bool) else str(field.default)


if __name__ == "__main__":
    (ROOT / ".env.example").write_text(render_env_example(), encoding="utf-8")

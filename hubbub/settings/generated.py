"""Secrets that a development machine makes up for itself, once, so that it starts without any configuration."""

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from filelock import FileLock

from hubbub.kit.envelope import new_key
from hubbub.kit.errors import ConfigurationError
from hubbub.kit.ids import new_token

FILE_NAME = "secrets.env"
_HEAD = "# Made up by Hubbub for this data directory. Keep it with the database: it decrypts what is stored there.\n"
_MAKERS: Mapping[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: new_token(48),
    "HUBBUB_ENCRYPTION_KEYS": lambda: f"k1:{new_key()}",
    "HUBBUB_INDEX_KEY": lambda: new_token(32),
    "FACEBOOK_APP_SECRET": lambda: new_token(24),
    "FACEBOOK_WEBHOOK_VERIFY_TOKEN": lambda: new_token(24),
}


def generated_secrets(data_dir: Path, names: Iterable[str]) -> dict[str, str]:
    """The secrets `names`, from `secrets.env` in `data_dir`; what it lacks is made and written there first.

    Any number of processes may start at once: one writes, all read the same. The file is for its owner only (0600).
    """
    path, names = data_dir / FILE_NAME, list(names)
    try:
        stored = _stored(path)
        if not stored.keys() >= set(names):
            data_dir.mkdir(parents=True, exist_ok=True)
            with FileLock(data_dir / f"{FILE_NAME}.lock"):
                stored = _completed(path, names)
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read or written ({error.strerror}): give HUBBUB_DATA_DIR a directory of this user's."
        ) from None
    return {name: stored[name] for name in names}


def _stored(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    text = path.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("=", 1) for line in text if "=" in line and not line.startswith("#"))
    return {name: value for name, value in pairs if value}


def _completed(path: Path, names: list[str]) -> dict[str, str]:
    stored = _stored(path)
    missing = [name for name in names if name not in stored]
    if missing:
        stored |= {name: _MAKERS[name]() for name in missing}
        _write(path, _HEAD + "".join(f"{name}={value}\n" for name, value in stored.items()))
    return stored


def _write(path: Path, text: str) -> None:
    """Atomically: a reader sees the old file or the new one, and a crash leaves one of them."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=FILE_NAME)  # 0600 from the start
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)

"""The sealed secrets on disk, so that a start without a database can verify. Nothing in the file is readable."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from hubbub.edge.secret_book import ChannelSecrets
from hubbub.edge.spool.segment import sync_folder
from hubbub.kit import json
from hubbub.kit.errors import InvalidJson
from hubbub.kit.logging import log_event

FILE_NAME: Final = "secrets.json"

log = logging.getLogger("hubbub.edge.secrets")


def write_copy(directory: Path, rows: Sequence[ChannelSecrets]) -> None:
    """Replace the file at once: a reader sees the old or the new one. Raises OSError."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=directory, prefix=f".{FILE_NAME}")  # 0600 from the start
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(json.dumps([asdict(row) for row in rows]))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(directory / FILE_NAME)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(directory)


def read_copy(directory: Path) -> list[ChannelSecrets] | None:
    """The rows; None when there is no copy or it is damaged."""
    try:
        return [_row(item) for item in json.as_list(json.loads((directory / FILE_NAME).read_bytes()))]
    except FileNotFoundError:
        return None
    except (OSError, InvalidJson, LookupError, TypeError, ValueError, AttributeError) as error:
        log_event(log, logging.ERROR, "secrets_copy_unreadable", directory=directory, reason=type(error).__name__)
        return None


def _row(item: Any) -> ChannelSecrets:
    return ChannelSecrets(
        channel_id=UUID(item["channel_id"]),
        organization_id=UUID(item["organization_id"]),
        platform=item["platform"],
        external_id=item["external_id"],
        parent_external_id=item["parent_external_id"],
        signing_secrets=item["signing_secrets"],
        verify_token=item["verify_token"],
        is_active=item["is_active"],
        changed_at=datetime.fromisoformat(item["changed_at"]),
    )

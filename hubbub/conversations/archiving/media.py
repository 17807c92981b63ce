"""The files of archived conversations: to the archive's store and back. Every step can be repeated: files are named by
their content, are copied before they are deleted, and are read wherever they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import Storage, default_storage, storages

from hubbub.organizations.database import Row, run
from hubbub.organizations.scope import organization_scope

Act = Callable[[UUID, list[str]], None]
AT_ONCE = 100
WAITING = """
SELECT DISTINCT storage_key FROM archived_media
 WHERE organization_id = %(organization)s AND state = %(state)s AND storage_key > %(after)s
 ORDER BY storage_key LIMIT %(limit)s
"""
SHOWN = "SELECT key FROM media_in_use(%(keys)s::text[]) AS key"
"""Named by a message or a contact of any organisation that is not in the archive."""
KEPT = "SELECT key FROM media_in_archive(%(keys)s::text[]) AS key"
"""Named by an archived conversation of any organisation."""
AWAY = """
UPDATE archived_media SET state = 'away'
 WHERE organization_id = %(organization)s AND state = 'leaving' AND storage_key = ANY(%(keys)s::text[])
"""
BACK = """
DELETE FROM archived_media
 WHERE organization_id = %(organization)s AND state = 'coming' AND storage_key = ANY(%(keys)s::text[])
"""


def archive_store() -> Storage:
    """Where the files of archived conversations lie."""
    return storages["archive"]


def open_stored(key: str) -> File[bytes]:
    """A file of ours, wherever it lies. Raises FileNotFoundError."""
    try:
        return default_storage.open(key, "rb")
    except FileNotFoundError:
        return archive_store().open(key, "rb")


def remove_stored(key: str) -> None:
    """From both stores; what is not there is gone already."""
    default_storage.delete(key)
    archive_store().delete(key)


def settle(organization_id: UUID) -> Iterator[int]:
    """Bring every file to where its conversation is; yields how many were looked at, a portion at a time."""
    yield from _portions(organization_id, "coming", _bring_back)
    yield from _portions(organization_id, "leaving", _take_away)


def _portions(organization_id: UUID, state: str, act: Act) -> Iterator[int]:
    after = ""
    while keys := _waiting(organization_id, state, after):
        act(organization_id, keys)
        after = keys[-1]
        yield len(keys)


def _waiting(organization_id: UUID, state: str, after: str) -> list[str]:
    with organization_scope(organization_id):
        rows: list[Row] = run(WAITING, organization=organization_id, state=state, after=after, limit=AT_ONCE)
    return [row["storage_key"] for row in rows]


def _take_away(organization_id: UUID, keys: list[str]) -> None:
    with organization_scope(organization_id):
        shown = {row["key"] for row in run(SHOWN, keys=keys)}
    free = [key for key in keys if key not in shown]
    for key in free:
        _move(key, default_storage, archive_store())
    _note_away(organization_id, free)


def _note_away(organization_id: UUID, keys: list[str]) -> None:
    with organization_scope(organization_id):
        run(AWAY, organization=organization_id, keys=keys)


def _bring_back(organization_id: UUID, keys: list[str]) -> None:
    with organization_scope(organization_id):
        kept = {row["key"] for row in run(KEPT, keys=keys)}
        shown = {row["key"] for row in run(SHOWN, keys=keys)}
    for key in keys:
        if key in shown:
            _move(key, archive_store(), default_storage, is_kept=key in kept)
    with organization_scope(organization_id):
        run(BACK, organization=organization_id, keys=keys)


def _move(key: str, source: Storage, target: Storage, *, is_kept: bool = False) -> None:
    """Copy, then delete. A copy that was cut short has another size, and is made anew."""
    if not source.exists(key):
        return
    if not target.exists(key) or target.size(key) != source.size(key):
        target.delete(key)
        with source.open(key, "rb") as file:
            name = target.save(key, file)
        if name != key:  # somebody else was faster; what they wrote is the same
            target.delete(name)
    if not is_kept:
        source.delete(key)

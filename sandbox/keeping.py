"""Remembers people, conversations and their files over a restart (``--state FILE``), as the platforms do.

Accounts, apps and tokens come from ``--setup`` or the control API; what is kept here is joined to them.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from sandbox.media import Media
from sandbox.state import Account, Customer, Message, Thread
from sandbox.world import World

Json = dict[str, Any]
NEWEST = 20
THREAD = ("peer", "kind", "title", "members", "last_ms", "is_present", "owner_app", "owner_until", "last_read_ms")
FILE = ("id", "owner", "mime", "size", "sha256", "filename", "expires_at", "is_ready", "is_reusable", "kind", "extra")
FILES = "files"
"""Stands among the accounts, whose keys have a platform."""
NEWEST_FILES = 200
LARGEST_FILE = 5 * 1024 * 1024
EVERY_SECONDS = 10.0


def snapshot(world: World) -> Json:
    """People, conversations with their newest messages, and subscriptions, by account; what is known of the files."""
    accounts = {key: _account(account) for key, account in world.state.accounts.items()}
    files = [{name: getattr(media, name) for name in FILE} for media in _files(world)]
    return {**accounts, FILES: files} if files else accounts


def _files(world: World) -> list[Media]:
    """The newest that can still be had, and are not large."""
    fitting = [one for one in world.media.files.values() if one.id.isdigit() and one.size <= LARGEST_FILE]
    there = [one for one in fitting if world.media.get(one.id) and (one.path is None or one.path.exists())]
    return there[-NEWEST_FILES:]


def _account(account: Account) -> Json:
    return {
        "customers": [asdict(customer) for customer in account.customers.values()],
        "threads": [_thread(thread) for thread in account.threads.values()],
        "subscribed": {app: sorted(fields) for app, fields in account.subscribed.items()},
    }


def _thread(thread: Thread) -> Json:
    newest = list(islice(reversed(thread.messages), NEWEST))
    plain = {name: getattr(thread, name) for name in THREAD}
    return {**plain, "messages": [asdict(message) for message in reversed(newest)]}


def restore(world: World, kept: Json) -> None:
    """Join what was kept to the accounts that exist."""
    for key, stored in kept.items():
        account = world.state.accounts.get(key)
        if account is None:
            continue
        for customer in stored["customers"]:
            account.customers[customer["id"]] = Customer(**customer)
        for thread in stored["threads"]:
            _restore_thread(account, dict(thread))
        account.subscribed = {app: set(fields) for app, fields in stored["subscribed"].items()}


def _restore_thread(account: Account, stored: Json) -> None:
    messages = stored.pop("messages")
    thread = account.threads[stored["peer"]] = Thread(**stored)
    for message in messages:
        account.keep(thread, Message(**message))


def _restore_files(world: World, stored: list[Json], folder: Path) -> None:
    for known in stored:
        path = folder / known["id"]
        if known["id"].isdigit() and path.exists():
            world.media.files[known["id"]] = Media(**known, path=path)


def _folder(file: Path) -> Path:
    return file.with_suffix(".files")


def load(world: World, file: Path) -> None:
    """Nothing to load is fine; what an older sandbox wrote and this one cannot read is forgotten, with a word."""
    if not file.exists():
        return
    try:
        kept = orjson.loads(file.read_bytes())
        _restore_files(world, kept.pop(FILES, []), _folder(file))
        restore(world, kept)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        sys.stderr.write(f"{file.name} cannot be read ({type(error).__name__}); the phones start empty.\n")


def save(world: World, file: Path) -> None:
    """The files first, and then who has them: all or nothing, written beside and then moved."""
    folder, kept = _folder(file), snapshot(world)
    folder.mkdir(exist_ok=True)
    for media in _files(world):
        if not (folder / media.id).exists():
            _write(folder / media.id, media.read())
    _write(file, orjson.dumps(kept))
    names = {one["id"] for one in kept.get(FILES, [])}
    for path in folder.iterdir():
        if path.name not in names:
            path.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_suffix(".new")
    unfinished.write_bytes(content)
    unfinished.replace(path)


async def keep_saving(world: World, file: Path) -> None:
    """Now and then, until cancelled; the last time is when the sandbox stops."""
    try:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            save(world, file)
    finally:
        save(world, file)

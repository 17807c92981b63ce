"""Remembers people and conversations over a restart (``--state FILE``), as the platforms do.

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

from sandbox.state import Account, Customer, Message, Thread
from sandbox.world import World

Json = dict[str, Any]
NEWEST = 20
THREAD = ("peer", "kind", "title", "members", "last_ms", "is_present", "owner_app", "owner_until", "last_read_ms")
EVERY_SECONDS = 10.0


def snapshot(world: World) -> Json:
    """People, conversations with their newest messages, and subscriptions, by account."""
    return {key: _account(account) for key, account in world.state.accounts.items()}


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


def load(world: World, file: Path) -> None:
    """Nothing to load is fine; what an older sandbox wrote and this one cannot read is forgotten, with a word."""
    if not file.exists():
        return
    try:
        restore(world, orjson.loads(file.read_bytes()))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        sys.stderr.write(f"{file.name} cannot be read ({type(error).__name__}); the phones start empty.\n")


def save(world: World, file: Path) -> None:
    """All or nothing: written beside, then moved."""
    unfinished = file.with_suffix(".new")
    unfinished.write_bytes(orjson.dumps(snapshot(world)))
    unfinished.replace(file)


async def keep_saving(world: World, file: Path) -> None:
    """Now and then, until cancelled; the last time is when the sandbox stops."""
    try:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            save(world, file)
    finally:
        save(world, file)

"""A sender, or somebody who sends by themselves, in a process of its own that dies at a labelled point.

Forked from a server that has everything loaded.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from hubbub.channels.models import Channel


def die_at(point: str, *, seconds: float = 30.0) -> int | None:
    """Run a sender that dies at `point`; returns its exit code (0 when it never came there)."""
    return _run(seconds, _send, point)


def die_calling_at(point: str, page: Channel, psid: str, text: str, *, seconds: float = 30.0) -> int | None:
    """The same for a program that sends a text on Messenger by itself."""
    return _run(seconds, _call, point, page.organization_id, page.id, psid, text)


def _run(seconds: float, target: Callable[..., None], *given: object) -> int | None:
    places = {name: value for name, value in os.environ.items() if name.endswith("_BASE_URL") or name == "BASE_URL"}
    process = _server().Process(target=_in_place, args=(places, target, *given))
    process.start()
    process.join(seconds)
    if process.is_alive():
        process.kill()
        process.join()
    return process.exitcode


def _in_place(places: dict[str, str], target: Callable[..., None], *given: object) -> None:
    """The platforms are where this test has them; the server was perhaps started by another."""
    from hubbub.settings.environment import reload_environment

    os.environ.update(places)
    reload_environment()
    target(*given)


def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.support.dying_preload"])
    os.environ["HUBBUB_PROCESS"] = "outbound"
    try:
        from multiprocessing import forkserver

        forkserver.ensure_running()
    finally:
        del os.environ["HUBBUB_PROCESS"]
    return context


def _send(point: str) -> None:
    from hubbub.kit import failpoints
    from hubbub.outbound.worker import Sender

    failpoints.FAILPOINT = point
    sender = Sender()
    quiet = 0
    while quiet < 2:
        work = sender.turn()
        quiet = 0 if work or not sender.is_idle else quiet + 1
        if not work:
            sender.wait(0.01)


def _call(point: str, organization_id: UUID, channel_id: UUID, psid: str, text: str) -> None:
    from facebook_integration.services.facebook_api import FacebookGraphAPI
    from hubbub.channels.models import Channel
    from hubbub.kit import failpoints
    from hubbub.organizations.database import sign_in_as
    from hubbub.organizations.scope import organization_scope

    sign_in_as("web")
    with organization_scope(organization_id):
        page = Channel.objects.get(id=channel_id)
    failpoints.FAILPOINT = point
    FacebookGraphAPI(page).send_text_message(psid, text)

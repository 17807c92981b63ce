"""A sender in a process of its own that dies at a labelled point. Forked from a server that has everything loaded."""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.context import ForkServerContext


def die_at(point: str, *, seconds: float = 30.0) -> int | None:
    """Run a sender that dies at `point`; returns its exit code (0 when it never came there)."""
    process = _server().Process(target=_send, args=(point,))
    process.start()
    process.join(seconds)
    if process.is_alive():
        process.kill()
        process.join()
    return process.exitcode


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

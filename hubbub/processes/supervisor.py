"""`make run`: everything on one machine, started in order, kept running, stopped in order.

Start: the public port is taken, then the database server, roles, tables and the demo organisation are made where they
are missing, then all processes start at once. Stop: first who lets work in, then who does it, then the database.
"""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final

from hubbub.processes import plan as plans
from hubbub.processes import preparation, running
from hubbub.processes.child import Child, Program
from hubbub.processes.entering import DEMO_USER, LINK_LIFE, enter_url
from hubbub.processes.listening import LOOPBACK, bind, is_free
from hubbub.processes.output import Terminal
from hubbub.processes.plan import Plan
from hubbub.processes.postgres import EmbeddedPostgres
from hubbub.processes.readiness import wait_until_ready
from hubbub.processes.roles import Logins, prepare_database
from hubbub.processes.running import Running
from hubbub.processes.watch import DeathWatch
from hubbub.settings.environment import Environment, environment

STOP_ORDER: Final = (("sandbox",), ("router",), ("edge", "web", "worker"))
NAME_WIDTH: Final = 7


def run(hosts: Sequence[str] = ()) -> int:
    """Run until SIGINT or SIGTERM; the exit code. Raises ConfigurationError when it cannot start."""
    found = environment()
    with running.only_one(found.data_dir), _listening(found, tuple(hosts) or LOOPBACK) as (public, edge):
        last = running.read(found.data_dir)
        plan = plans.make_plan(found, edge_port=edge.getsockname()[1], last_ports=last.ports if last else {})
        return asyncio.run(Supervisor(plan, public, edge).run())


@contextmanager
def _listening(found: Environment, hosts: tuple[str, ...]) -> Iterator[tuple[list[socket.socket], socket.socket]]:
    """The public port, and the edge's; held by us, so that a restarted process finds its callers still waiting."""
    public = bind(found.port, hosts)
    last = running.read(found.data_dir)
    edge_port = last.ports.get("edge", 0) if last else 0
    edge = bind(edge_port if edge_port and is_free(edge_port) else 0, ("127.0.0.1",))
    try:
        yield public, edge[0]
    finally:
        for listener in (*public, *edge):
            listener.close()


@asynccontextmanager
async def _kept_running(postgres: EmbeddedPostgres | None) -> AsyncIterator[EmbeddedPostgres | None]:
    """The server runs, is restarted after a crash, and is stopped at the end, also when we are killed."""
    if postgres is None:
        yield None
        return
    await asyncio.to_thread(postgres.ensure_running)
    watch, stop = postgres.stop_when_i_die(), threading.Event()
    supervising = threading.Thread(target=postgres.supervise, args=(stop,), name="postgres", daemon=True)
    supervising.start()
    try:
        yield postgres
    finally:
        stop.set()
        await asyncio.to_thread(supervising.join)
        await asyncio.to_thread(postgres.stop)
        watch.release()


class Supervisor:
    """One run."""

    def __init__(self, plan: Plan, public: list[socket.socket], edge: socket.socket) -> None:
        self._plan = plan
        self._public = public
        self._edge = edge
        self._environment = plan.environment
        self._logs: Path = plan.environment.data_dir / "logs"
        self._terminal = Terminal(NAME_WIDTH)
        self._children: dict[str, Child] = {}
        self._tasks: list[asyncio.Task[object]] = []
        self._is_new = False
        self._stop = asyncio.Event()
        self._watch = DeathWatch.over_groups()

    async def run(self) -> int:
        """Start all, say `ready`, wait for a signal, stop all."""
        self._listen_for_signals()
        try:
            async with _kept_running(self._postgres()) as postgres:
                try:
                    return await self._start(postgres)
                finally:
                    await self._stop_children()
        finally:
            self._watch.release()

    def _postgres(self) -> EmbeddedPostgres | None:
        return None if self._environment.database_url else EmbeddedPostgres(self._environment.data_dir)

    async def _start(self, postgres: EmbeddedPostgres | None) -> int:
        is_local = all(listener.getsockname()[0] in LOOPBACK for listener in self._public)
        listeners = [listener.fileno() for listener in self._public]
        self._launch(plans.router_program(self._plan, listeners, is_local=is_local))
        if self._plan.has_sandbox:
            self._launch(plans.sandbox_program(self._plan))
        logins = preparation.admin_logins(self._environment, postgres)
        await asyncio.to_thread(prepare_database, logins)
        demo = await self._prepare_contents(logins)
        if demo is None or self._stop.is_set():
            return 0 if self._stop.is_set() else 1
        self._launch(plans.edge_program(self._plan, logins, self._edge.fileno()))
        self._launch(plans.web_program(self._plan))
        self._launch(plans.worker_program(self._plan))
        self._leave_note()
        await self._say_when_ready(demo)
        if self._is_new and self._plan.has_sandbox and not self._stop.is_set():
            self._tasks.append(asyncio.create_task(self._run_once("demo_talk")))
        await self._stop.wait()
        self._terminal.say("Stopping. Once more Ctrl-C ends everything at once.")
        return 0

    async def _prepare_contents(self, logins: Logins) -> str | None:
        """Tables and the demo organisation; says the demo's text. None when one of the two failed or we are to stop."""
        done = await asyncio.to_thread(preparation.what_is_done, logins)
        if done is None or done.fingerprint != preparation.fingerprint():
            self._terminal.say("Making the tables.")
            if await self._run_once("migrate") is None:
                return None
            done = await asyncio.to_thread(preparation.note_what_is_done, logins)
        known = self._known_demo()
        if known and self._demo_digest(known) == done.demo:
            return known
        self._terminal.say("Making the demo organisation.")
        self._is_new = not known
        text = await self._run_once("demo")
        if text is not None:
            self._demo_file.write_text(text, encoding="utf-8")
            await asyncio.to_thread(preparation.note_what_is_done, logins, demo=self._demo_digest(text))
        return text

    @property
    def _demo_file(self) -> Path:
        """Holds an API key: made for its owner's eyes only."""
        path = running.folder_of(self._environment.data_dir) / "demo.txt"
        path.touch(mode=0o600)
        return path

    def _demo_digest(self, text: str) -> str:
        return preparation.demo_digest(self._environment, text, has_sandbox=self._plan.has_sandbox)

    def _known_demo(self) -> str:
        return self._demo_file.read_text(encoding="utf-8")

    async def _run_once(self, name: str) -> str | None:
        """What the command printed; None, with a sentence, when it failed."""
        child = self._child(plans.command_program(self._plan, name))
        code = await child.run_once()
        del self._children[name]
        text = b"".join(child.heard).decode(errors="replace")
        if code == 0:
            return text
        if not self._stop.is_set():
            self._terminal.say(f"{text.rstrip()}\n`manage.py {name}` failed (see {self._logs / name}.log).")
        return None

    def _launch(self, program: Program) -> None:
        if not self._stop.is_set():
            self._tasks.append(asyncio.create_task(self._child(program).keep_running()))

    def _child(self, program: Program) -> Child:
        child = Child(program, self._terminal, self._logs, self._tell_watch)
        self._children[program.name] = child
        return child

    def _tell_watch(self) -> None:
        self._watch.tell(child.group for child in self._children.values() if child.group)

    def _leave_note(self) -> None:
        note = Running(
            pid=os.getpid(), url=self._plan.url, ports=self._plan.ports, environment=dict(self._plan.settings)
        )
        running.write(self._environment.data_dir, note)

    async def _say_when_ready(self, demo: str) -> None:
        waiting = asyncio.create_task(self._wait_until_ready())
        await self._first_of(waiting, self._stop.wait())
        if waiting.done() and not self._stop.is_set():
            waiting.result()
            self._introduce(demo)

    async def _wait_until_ready(self) -> None:
        """Each process by itself, then the way through the router."""
        pages = {"edge": "/health/ready", "web": "/health/ready"}
        if self._plan.has_sandbox:
            pages["sandbox"] = "/_sandbox/settings"
        checks = {name: self._plan.own_url(name) + page for name, page in pages.items()}
        await wait_until_ready(checks, self._terminal.say)
        through = f"http://127.0.0.1:{self._environment.port}/health/ready"
        await wait_until_ready({"router": through}, self._terminal.say)

    def _introduce(self, demo: str) -> None:
        say = self._terminal.say
        if demo.strip():
            say(f"\nHubbub   {enter_url(self._environment, DEMO_USER)}")
            say(f"         (signs you in, once, within {LINK_LIFE.seconds // 60} minutes; later: {self._plan.url})")
            say(demo.rstrip())
        else:
            say(f"\nHubbub   {self._plan.url}")
        if self._plan.has_sandbox:
            say(f"Sandbox  {self._plan.own_url('sandbox')}")
        say(f"Logs     {self._logs}\nCtrl-C stops everything.\nready")

    async def _first_of(self, *things: Awaitable[object]) -> None:
        tasks = [asyncio.ensure_future(thing) for thing in things]
        _done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _stop_children(self) -> None:
        self._stop.set()
        for names in STOP_ORDER:
            await asyncio.gather(*(self._children[name].stop() for name in names if name in self._children))
        await asyncio.gather(*(child.stop() for child in self._children.values()), *self._tasks)

    def _listen_for_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(name, self._on_signal)

    def _on_signal(self) -> None:
        """The first signal stops in order; the second ends the processes at once (the database still in order)."""
        is_second = self._stop.is_set()
        self._stop.set()
        for child in self._children.values():
            if is_second:
                child.kill()
            elif child.program.name in {"migrate", "demo", "demo_talk"}:
                child.terminate()

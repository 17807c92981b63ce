"""What `make run` starts: which programs, on which ports, with which settings. Starts nothing itself."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hubbub.processes.child import Program
from hubbub.processes.listening import free_port, is_free
from hubbub.processes.roles import Logins
from hubbub.settings.environment import Environment
from hubbub.settings.fields import ROOT

INTERNAL: Final = ("web", "sandbox")
"""The processes that get a port of their own; the edge and the router inherit listening sockets."""

SANDBOX_URLS: Final = {
    "HUBBUB_GRAPH_BASE_URL": "/graph",
    "HUBBUB_INSTAGRAM_GRAPH_BASE_URL": "/instagram",
    "HUBBUB_LINE_BASE_URL": "/line",
    "HUBBUB_LINE_DATA_BASE_URL": "/line-data",
}

LEAN: Final = {"MALLOC_ARENA_MAX": "2"}
"""glibc keeps a heap for each of up to 16 threads otherwise, and gives little back: 10 MB of a lane with many threads.
Python's threads allocate one at a time anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that is decided before anything starts."""

    environment: Environment
    ports: Mapping[str, int]
    has_sandbox: bool
    settings: Mapping[str, str] = field(repr=False)

    @property
    def url(self) -> str:
        return self.environment.base_url

    def own_url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"


def make_plan(environment: Environment, *, edge_port: int, last_ports: Mapping[str, int]) -> Plan:
    """Ports of the last run are taken again while they are free: addresses of stored sandbox media stay good."""
    has_sandbox = environment.sandbox or "sandbox" not in environment.model_fields_set
    ports = {name: _port(last_ports.get(name)) for name in INTERNAL if name != "sandbox" or has_sandbox}
    ports["edge"] = edge_port
    settings = {
        "PORT": str(environment.port),
        "BASE_URL": environment.base_url,
        "HUBBUB_DATA_DIR": str(environment.data_dir),
        "HUBBUB_SPOOL_DIR": str(environment.spool_dir or environment.data_dir / "spool"),
        "HUBBUB_SANDBOX": "true" if has_sandbox else "false",
    }
    if has_sandbox:
        origin = f"http://127.0.0.1:{ports['sandbox']}"
        settings |= {name: origin + path for name, path in SANDBOX_URLS.items() if name not in os.environ}
    return Plan(environment=environment, ports=ports, has_sandbox=has_sandbox, settings=settings)


def command_program(plan: Plan, name: str, *arguments: str) -> Program:
    """A `manage.py` command; it chooses its database role itself."""
    return _program(plan, name, [str(ROOT / "manage.py"), name, *arguments], {})


def router_program(plan: Plan, listeners: list[int], *, is_local: bool) -> Program:
    """It inherits the public port, so that a restart refuses nobody. The sandbox is shown to this machine only."""
    ports = plan.ports
    command = ["-m", "hubbub.processes", "router", "--web", f"127.0.0.1:{ports['web']}"]
    command += ["--edge", f"127.0.0.1:{ports['edge']}"]
    if is_local and plan.has_sandbox:
        command += ["--sandbox", f"127.0.0.1:{ports['sandbox']}"]
    for number in listeners:
        command += ["--fd", str(number)]
    return _program(plan, "router", command, {}, listeners)


def sandbox_program(plan: Plan) -> Program:
    """What the demo organisation needs of it was left by `manage.py demo`; people and phones it remembers itself."""
    hub, data = f"http://127.0.0.1:{plan.environment.port}", plan.environment.data_dir
    command = ["-m", "sandbox", "--port", str(plan.ports["sandbox"]), "--hub", hub]
    command += ["--setup", str(data / "sandbox.json"), "--state", str(data / "sandbox-state.json")]
    return _program(plan, "sandbox", command, {})


def edge_program(plan: Plan, found: Logins, listener: int) -> Program:
    """The edge knows its own role's URL and nobody else's."""
    more = {"HUBBUB_PROCESS": "edge", "HUBBUB_EDGE_DATABASE_URL": found.url_for("edge")}
    return _program(plan, "edge", ["-m", "hubbub.edge", "--fd", str(listener)], more, [listener])


def web_program(plan: Plan) -> Program:
    """What `manage.py web` becomes."""
    command = ["-m", "hubbub.api.serving", "--port", str(plan.ports["web"])]
    return _program(plan, "web", command, {"HUBBUB_PROCESS": "web"})


def worker_program(plan: Plan) -> Program:
    return command_program(plan, "worker")


def _program(
    plan: Plan, name: str, command: list[str], more: Mapping[str, str], listeners: list[int] | None = None
) -> Program:
    inherited = {key: value for key, value in os.environ.items() if key != "HUBBUB_PROCESS"}
    environment = {**LEAN, **inherited, **plan.settings, **more, "PYTHONUNBUFFERED": "1"}
    return Program(
        name=name,
        command=[sys.executable, *command],
        environment=environment,
        folder=Path(ROOT),
        listeners=listeners or [],
    )


def _port(last: int | None) -> int:
    return last if last and is_free(last) else free_port()

"""A whole installation in a folder of its own: Postgres behind a line that can be cut, sandbox, hub, one shop."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.chaos.processes import ROOT, Process, free_port, start_hub, wait_for
from tests.chaos.wire import Wire

SECRETS = {
    "facebook": "fb-app-secret",
    "instagram": "ig-app-secret",
    "whatsapp": "wa-app-secret",
    "line": "line-secret",
}
APP_IDS = {"facebook": "7001", "instagram": "7002", "whatsapp": "7003"}
ANSWER = "echo {{message_text}}"


@dataclass(slots=True, kw_only=True)
class Town:
    """Everything that a run needs to hand."""

    folder: Path
    wire: Wire
    postgres: Any
    processes: dict[str, Process]
    sandbox: httpx.Client
    api: httpx.Client
    channels: dict[str, str]
    """Platform → the channel's external id."""
    organization_id: str
    direct_url: str
    """The database as superuser, past the wire: for the judge."""


@contextmanager
def built(seed: int) -> Iterator[Town]:
    """A town that stands until the end of the block; nothing of it stays."""
    folder = Path(tempfile.mkdtemp(prefix="hubbub-chaos-"))
    with ExitStack() as ends:
        if not os.environ.get("CHAOS_KEEP"):
            ends.callback(shutil.rmtree, folder, ignore_errors=True)
        yield _build(folder, seed, ends)


def _build(folder: Path, seed: int, ends: ExitStack) -> Town:
    for name in [name for name in os.environ if name.startswith(("HUBBUB_", "DATABASE_", "FACEBOOK_", "BASE_URL"))]:
        del os.environ[name]
    os.environ.update(
        HUBBUB_ENV="test",
        HUBBUB_DATA_DIR=str(folder),
        DJANGO_SETTINGS_MODULE="hubbub.settings.test",
        HUBBUB_SANDBOX="1",
    )
    postgres, direct_url = _database(folder, ends)
    wire = ends.enter_context(Wire(direct_url))
    ports = {"edge": free_port(), "web": free_port(), "sandbox": free_port()}
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    environment = _environment(folder, wire, urls)
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    sandbox = Process(
        "sandbox",
        [
            "-m",
            "sandbox",
            "--port",
            str(ports["sandbox"]),
            "--hub",
            urls["edge"],
            "--no-limits",
            "--ledger",
            str(folder / "ledger.jsonl"),
        ],
        environment,
        logs,
    )
    ends.callback(sandbox.stop)
    wait_for(f"{urls['sandbox']}/_sandbox/health")
    control = ends.enter_context(httpx.Client(base_url=f"{urls['sandbox']}/_sandbox", timeout=30))
    organization_id, channels, key = _open_shop()
    _register(control, channels)
    control.put("/seed", json={"seed": seed}).raise_for_status()
    processes = start_hub(environment, urls["edge"], ports["web"], logs)
    for process in processes.values():
        ends.callback(process.stop)
    wait_for(f"{urls['edge']}/health/ready")
    wait_for(f"{urls['web']}/health/ready")
    api = httpx.Client(base_url=f"{urls['web']}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=30)
    ends.enter_context(api)
    return Town(
        folder=folder,
        wire=wire,
        postgres=postgres,
        processes=processes,
        sandbox=control,
        api=api,
        channels=channels,
        organization_id=organization_id,
        direct_url=direct_url,
    )


def _database(folder: Path, ends: ExitStack) -> tuple[Any, str]:
    from hubbub.processes.postgres import EmbeddedPostgres
    from hubbub.processes.roles import Logins, prepare_database
    from hubbub.settings.environment import environment, reload_environment

    postgres = EmbeddedPostgres(folder, loopback_port=free_port())
    location = postgres.ensure_running()
    ends.callback(postgres.stop)
    stopped = threading.Event()
    supervising = threading.Thread(target=postgres.supervise, args=(stopped,), daemon=True)
    supervising.start()
    ends.callback(supervising.join)
    ends.callback(stopped.set)
    url = location.url_for("postgres", postgres.superuser_password(), "hubbub", over_tcp=True)
    prepare_database(Logins(admin_url=url, secret_key=environment().secret_key.get_secret_value()))
    os.environ["DATABASE_URL"] = url
    reload_environment()
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v", "0"],
        check=True,
        cwd=ROOT,
        env={**os.environ, "HUBBUB_PROCESS": "migrator"},
    )
    return postgres, url


def _environment(folder: Path, wire: Wire, urls: dict[str, str]) -> dict[str, str]:
    from hubbub.processes.roles import Logins
    from hubbub.settings.environment import environment

    logins = Logins(admin_url=wire.url, secret_key=environment().secret_key.get_secret_value())
    return {
        "HUBBUB_ENV": "test",
        "HUBBUB_DATA_DIR": str(folder),
        "DATABASE_URL": wire.url,
        "HUBBUB_EDGE_DATABASE_URL": logins.url_for("edge"),
        "HUBBUB_SPOOL_DIR": str(folder / "spool"),
        "BASE_URL": urls["web"],
        "HUBBUB_GRAPH_BASE_URL": f"{urls['sandbox']}/graph",
        "HUBBUB_INSTAGRAM_GRAPH_BASE_URL": f"{urls['sandbox']}/instagram",
        "HUBBUB_LINE_BASE_URL": f"{urls['sandbox']}/line",
        "HUBBUB_LINE_DATA_BASE_URL": f"{urls['sandbox']}/line-data",
        "HUBBUB_RECONCILE_SECONDS": "20",
        "HUBBUB_LOG_LEVEL": "WARNING",
    }


def _open_shop() -> tuple[str, dict[str, str], str]:
    import django

    django.setup()
    from hubbub.organizations.actions import create_api_key
    from hubbub.organizations.models import Role
    from hubbub.organizations.scope import organization_scope
    from tests.support.factories import make_channel, make_tenant

    tenant = make_tenant("Chaos")
    channels = {}
    for platform, secret in SECRETS.items():
        parent = {"whatsapp": "88001"}.get(platform, "")
        channel = make_channel(
            tenant,
            platform,
            auto_reply_text=ANSWER,
            parent_external_id=parent,
            signing_secrets=[secret],
            credentials={
                "access_token": f"token-{platform}",
                "app_secret": secret,
                "channel_secret": secret,
                "app_id": APP_IDS.get(platform, ""),
                **({"flavour": "instagram_login"} if platform == "instagram" else {}),
            },
        )
        channels[platform] = channel.external_id
    with organization_scope(tenant.id):
        key = create_api_key(tenant.id, "chaos", Role.ADMIN).key
    return str(tenant.id), channels, key


def _register(control: httpx.Client, channels: dict[str, str]) -> None:
    for platform, app_id in APP_IDS.items():
        control.put(f"/apps/{app_id}", json={"app_secret": SECRETS[platform], "verify_token": "v"}).raise_for_status()
    for platform, external_id in channels.items():
        account: dict[str, object] = {"name": f"Chaos {platform}", "access_token": f"token-{platform}"}
        if platform == "line":
            account |= {"channel_secret": SECRETS["line"], "redelivers": True}
        else:
            account |= {"app_id": APP_IDS[platform]}
        account |= {"whatsapp": {"waba_id": "88001"}, "instagram": {"flavour": "login"}}.get(platform, {})
        answer = control.put(f"/accounts/{platform}/{external_id}", json=account)
        if answer.is_error:
            raise RuntimeError(answer.text)

"""An installation of its own for the bench: durable Postgres, the sandbox, one shop with a channel on each platform."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg

from benchmarks.bodies import Account
from benchmarks.programs import ROOT, Program
from hubbub.processes.listening import free_port

SECRETS = {
    "facebook": "fb-app-secret",
    "instagram": "ig-app-secret",
    "whatsapp": "wa-app-secret",
    "line": "line-secret",
}
APP_IDS = {"facebook": "7001", "instagram": "7002", "whatsapp": "7003"}
BUSINESS = "88001"
OF_SETTINGS = ("HUBBUB_", "FACEBOOK_", "DATABASE_", "REDIS_", "DJANGO_", "BASE_URL", "PORT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Everything that a row needs. Django is set up in this process, as the web role."""

    folder: Path
    postgres: Any
    sandbox: Program
    control: httpx.Client
    """The sandbox's control API."""
    sandbox_url: str
    tenant: Any
    channels: dict[str, UUID]
    accounts: dict[str, Account]
    key: str

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def admin(self) -> psycopg.Connection[Any]:
        """A superuser's connection, for filling and emptying tables; nothing is measured as this role."""
        return psycopg.connect(self.postgres.superuser_url("hubbub"), autocommit=True)

    def execute(self, *statements: str) -> None:
        with self.admin() as admin:
            for statement in statements:
                admin.execute(statement.encode())

    def login(self, process: str) -> str:
        """The URL of a process's own role."""
        from hubbub.settings.database import logins

        return logins().url_for(process)


@contextmanager
def built() -> Iterator[Town]:
    """A town that stands until the end of the block; nothing of it stays."""
    folder = Path(tempfile.mkdtemp(prefix="hubbub-bench-"))
    with ExitStack() as ends:
        ends.callback(shutil.rmtree, folder, ignore_errors=True)
        yield _build(folder, ends)


def _build(folder: Path, ends: ExitStack) -> Town:
    for name in [name for name in os.environ if name.startswith(OF_SETTINGS)]:
        del os.environ[name]
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    os.environ.update(
        HUBBUB_ENV="test",  # reads no .env
        HUBBUB_DATA_DIR=str(folder),
        DJANGO_SETTINGS_MODULE="hubbub.settings.base",
        HUBBUB_LOG_LEVEL="WARNING",
        HUBBUB_GRAPH_BASE_URL=f"{url}/graph",
        HUBBUB_INSTAGRAM_GRAPH_BASE_URL=f"{url}/instagram",
        HUBBUB_LINE_BASE_URL=f"{url}/line",
        HUBBUB_LINE_DATA_BASE_URL=f"{url}/line-data",
    )
    postgres = _database(folder, ends)
    (folder / "logs").mkdir(exist_ok=True)
    sandbox = Program(
        "sandbox",
        ["-m", "sandbox", "--port", str(port), "--hub", "http://127.0.0.1:9", "--no-limits"],
        folder / "logs",
    )
    ends.callback(sandbox.stop)
    sandbox.wait_for(f"{url}/_sandbox/health")
    control = ends.enter_context(httpx.Client(base_url=f"{url}/_sandbox", timeout=30, trust_env=False))
    control.put("/settings", json={"callbacks": False}).raise_for_status()
    tenant, channels, accounts, key = _open_shop()
    _register(control, accounts)
    return Town(
        folder=folder,
        postgres=postgres,
        sandbox=sandbox,
        control=control,
        sandbox_url=url,
        tenant=tenant,
        channels=channels,
        accounts=accounts,
        key=key,
    )


def _database(folder: Path, ends: ExitStack) -> Any:
    """As `make run` has it: every commit is flushed to disk, connections come through a unix socket."""
    from hubbub.processes.postgres import EmbeddedPostgres
    from hubbub.processes.preparation import admin_logins
    from hubbub.processes.roles import prepare_database
    from hubbub.settings.environment import reload_environment

    postgres = EmbeddedPostgres(folder)
    postgres.ensure_running()
    ends.callback(postgres.stop)
    prepare_database(admin_logins(reload_environment(), postgres))
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], check=True, cwd=ROOT)
    return postgres


def _open_shop() -> tuple[Any, dict[str, UUID], dict[str, Account], str]:
    import django

    django.setup()
    from hubbub.organizations.actions import create_api_key
    from hubbub.organizations.models import Role
    from hubbub.organizations.scope import organization_scope
    from tests.support.factories import make_channel, make_tenant

    tenant = make_tenant("Bench")
    channels, accounts = {}, {}
    for platform, secret in SECRETS.items():
        channel = make_channel(
            tenant,
            platform,
            parent_external_id=BUSINESS if platform == "whatsapp" else "",
            signing_secrets=[secret],
            credentials=_credentials(platform, secret),
        )
        channels[platform] = channel.id
        accounts[platform] = Account(
            platform=platform,
            external_id=channel.external_id,
            parent_external_id=channel.parent_external_id,
            secret=secret,
        )
    with organization_scope(tenant.id):
        key = create_api_key(tenant.id, "bench", Role.ADMIN).key
    return tenant, channels, accounts, key


def _credentials(platform: str, secret: str) -> dict[str, str]:
    own = {"channel_secret": secret} if platform == "line" else {"app_secret": secret, "app_id": APP_IDS[platform]}
    flavour = {"flavour": "instagram_login"} if platform == "instagram" else {}
    return {"access_token": f"token-{platform}", **own, **flavour}


def _register(control: httpx.Client, accounts: dict[str, Account]) -> None:
    for platform, app_id in APP_IDS.items():
        control.put(f"/apps/{app_id}", json={"app_secret": SECRETS[platform], "verify_token": "v"}).raise_for_status()
    for platform, account in accounts.items():
        told: dict[str, object] = {"name": f"Bench {platform}", "access_token": f"token-{platform}"}
        told |= {"channel_secret": account.secret} if platform == "line" else {"app_id": APP_IDS[platform]}
        told |= {"whatsapp": {"waba_id": BUSINESS}, "instagram": {"flavour": "login"}}.get(platform, {})
        control.put(f"/accounts/{platform}/{account.external_id}", json=told).raise_for_status()

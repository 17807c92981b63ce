"""The commands of the terminal: each works, and a mistake gets one sentence."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from hubbub.api.demo import SLUG, make_demo
from hubbub.channels.models import Channel
from hubbub.kit.json import loads
from hubbub.organizations.queries import find_organization
from hubbub.organizations.scope import organization_scope
from hubbub.settings.environment import reload_environment
from sandbox.__main__ import set_up
from sandbox.world import World
from tests.support.factories import Tenant, make_tenant, unique_external_id
from tests.support.outbound import Platforms
from tests.support.web import Api


@pytest.fixture
def with_sandbox(platforms: Platforms, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """This installation talks to the sandbox, and keeps its data in an empty directory."""
    secrets = reload_environment()
    monkeypatch.setenv("HUBBUB_SANDBOX", "true")
    monkeypatch.setenv("HUBBUB_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY", secrets.secret_key.get_secret_value())
    monkeypatch.setenv("HUBBUB_ENCRYPTION_KEYS", secrets.encryption_keys.get_secret_value())
    monkeypatch.setenv("HUBBUB_INDEX_KEY", secrets.index_key.get_secret_value())
    reload_environment()
    yield tmp_path
    monkeypatch.undo()
    reload_environment()


def _run(name: str, *arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out, **options)
    return out.getvalue()


def _line(platforms: Platforms) -> str:
    external_id = unique_external_id("line")
    platforms.put(f"/accounts/line/{external_id}", {"channel_secret": "s", "access_token": _token(external_id)})
    return external_id


def _token(external_id: str) -> str:
    return f"token-of-{external_id}"


def _connect(tenant: Tenant, external_id: str, *credentials: str) -> str:
    arguments = ["--organization", tenant.organization.slug, "--platform", "line", "--external-id", external_id]
    for credential in credentials:
        arguments += ["--credential", credential]
    return _run("connect_channel", *arguments)


def test_a_channel_is_connected_from_the_terminal(platforms: Platforms) -> None:
    tenant, external_id = make_tenant(), _line(platforms)
    assert "Connected" in _connect(tenant, external_id, "channel_secret=s", f"access_token={_token(external_id)}")
    with organization_scope(tenant.id):
        assert Channel.objects.get().external_id == external_id


def test_a_credential_may_stand_in_a_file(platforms: Platforms, tmp_path: Path) -> None:
    external_id = _line(platforms)
    (tmp_path / "token").write_text(_token(external_id) + "\n")
    answer = _connect(make_tenant(), external_id, "channel_secret=s", f"access_token=@{tmp_path / 'token'}")
    assert "Connected" in answer


@pytest.mark.parametrize("credentials", [["nonsense"], ["access_token=t"], ["channel_secret=s", "access_token=wrong"]])
def test_a_wrong_credential_gets_one_sentence_without_it(platforms: Platforms, credentials: list[str]) -> None:
    with pytest.raises(CommandError) as refused:
        _connect(make_tenant(), _line(platforms), *credentials)
    assert "\n" not in str(refused.value)
    assert "wrong" not in str(refused.value)


def test_a_key_is_printed_once_and_works(platforms: Platforms) -> None:
    tenant = make_tenant()
    key = _run("create_api_key", "--organization", tenant.organization.slug, "--role", "viewer").strip()
    assert Api(key).get("/channels").status == 200
    assert Api(key).post("/channels").status == 403


def test_an_organisation_that_does_not_exist_is_named(platforms: Platforms) -> None:
    with pytest.raises(CommandError, match="'nobody'"):
        _run("create_api_key", "--organization", "nobody")


def test_the_demo_can_be_made_again_and_again(with_sandbox: Path, platforms: Platforms) -> None:
    first, again = make_demo(), make_demo()
    assert first == again
    organization = find_organization(SLUG)
    with organization_scope(organization.id):
        connected = list(Channel.objects.filter(status="connected").values_list("platform", flat=True))
    assert sorted(connected) == ["facebook", "instagram", "line", "whatsapp"]
    assert Api(first.split()[-1]).get("/deliveries").status == 200
    for name in ("demo.json", "sandbox.json"):
        assert stat.S_IMODE((with_sandbox / name).stat().st_mode) == 0o600


def test_a_sandbox_that_starts_again_knows_the_demo(with_sandbox: Path, platforms: Platforms) -> None:
    make_demo()
    world = World("http://127.0.0.1:1", "http://127.0.0.1:2")
    setup = loads((with_sandbox / "sandbox.json").read_bytes())
    assert isinstance(setup, dict)
    set_up(world, setup)
    assert len(world.state.accounts) == 4


def test_somebody_plays_a_customer(with_sandbox: Path, platforms: Platforms) -> None:
    make_demo()
    said = _run("sandbox_say", "--organization", SLUG, "--channel", "line", "--from", "Mali", "hello")
    assert "Mali" in said
    platforms.wait_for_webhook("hello")


def test_a_channel_that_does_not_exist_gets_a_sentence(with_sandbox: Path, platforms: Platforms) -> None:
    make_demo()
    with pytest.raises(CommandError, match="no channel 'pigeon'"):
        _run("sandbox_say", "--organization", SLUG, "--channel", "pigeon", "hello")


def test_without_a_sandbox_nobody_can_be_played(platforms: Platforms) -> None:
    tenant, external_id = make_tenant(), _line(platforms)
    _connect(tenant, external_id, "channel_secret=s", f"access_token={_token(external_id)}")
    with pytest.raises(CommandError, match="HUBBUB_SANDBOX"):
        _run("sandbox_say", "--organization", tenant.organization.slug, "--channel", "line", "hello")

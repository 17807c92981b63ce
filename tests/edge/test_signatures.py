"""Whose secrets count: the environment's, the addressed channels', and nobody else's."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from hubbub.edge.delivery import SIGNED_FOR
from hubbub.kit.ids import new_id
from tests.edge.harness import (
    APP_SECRET,
    EdgeDatabase,
    EdgeProcess,
    Proxy,
    instagram_body,
    line_body,
    line_signature,
    meta_signature,
    page_body,
    wait_for,
    wait_for_channels,
    whatsapp_body,
)


@pytest.mark.parametrize(
    ("platform", "body"),
    [
        ("facebook", page_body(text="สวัสดี")),
        ("instagram", instagram_body(text="\\u0e2a\\/")),
        ("whatsapp", whatsapp_body(text="emoji 🎉")),
    ],
)
def test_metas_signature_is_over_the_exact_bytes(
    edge: EdgeProcess, tables: EdgeDatabase, platform: str, body: bytes
) -> None:
    assert edge.post(f"/webhooks/{platform}", body, meta_signature(body)).status_code == 200
    assert edge.post(f"/webhooks/{platform}", body + b"\n", meta_signature(body)).status_code == 403
    assert tables.bodies() == [body]


def test_lines_signature_is_over_the_exact_bytes(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    account = _line_account(edge, tables, "line-secret")
    body = line_body(account, text="こんにちは \\ud83d\\ude00")
    signature = line_signature(body, "line-secret")
    assert edge.post("/webhooks/line", body, signature).status_code == 200
    assert edge.post("/webhooks/line", body + b" ", signature).status_code == 403
    assert (
        edge.post("/webhooks/line", body, {"X-Line-Signature": signature["X-Line-Signature"] + "="}).status_code == 403
    )
    assert tables.bodies() == [body]


def test_a_line_body_is_checked_with_its_own_channels_secret(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    tables.add_channel("line", "U1", secrets=["secret-1"])
    tables.add_channel("line", "U2", secrets=["secret-2"])
    wait_for_channels(edge, 2)
    body = line_body("U1")
    assert edge.post("/webhooks/line", body, line_signature(body, "secret-1")).status_code == 200
    assert edge.post("/webhooks/line", body, line_signature(body, "secret-2")).status_code == 403


def test_the_environments_app_secret_means_nothing_to_line(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    body = line_body("U-unknown")
    assert edge.post("/webhooks/line", body, line_signature(body, APP_SECRET)).status_code == 403


def test_while_secrets_rotate_both_are_good(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    tables.add_channel("line", "U1", secrets=["new-secret", "old-secret"])
    wait_for_channels(edge, 1)
    body = line_body("U1")
    assert edge.post("/webhooks/line", body, line_signature(body, "old-secret")).status_code == 200
    assert edge.post("/webhooks/line", body, line_signature(body, "new-secret")).status_code == 200


def test_the_environment_may_name_two_app_secrets(tables: EdgeDatabase, tmp_path: Path) -> None:
    environment = {"FACEBOOK_APP_SECRET": "new-secret, old-secret"}
    with EdgeProcess(tables.edge_url, tmp_path, environment=environment) as edge:
        body = page_body()
        answers = [
            edge.post("/webhooks/facebook", body, meta_signature(body, f"{age}-secret")) for age in ("new", "old")
        ]
        assert [answer.status_code for answer in answers] == [200, 200]


def test_a_changed_secret_arrives_by_itself(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    channel = tables.add_channel("line", "U1", secrets=["first"])
    wait_for_channels(edge, 1)
    tables.change_secrets(channel, ["second"])
    body = line_body("U1")
    wait_for(lambda: edge.post("/webhooks/line", body, line_signature(body, "second")).status_code == 200)
    assert edge.post("/webhooks/line", body, line_signature(body, "first")).status_code == 403


def test_the_secret_of_an_inactive_channel_is_forgotten(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    account = _line_account(edge, tables, "line-secret")
    tables.clear()
    wait_for_channels(edge, 0)
    body = line_body(account)
    assert edge.post("/webhooks/line", body, line_signature(body, "line-secret")).status_code == 403


def test_a_channel_with_an_app_of_its_own_is_checked_with_that_apps_secret(
    edge: EdgeProcess, tables: EdgeDatabase
) -> None:
    tables.add_channel("facebook", "2001", secrets=["own-app"])
    tables.add_channel("whatsapp", "3001", parent_external_id="4001", secrets=["own-wa-app"])
    wait_for_channels(edge, 2)
    page, business, stranger = page_body("2001"), whatsapp_body(business="4001"), page_body("2002")
    assert edge.post("/webhooks/facebook", page, meta_signature(page, "own-app")).status_code == 200
    assert edge.post("/webhooks/facebook", page, meta_signature(page)).status_code == 200
    assert edge.post("/webhooks/whatsapp", business, meta_signature(business, "own-wa-app")).status_code == 200
    assert edge.post("/webhooks/facebook", stranger, meta_signature(stranger, "own-app")).status_code == 403
    assert edge.post("/webhooks/instagram", page, meta_signature(page, "own-app")).status_code == 403


def test_a_delivery_says_for_whom_its_signature_speaks(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    victim, attacker = new_id(), new_id()
    tables.add_channel("facebook", "5001", secrets=["victims-app"], organization_id=victim)
    tables.add_channel("facebook", "5002", secrets=["attackers-app"], organization_id=attacker)
    wait_for_channels(edge, 2)
    forged = _with_entry_of("5002", page_body("5001"))
    assert edge.post("/webhooks/facebook", forged, meta_signature(forged, "attackers-app")).status_code == 200
    assert _signed_for(tables) == [str(attacker)]


def test_the_environments_signature_speaks_for_everybody(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    tables.add_channel("facebook", "5001", secrets=["own-app"])
    wait_for_channels(edge, 1)
    edge.post_signed(page_body("5001"))
    assert _signed_for(tables) == [None]


def test_a_channel_with_the_environments_own_secret_narrows_nothing(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    tables.add_channel("facebook", "5001", secrets=["own-app", APP_SECRET])
    wait_for_channels(edge, 1)
    edge.post_signed(_with_entry_of("5002", page_body("5001")))
    assert _signed_for(tables) == [None]


def test_organizations_that_share_an_app_are_all_named(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    owners = sorted([new_id(), new_id()])
    for page, owner in zip(("5001", "5002"), owners, strict=True):
        tables.add_channel("facebook", page, secrets=["agencys-app"], organization_id=owner)
    wait_for_channels(edge, 2)
    body = _with_entry_of("5002", page_body("5001"))
    edge.post("/webhooks/facebook", body, meta_signature(body, "agencys-app"))
    assert sorted((_signed_for(tables)[0] or "").split(",")) == [str(owner) for owner in owners]


def test_a_channel_in_the_path_is_the_only_one_whose_secret_counts(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    one = tables.add_channel("line", "U1", secrets=["secret-1"])
    tables.add_channel("line", "U2", secrets=["secret-2"])
    wait_for_channels(edge, 2)
    body = line_body("U2")
    for name in ("U1", str(one)):
        path = f"/api/v1/webhooks/line/{name}"
        assert edge.post(path, body, line_signature(body, "secret-2")).status_code == 403
        assert edge.post(path, body, line_signature(body, "secret-1")).status_code == 200
    assert tables.execute("SELECT DISTINCT headers ->> %s FROM delivery", [SIGNED_FOR]) == [(str(_owner(tables, one)),)]


def test_nobody_can_find_out_which_channels_exist(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    channel = tables.add_channel("line", "U1", secrets=["secret-1"], verify_token="token-1")
    wait_for_channels(edge, 1)
    body = line_body("U1")
    signature = line_signature(body, "guess")
    for known, unknown in ((f"/api/v1/webhooks/line/{channel}", f"/api/v1/webhooks/line/{new_id()}"),):
        first, second = edge.post(known, body, signature), edge.post(unknown, body, signature)
        assert (first.status_code, first.content) == (second.status_code, second.content) == (403, second.content)
        assert first.headers.keys() == second.headers.keys()
    known_account, unknown_account = (
        edge.post("/webhooks/line", body, signature),
        edge.post("/webhooks/line", line_body("U9"), signature),
    )
    assert known_account.content == unknown_account.content


def test_a_secret_that_cannot_be_opened_harms_only_its_channel(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    moved = tables.add_channel("line", "U1", secrets=["secret-1"])
    tables.add_channel("line", "U2", secrets=["secret-2"])
    tables.execute("UPDATE edge_secret SET organization_id = %s WHERE channel_id = %s", [new_id(), moved])
    tables.execute("UPDATE edge_secret SET secrets_changed_at = clock_timestamp() WHERE channel_id = %s", [moved])
    wait_for_channels(edge, 2)
    one, two = line_body("U1"), line_body("U2")
    assert edge.post("/webhooks/line", one, line_signature(one, "secret-1")).status_code == 403
    assert edge.post("/webhooks/line", two, line_signature(two, "secret-2")).status_code == 200
    assert "secret-1" not in edge.logged()


def test_a_start_without_a_database_verifies_with_the_sealed_copy(
    tables: EdgeDatabase, proxy: Proxy, tmp_path: Path
) -> None:
    tables.add_channel("line", "U1", secrets=["line-secret"])
    spool = tmp_path / "spool"
    with EdgeProcess(proxy.url, tmp_path, spool=spool) as edge:
        wait_for_channels(edge, 1)
        edge.stop()
    copy = spool / "secrets.json"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert b"line-secret" not in copy.read_bytes()
    proxy.refuse()
    with EdgeProcess(proxy.url, tmp_path, spool=spool) as edge:
        body = line_body("U1")
        assert edge.post("/webhooks/line", body, line_signature(body, "line-secret")).status_code == 200
        assert edge.post("/webhooks/line", body, line_signature(body, "wrong")).status_code == 403
        proxy.pass_on()
        wait_for(edge.spool_is_empty)
        assert tables.bodies() == [body]


def test_without_database_and_copy_what_cannot_be_checked_is_503(proxy: Proxy, tmp_path: Path) -> None:
    proxy.refuse()
    with EdgeProcess(proxy.url, tmp_path, spool=tmp_path / "spool") as edge:
        body = line_body("U1")
        assert edge.post("/webhooks/line", body, line_signature(body, "line-secret")).status_code == 503
        assert edge.http.get("/health/ready").status_code == 503
        assert edge.post_signed(page_body()).status_code == 200


def test_a_damaged_copy_is_passed_over(proxy: Proxy, tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    (spool / "secrets.json").write_bytes(b'[{"channel_id": 7}]')
    with EdgeProcess(proxy.url, tmp_path, spool=spool) as edge:
        assert edge.post_signed(page_body()).status_code == 200
        assert "secrets_copy_unreadable" in edge.logged()


def _line_account(edge: EdgeProcess, tables: EdgeDatabase, secret: str) -> str:
    account = f"U{new_id().hex}"
    tables.add_channel("line", account, secrets=[secret])
    wait_for_channels(edge, 1)
    return account


def _with_entry_of(page: str, body: bytes) -> bytes:
    return body.replace(b'"entry": [', b'"entry": [{"id": "%s", "time": 1, "messaging": []}, ' % page.encode())


def _signed_for(tables: EdgeDatabase) -> list[str | None]:
    return [owners for (owners,) in tables.execute("SELECT headers ->> %s FROM delivery", [SIGNED_FOR])]


def _owner(tables: EdgeDatabase, channel: UUID) -> UUID:
    owner: UUID = tables.execute("SELECT organization_id FROM edge_secret WHERE channel_id = %s", [channel])[0][0]
    return owner


def test_bad_signatures_are_counted_by_account_and_written_together(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    owner = new_id()
    tables.execute("TRUNCATE noted")
    tables.add_channel("facebook", "5001", organization_id=owner)
    wait_for_channels(edge, 1)
    ours, nobodys = page_body("5001"), page_body("nobody's page")
    for _ in range(30):
        assert edge.post("/webhooks/facebook", ours, meta_signature(ours, "wrong")).status_code == 403
        assert edge.post("/webhooks/facebook", nobodys, {}).status_code == 403
    wait_for(lambda: _refused(tables, str(owner), "5001") == 30 and _refused(tables, None, "") >= 30)
    assert tables.execute("SELECT count(*) FROM noted")[0][0] <= 4
    assert tables.count() == 0


def _refused(tables: EdgeDatabase, organization_id: str | None, subject: str) -> int:
    rows = [row for row in _noted(tables) if (row["kind"], row["platform"]) == ("bad_signature", "facebook")]
    return sum(row["count"] for row in rows if (row["organization_id"], row["subject"]) == (organization_id, subject))


def _noted(tables: EdgeDatabase) -> list[dict[str, Any]]:
    return [row for (rows,) in tables.execute("SELECT rows FROM noted") for row in rows]

"""Connecting accounts through the API, against the sandbox."""

from __future__ import annotations

from typing import Any

from hubbub.channels.models import Channel
from hubbub.channels.subscriptions import check_subscription
from hubbub.organizations.models import Role
from hubbub.organizations.scope import organization_scope
from tests.support.factories import Tenant, make_channel, make_tenant, unique_external_id
from tests.support.outbound import APP, Platforms, connect
from tests.support.web import Answer, api_for

SECRET = "the-channel-secret"


def _account(platforms: Platforms, platform: str = "line", token: str = "") -> str:
    external_id = unique_external_id(platform)
    about: dict[str, Any] = {"name": "Our shop", "access_token": token or f"token-{external_id}"}
    about |= {"channel_secret": SECRET} if platform == "line" else {"app_id": APP, "subscribed_fields": []}
    platforms.put(f"/accounts/{platform}/{external_id}", about)
    return external_id


def _connect(tenant: Tenant, external_id: str, token: str = "", **more: Any) -> Answer:
    credentials = {"channel_secret": SECRET, "access_token": token or f"token-{external_id}"}
    body = {"platform": "line", "external_id": external_id, "credentials": credentials, **more}
    return api_for(tenant).post("/channels", body)


def test_a_channel_is_connected_after_the_platform_agreed(platforms: Platforms) -> None:
    tenant = make_tenant()
    answer = _connect(tenant, _account(platforms))
    assert answer.status == 201, answer.body
    assert (answer.body["status"], answer.body["name"], answer.body["is_verified"]) == ("connected", "Our shop", True)


def test_no_secret_is_ever_shown(platforms: Platforms) -> None:
    tenant = make_tenant()
    answer = _connect(tenant, _account(platforms))
    api = api_for(tenant)
    for shown in (answer, api.get("/channels"), api.get(f"/channels/{answer.body['id']}")):
        assert SECRET not in str(shown.body)
        assert "token-" not in str(shown.body)


def test_a_token_that_the_platform_refuses_is_not_stored(platforms: Platforms) -> None:
    tenant = make_tenant()
    answer = _connect(tenant, _account(platforms), token="wrong")
    assert answer.status == 422
    assert "token" in answer.sentence
    assert api_for(tenant).get("/channels").items == []


def test_another_account_s_token_is_refused(platforms: Platforms) -> None:
    _account(platforms, token="token-of-another")
    answer = _connect(make_tenant(), _account(platforms), token="token-of-another")
    assert answer.status == 422
    assert "belongs to" in answer.sentence


def test_a_missing_or_strange_credential_is_named(platforms: Platforms) -> None:
    api = api_for(make_tenant())
    body: dict[str, Any] = {"platform": "line", "external_id": "U1", "credentials": {"access_token": "x"}}
    assert "channel_secret" in api.post("/channels", body).sentence
    body["credentials"] = {"password": "x"}
    assert "password" in api.post("/channels", body).sentence


def test_an_account_of_another_organisation_is_a_conflict(platforms: Platforms) -> None:
    external_id = _account(platforms)
    assert _connect(make_tenant(), external_id).status == 201
    answer = _connect(make_tenant(), external_id)
    assert (answer.status, answer.code) == (409, "channel_taken")


def test_connecting_again_keeps_the_channel_and_takes_the_new_token(platforms: Platforms) -> None:
    tenant, external_id = make_tenant(), _account(platforms)
    first = _connect(tenant, external_id)
    platforms.put(f"/accounts/line/{external_id}", {"access_token": "token-2"})
    again = _connect(tenant, external_id, token="token-2")
    assert again.body["id"] == first.body["id"]
    with organization_scope(tenant.id):
        assert Channel.objects.get(external_id=external_id).credentials["access_token"] == "token-2"


def test_the_secret_before_is_kept_for_the_changeover(platforms: Platforms) -> None:
    tenant, external_id = make_tenant(), _account(platforms)
    channel = make_channel(tenant, "line", external_id=external_id, signing_secrets=["older"])
    assert _connect(tenant, external_id).status == 201
    with organization_scope(tenant.id):
        assert Channel.objects.get(id=channel.id).signing_secrets == [SECRET, "older"]


def test_a_page_is_subscribed_and_read_back(platforms: Platforms) -> None:
    external_id = _account(platforms, "facebook", token="page-token")
    credentials = {"access_token": "page-token", "app_id": APP, "app_secret": "app-secret"}
    body = {"platform": "facebook", "external_id": external_id, "credentials": credentials}
    answer = api_for(make_tenant()).post("/channels", body)
    assert answer.status == 201, answer.body
    assert answer.body["is_subscribed"] is True
    assert {"messages", "message_echoes", "message_deliveries"} <= set(answer.body["subscribed_fields"])


def test_pausing_and_resuming(platforms: Platforms) -> None:
    tenant = make_tenant()
    path = f"/channels/{make_channel(tenant).id}"
    api = api_for(tenant)
    assert api.post(f"{path}/pause").body["status"] == "paused"
    assert api.post(f"{path}/resume").body["status"] == "connected"


def test_a_channel_that_needs_a_new_token_is_not_resumed(platforms: Platforms) -> None:
    tenant = make_tenant()
    channel = make_channel(tenant, status="needs_reconnect")
    assert api_for(tenant).post(f"/channels/{channel.id}/resume").status == 409


def test_disconnecting_forgets_secrets_and_frees_the_account(platforms: Platforms) -> None:
    ours, theirs, external_id = make_tenant(), make_tenant(), _account(platforms)
    channel = _connect(ours, external_id).body
    answer = api_for(ours).post(f"/channels/{channel['id']}/disconnect")
    assert (answer.body["status"], answer.body["has_credentials"]) == ("disconnected", False)
    assert _connect(theirs, external_id).status == 201


def test_disconnecting_works_with_a_dead_token(platforms: Platforms) -> None:
    tenant = make_tenant()
    channel = make_channel(tenant, "facebook", credentials={"access_token": "dead"})
    assert api_for(tenant).post(f"/channels/{channel.id}/disconnect").body["status"] == "disconnected"


def test_disconnecting_instagram_leaves_its_page_subscribed_for_messenger(platforms: Platforms) -> None:
    page = connect(platforms, "facebook")
    instagram = make_channel(
        page.tenant, "instagram", parent_external_id=page.channel.external_id, credentials=page.channel.credentials
    )
    assert api_for(page.tenant).post(f"/channels/{instagram.id}/disconnect").body["status"] == "disconnected"
    assert check_subscription(page.channel).is_whole


def test_settings_change_one_by_one(platforms: Platforms) -> None:
    tenant = make_tenant()
    path = f"/channels/{make_channel(tenant).id}"
    api = api_for(tenant)
    answer = api.patch(path, {"auto_reply_text": "Hi {{first_name|there}}", "is_active": False})
    assert (answer.body["auto_reply_text"], answer.body["is_active"]) == ("Hi {{first_name|there}}", False)
    assert api.patch(path, {"status": "connected"}).status == 422


def test_filters_and_capabilities(platforms: Platforms) -> None:
    tenant = make_tenant()
    line, page = make_channel(tenant, "line"), make_channel(tenant, "facebook", is_active=False)
    api = api_for(tenant, Role.VIEWER)
    assert [row["id"] for row in api.get("/channels", platform="line").items] == [str(line.id)]
    assert [row["id"] for row in api.get("/channels", is_active=False).items] == [str(page.id)]
    capabilities = api.get(f"/channels/{line.id}/capabilities").body
    assert (capabilities["text_limit"], capabilities["text_unit"]) == (5000, "utf16")
    assert [row["platform"] for row in api.get("/channels/platforms").items] == [
        "facebook",
        "instagram",
        "whatsapp",
        "line",
    ]

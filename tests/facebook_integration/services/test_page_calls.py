"""Calls that are no messages: people, threads, personas, files, webhooks, batches."""

from __future__ import annotations

from typing import Any

import pytest

from facebook_integration.services.facebook_api import FacebookGraphAPI, FacebookMessengerService
from hubbub.channels.models import Channel, PlatformCall
from hubbub.organizations.scope import organization_scope
from tests.facebook_integration.services.seen import calls, messages
from tests.support.outbound import APP, Line

Json = dict[str, Any]
PAGE_INBOX = "263902037430900"


def routed(line: Line, **more: Any) -> FacebookGraphAPI:
    """The Page uses Conversation Routing."""
    line.platforms.put(
        f"/accounts/facebook/{line.channel.external_id}",
        {"uses_routing": True, "default_app": APP, "may_take_control": True, **more},
    )
    return FacebookGraphAPI(line.channel)


def is_on_standby(line: Line) -> bool:
    """Flows pause in the conversation."""
    row = line.row(
        "SELECT c.is_standby AND i.is_standby AS found FROM conversation c"
        "  JOIN contact_identity i ON i.id = c.identity_id WHERE c.id = %(conversation)s"
    )
    return bool(row["found"])


def with_app(line: Line) -> FacebookGraphAPI:
    """The channel knows the app that it belongs to."""
    with organization_scope(line.tenant.id):
        channel = Channel.objects.get(id=line.channel.id)
        channel.credentials = {**(channel.credentials or {}), "app_id": APP}
        channel.save(update_fields=["credentials"])
    return FacebookGraphAPI(channel)


# --- People -----------------------------------------------------------------------------------------------------------


def test_a_profile_is_told_and_kept_on_the_contact(line: Line) -> None:
    success, profile = FacebookGraphAPI(line.channel).get_user_profile(user_id=line.customer_id)
    assert success
    assert profile["first_name"] == "Mali"
    assert "locale" not in profile
    kept = line.row("SELECT profile_state, profile FROM contact_identity WHERE external_id = %(p)s", p=line.customer_id)
    assert kept["profile_state"] == "fetched"
    assert kept["profile"]["first_name"] == "Mali"


def test_locale_timezone_and_gender_are_asked_for_only_when_granted(line: Line) -> None:
    granted = ["pages_messaging", "pages_user_locale", "pages_user_timezone"]
    line.platforms.put(f"/tokens/token-{line.channel.external_id}", {"scopes": granted})
    success, profile = with_app(line).get_user_profile(line.customer_id)
    assert success
    assert (profile["locale"], profile["timezone"]) == ("th_TH", 7)
    assert "gender" not in profile
    contact = line.row(
        "SELECT p.language, p.timezone FROM contact p JOIN conversation c ON c.contact_id = p.id"
        " WHERE c.id = %(conversation)s"
    )
    assert contact == {"language": "th_TH", "timezone": "Etc/GMT-7"}


def test_fields_that_are_refused_are_left_out(line: Line) -> None:
    line.platforms.put(f"/tokens/token-{line.channel.external_id}", {"scopes": ["pages_messaging"]})
    success, profile = FacebookGraphAPI(line.channel).get_user_profile(line.customer_id, ["first_name", "gender"])
    assert success
    assert profile["first_name"] == "Mali"


def test_many_profiles_are_asked_for_at_once(line: Line) -> None:
    psids = [line.customer_id, line.say(who="Nok")["customer_id"]]
    success, profiles = FacebookGraphAPI(line.channel).get_user_profiles(psids)
    assert success
    assert {one["first_name"] for one in profiles.values()} == {"Mali", "Nok"}
    assert len([one for one in calls(line, "") if one["method"] == "POST"]) == 1


def test_somebody_unknown_is_said_to_be_so(line: Line) -> None:
    success, response = FacebookGraphAPI(line.channel).get_user_profile("999")
    assert not success
    assert response["error"]["code"] == 100


# --- Threads ----------------------------------------------------------------------------------------------------------


def test_a_conversation_is_passed_to_the_pages_inbox_and_taken_back(line: Line) -> None:
    api = routed(line)
    success, response = api.pass_thread_control(
        recipient_id=line.customer_id, target_app_id="page_inbox", metadata="Customer requested human agent"
    )
    assert (success, response) == (True, {"success": True})
    _, owner = api.get_thread_owner(line.customer_id)
    assert owner["data"][0]["thread_owner"]["app_id"] == PAGE_INBOX
    assert is_on_standby(line)
    worked, response = api.send_text_message(line.customer_id, "still there?")
    assert not worked
    assert response["error"]["reason"] == "thread_not_ours"
    assert api.take_thread_control(recipient_id=line.customer_id, metadata="Automated system resuming")[0]
    assert api.get_thread_owner(line.customer_id)[1]["data"][0]["thread_owner"]["app_id"] == APP
    assert not is_on_standby(line)


def test_a_conversation_is_extended_released_and_requested(line: Line) -> None:
    api = routed(line)
    assert api.take_thread_control(line.customer_id)[0]
    assert api.extend_thread_control(line.customer_id, 3600)[0]
    assert api.release_thread_control(line.customer_id)[0]
    assert api.get_thread_owner(line.customer_id)[1] == {"data": []}
    routed(line, uses_routing=False, default_app="")
    assert api.request_thread_control(line.customer_id)[0]


def test_what_was_written_before_goes_out_before_the_conversation_is_passed(line: Line) -> None:
    api = routed(line)
    message = FacebookMessengerService(line.channel).send_text(line.customer_id, "A colleague takes over.")
    assert api.pass_thread_control(line.customer_id, "page_inbox")[0]
    assert line.status(message) == "sent"
    assert messages(line) == [{"text": "A colleague takes over."}]


def test_typing_and_seen_are_shown(line: Line) -> None:
    messenger = FacebookMessengerService(line.channel)
    assert messenger.send_typing_on(line.customer_id) == (True, {"recipient_id": line.customer_id})
    assert messenger.send_typing_off(line.customer_id)[0]
    assert messenger.mark_seen(line.customer_id)[0]


# --- The Page ---------------------------------------------------------------------------------------------------------


def test_a_connection_is_tested(line: Line) -> None:
    success, message = FacebookMessengerService(line.channel).test_connection()
    assert success
    assert message == f"Connected to the Page Shop ({line.channel.external_id})."


def test_a_dead_token_is_told_and_holds_the_channel(line: Line) -> None:
    line.platforms.put(f"/tokens/token-{line.channel.external_id}", {"subcode": 460})
    success, message = FacebookMessengerService(line.channel).test_connection()
    assert not success
    assert "password" in message
    assert line.refreshed().status == "needs_reconnect"
    success, response = FacebookGraphAPI(line.channel).send_text_message(line.customer_id, "hello")
    assert not success
    assert response["error"]["reason"] == "channel_held"
    assert "password" in response["error"]["message"]


def test_a_channel_that_is_switched_off_sends_nothing(line: Line) -> None:
    with organization_scope(line.tenant.id):
        Channel.objects.filter(id=line.channel.id).update(is_active=False)
    success, response = FacebookGraphAPI(line.channel).send_text_message(line.customer_id, "hello")
    assert (success, response["error"]["reason"]) == (False, "channel_held")
    assert messages(line) == []


def test_personas_are_made_listed_and_deleted(line: Line) -> None:
    api = FacebookGraphAPI(line.channel)
    success, made = api.create_persona("Nok", "https://example.com/nok.png")
    assert success
    assert [one["name"] for one in api.get_personas()[1]["data"]] == ["Nok"]
    assert api.get_persona(made["id"])[1]["name"] == "Nok"
    assert api.delete_persona(made["id"])[0]
    assert api.get_personas()[1]["data"] == []
    success, response = api.create_persona("x" * 51, "https://example.com/nok.png")
    assert not success
    assert "51" in response["error"]["message"]


def test_a_file_is_uploaded_and_sent_by_its_id(line: Line) -> None:
    api = FacebookGraphAPI(line.channel)
    success, response = api.upload_attachment("image", "https://example.com/a.jpg")
    assert success
    sent, _ = api.send_attachment_message(line.customer_id, "image", attachment_id=response["attachment_id"])
    assert sent
    assert messages(line) == [
        {"attachment": {"type": "image", "payload": {"attachment_id": response["attachment_id"]}}}
    ]


def test_a_page_is_subscribed_at_its_own_address(line: Line) -> None:
    api = FacebookGraphAPI(line.channel)
    assert api.unsubscribe_page()[0]
    assert api.get_subscribed_apps() == (True, {"data": []})
    assert api.subscribe_page()[0]
    (app,) = api.get_subscribed_apps()[1]["data"]
    assert app["id"] == APP
    assert {"messages", "messaging_postbacks", "message_echoes"} <= set(app["subscribed_fields"])
    paths = {one["path"] for one in calls(line, "subscribed_apps")}
    assert paths == {f"/v26.0/{line.channel.external_id}/subscribed_apps"}


def test_the_apps_webhook_is_set_with_the_apps_token(line: Line) -> None:
    worked, response = FacebookGraphAPI(line.channel).get_app_subscriptions()
    assert not worked
    assert "id and the secret of the Meta app" in response["error"]["message"]
    api = with_app(line)
    hub = line.platforms.hub
    success, response = api.subscribe_app(f"{hub.url}/webhooks/facebook", hub.verify_token)
    assert success, response
    found = {one["object"]: one for one in api.get_app_subscriptions()[1]["data"]}
    assert found["page"]["callback_url"] == f"{hub.url}/webhooks/facebook"


# --- Batches ----------------------------------------------------------------------------------------------------------


def test_a_batch_answers_each_part_in_order(line: Line) -> None:
    success, response = FacebookGraphAPI(line.channel).batch(
        [
            {"method": "GET", "relative_url": "me?fields=name"},
            {"method": "GET", "relative_url": "999?fields=first_name"},
            {
                "method": "POST",
                "relative_url": "me/personas",
                "body": {"name": "B", "profile_picture_url": "https://x.co/b"},
            },
        ]
    )
    assert not success
    (first, second, third) = response["results"]
    assert first[0]
    assert first[1]["name"] == "Shop"
    assert (second[0], second[1]["error"]["code"]) == (False, 100)
    assert third[0]
    assert third[1]["id"]


def test_more_than_fifty_parts_are_several_batches(line: Line) -> None:
    parts: list[Json] = [{"method": "GET", "relative_url": "me?fields=name"}] * 51
    success, response = FacebookGraphAPI(line.channel).batch(parts)
    assert success
    assert len(response["results"]) == 51


@pytest.mark.parametrize("path", ["me/messages", "123/messages?x=1"])
def test_messages_do_not_go_in_a_batch(line: Line, path: str) -> None:
    success, response = FacebookGraphAPI(line.channel).batch([{"method": "POST", "relative_url": path}])
    assert not success
    assert "do not go in a batch" in response["results"][0][1]["error"]["message"]
    assert messages(line) == []


def test_every_call_stands_in_the_call_log(line: Line) -> None:
    api = FacebookGraphAPI(line.channel)
    api.get_page_info()
    api.send_text_message(line.customer_id, "hello")
    with organization_scope(line.tenant.id):
        logged = PlatformCall.objects.filter(channel_id=line.channel.id).order_by("at")
        assert [(one.method, one.endpoint, one.outcome) for one in logged] == [
            ("GET", "/me", "accepted"),
            ("POST", "/{page-id}/messages", "accepted"),
        ]

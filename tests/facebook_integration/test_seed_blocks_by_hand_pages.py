"""What a Page shows, who answers on it, and how one looks into it: seed 001."""

from __future__ import annotations

import logging
import logging.config
from collections.abc import Iterator
from pathlib import Path

import pytest

from facebook_integration.models import FacebookConversationFlow, FacebookPage, FacebookTemplate, FacebookUser
from facebook_integration.services.facebook_api import FacebookGraphAPI, FacebookMessengerService
from hubbub.contacts.models import ContactIdentity
from hubbub.flows.models import FlowRun
from hubbub.settings.environment import read_environment
from tests.facebook_integration.documented import Documented, rows
from tests.support.outbound import APP

PAGE_INBOX = "263902037430900"


# --- The flow of the document ----------------------------------------------------------------------------------------


def test_the_documented_flow_asks_stores_and_thanks(shop: Documented) -> None:
    flow = FacebookConversationFlow.objects.create(
        name="Lead Generation Flow",
        flow_type="lead_generation",
        page=shop.page,
        trigger_type="keyword",
        trigger_value="interested,demo,pricing",
        flow_steps={
            "start": {
                "actions": [
                    {"type": "send_text", "text": "Great! I'd love to learn more about your needs."},
                    {"type": "send_text", "text": "What's your name?"},
                ],
                "next": "collect_name",
            },
            "collect_name": {
                "actions": [
                    {"type": "set_variable", "name": "lead_name", "value": "{{message_text}}"},
                    {"type": "send_text", "text": "Nice to meet you, {{lead_name}}!"},
                    {"type": "send_text", "text": "What's your email address?"},
                ],
                "next": "collect_email",
            },
            "collect_email": {
                "actions": [
                    {"type": "set_variable", "name": "lead_email", "value": "{{message_text}}"},
                    {
                        "type": "send_text",
                        "text": "Perfect! Our sales team will contact you at {{lead_email}} within 24 hours.",
                    },
                ],
                "next": "end",
            },
            "end": {"actions": [{"type": "send_text", "text": "Thank you for your interest! 🚀"}]},
        },
        is_active=True,
        priority=8,
    )
    for text in ("tell me about pricing", "John", "john@example.com"):
        shop.says(text)
    assert shop.texts() == [
        "Great! I'd love to learn more about your needs.",
        "What's your name?",
        "Nice to meet you, John!",
        "What's your email address?",
        "Perfect! Our sales team will contact you at john@example.com within 24 hours.",
        "Thank you for your interest! 🚀",
    ]
    (run,) = rows(shop, FlowRun, flow_id=flow.pk)
    assert (run.status, run.state["variables"]["lead_email"]) == ("completed", "john@example.com")
    assert FacebookConversationFlow.objects.get(flow_type="lead_generation").priority == 8


# --- What the Page shows ----------------------------------------------------------------------------------------------


def test_menu_greeting_button_and_questions_are_set_together(shop: Documented) -> None:
    messenger = FacebookMessengerService(shop.page)
    started = {"type": "postback", "title": "Get Started", "payload": "GET_STARTED"}
    visit = {"type": "web_url", "title": "Visit Website", "url": "https://example.com"}
    below = [
        {"type": "postback", "title": "Contact Support", "payload": "CONTACT_SUPPORT"},
        {"type": "postback", "title": "FAQ", "payload": "FAQ"},
        {"type": "web_url", "title": "Help Center", "url": "https://example.com/help"},
    ]
    questions = [
        {"question": "What services do you offer?", "payload": "SERVICES"},
        {"question": "How can I contact support?", "payload": "SUPPORT"},
    ]
    success, response = messenger.configure_page_settings(
        {
            "persistent_menu": [started, {"type": "nested", "title": "Help", "call_to_actions": below}, visit],
            "greeting_text": "Hi! Welcome to our page. How can we help you today?",
            "get_started_payload": "GET_STARTED",
            "ice_breakers": questions,
        }
    )
    assert success, response
    _, profile = messenger.api.get_messenger_profile()
    menu = profile["persistent_menu"][0]
    assert [one["title"] for one in menu["call_to_actions"]] == [
        "Get Started",
        "Help: Contact Support",
        "Help: FAQ",
        "Help: Help Center",
        "Visit Website",
    ]
    assert profile["greeting"] == [{"locale": "default", "text": "Hi! Welcome to our page. How can we help you today?"}]
    assert profile["get_started"] == {"payload": "GET_STARTED"}
    assert profile["ice_breakers"] == [{"locale": "default", "call_to_actions": questions}]
    assert len([one for one in shop.called("messenger_profile") if one["method"] == "POST"]) == 1


# --- Who answers ------------------------------------------------------------------------------------------------------


def with_routing(shop: Documented) -> None:
    """The Page uses Conversation Routing, and our app may take control."""
    shop.line.platforms.put(
        f"/accounts/facebook/{shop.page.page_id}",
        {"uses_routing": True, "default_app": APP, "may_take_control": True},
    )


def owner(shop: Documented) -> str:
    _, response = FacebookGraphAPI(shop.page).get_thread_owner(shop.psid)
    return str(response["data"][0]["thread_owner"]["app_id"])


def standby(shop: Documented) -> bool:
    (identity,) = rows(shop, ContactIdentity, external_id=shop.psid)
    return bool(identity.is_standby)


def test_control_is_passed_to_a_live_agent(shop: Documented) -> None:
    with_routing(shop)
    user_needs_human_agent = True
    if user_needs_human_agent:
        api = FacebookGraphAPI(shop.page)
        success, response = api.pass_thread_control(
            recipient_id=shop.psid, target_app_id="page_inbox_app_id", metadata="Customer requested human agent"
        )
    assert (success, response) == (True, {"success": True})
    assert (owner(shop), standby(shop)) == (PAGE_INBOX, True)


def test_control_is_taken_back(shop: Documented) -> None:
    with_routing(shop)
    api = FacebookGraphAPI(shop.page)
    assert api.pass_thread_control(shop.psid, "page_inbox_app_id")[0]
    success, response = api.take_thread_control(recipient_id=shop.psid, metadata="Automated system resuming")
    assert (success, response) == (True, {"success": True})
    assert (owner(shop), standby(shop)) == (APP, False)


# --- Looking into it --------------------------------------------------------------------------------------------------


def test_health_and_connection_of_a_page_are_told(shop: Documented) -> None:
    page = FacebookPage.objects.get(page_id=shop.page.page_id)
    assert (f"Healthy: {page.is_healthy}", f"Last error: {page.last_error_message}") == (
        "Healthy: True",
        "Last error: ",
    )
    messenger = FacebookMessengerService(page)
    assert messenger.test_connection() == (True, f"Connected to the Page Shop ({page.page_id}).")
    shop.line.platforms.put(f"/tokens/{shop.token}", {"subcode": 463})
    success, message = messenger.test_connection()
    assert (success, bool(message)) == (False, True)
    shop.line.platforms.put(f"/tokens/{shop.token}", {"subcode": None})
    page.refresh_from_db()
    assert not page.is_healthy
    assert page.last_error_message


def test_a_missing_profile_is_fetched_and_kept(shop: Documented) -> None:
    user = FacebookUser.objects.get(psid=shop.psid)
    FacebookUser.objects.filter(psid=shop.psid).update(first_name="", last_name="")
    user.refresh_from_db()
    assert not user.first_name
    api = FacebookGraphAPI(shop.page)
    success, profile = api.get_user_profile(user.psid)
    assert success
    user.first_name = profile.get("first_name", "")
    user.last_name = profile.get("last_name", "")
    user.save()
    (kept,) = rows(shop, ContactIdentity, external_id=shop.psid)
    assert (kept.profile["first_name"], FacebookUser.objects.get(psid=shop.psid).first_name) == ("Mali", "Mali")


# --- Settings ---------------------------------------------------------------------------------------------------------


def test_the_documented_variables_are_read_from_the_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "FACEBOOK_WEBHOOK_VERIFY_TOKEN=your_webhook_verify_token\n"
        "FACEBOOK_APP_SECRET=your_facebook_app_secret\n"
        "FACEBOOK_MAX_MESSAGE_RETRY=3\n"
        "FACEBOOK_RATE_LIMIT_PER_HOUR=1000\n"
    )
    monkeypatch.setenv("HUBBUB_DATA_DIR", str(tmp_path))
    read = read_environment(file)
    assert (read.facebook_webhook_verify_token.get_secret_value(), read.facebook_app_secret.get_secret_value()) == (
        "your_webhook_verify_token",
        "your_facebook_app_secret",
    )
    assert (read.facebook_max_message_retry, read.facebook_rate_limit_per_hour) == (3, 1000)


@pytest.fixture
def messenger_log() -> Iterator[logging.Logger]:
    """The documented logger, put back afterwards."""
    logger = logging.getLogger("facebook_integration")
    before = (logger.handlers[:], logger.level, logger.disabled)
    yield logger
    logger.handlers[:], logger.level, logger.disabled = before


def test_the_documented_logging_tells_what_is_done_without_text(
    shop: Documented, messenger_log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"console": {"class": "logging.StreamHandler"}},
        "loggers": {"facebook_integration": {"handlers": ["console"], "level": "DEBUG"}},
    }
    logging.config.dictConfig(settings)
    FacebookMessengerService(shop.page).send_text(shop.psid, "a private word", wait=20)
    told = capsys.readouterr().err
    assert messenger_log.level == logging.DEBUG
    assert "is sent" in told
    assert shop.page.page_id in told
    assert not any(word in told for word in ("a private word", shop.token, shop.psid))


def test_a_flow_sends_a_stored_template_by_its_name(shop: Documented) -> None:
    FacebookTemplate.objects.create(
        name="Offer",
        template_type="button",
        page=shop.page,
        template_data={
            "template_type": "button",
            "text": "For you, {{name}}: {{offer}}",
            "buttons": [
                {"type": "postback", "title": "Take it", "payload": "TAKE"},
                {"type": "phone_number", "title": "Call us", "payload": "+1-555-123-4567"},
            ],
        },
        variables=["name", "offer"],
    )
    FacebookConversationFlow.objects.create(
        name="Offers",
        flow_type="custom",
        page=shop.page,
        trigger_type="keyword",
        trigger_value="offer",
        flow_steps={
            "start": {
                "actions": [
                    {"type": "set_variable", "name": "offer", "value": "two for one"},
                    {"type": "send_template", "template": "Offer", "variables": {"name": "{{first_name|friend}}"}},
                ]
            }
        },
        is_active=True,
    )
    shop.says("an offer?")
    (message,) = shop.sent()
    assert [one["payload"] for one in message["attachment"]["payload"]["buttons"]] == ["TAKE", "+15551234567"]
    assert message["attachment"]["payload"]["text"].endswith(": two for one")

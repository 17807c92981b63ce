"""What each Python block of the documents did, once it ran: on the fake platform, in the database, in its names."""

from __future__ import annotations

import hashlib
import hmac
import logging
import logging.config
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from facebook_integration import models
from facebook_integration.services.facebook_api import FacebookGraphAPI
from hubbub.channels.models import Channel
from hubbub.contacts.models import ContactIdentity
from hubbub.flows.models import FlowRun
from hubbub.kit import json
from sandbox.webhooks.signing import meta_legacy_signature
from tests.facebook_integration.documented import Documented, rows
from tests.inbound.bodies import page as body_of
from tests.inbound.bodies import said
from tests.support.inbound import apply_all
from tests.support.outbound import APP

Names = dict[str, Any]
MODULES: Names = {"hmac": hmac, "hashlib": hashlib, "datetime": datetime}
PAGE_INBOX = "263902037430900"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A block that ran: for whom, with which names afterwards, and what it printed."""

    shop: Documented
    names: Names
    printed: str
    request: pytest.FixtureRequest


def picked(ran: Ran, *names: str) -> Names:
    """The values that the block gave to these names."""
    return {name: ran.names[name] for name in names}


def kinds(ran: Ran) -> list[str]:
    """What reached the phone, by kind: a text's first words, the type of a file, of a template."""
    return [_kind(one) for one in ran.shop.sent()]


def _kind(message: Names) -> str:
    attachment = message.get("attachment")
    if attachment is None:
        return str(message["text"]).split("!")[0].split("?")[0]
    payload = attachment["payload"]
    return str(payload.get("template_type") or attachment["type"])


# --- Seed 000 ---------------------------------------------------------------------------------------------------------


def _models(ran: Ran) -> None:
    """Every field and name of the document's own models is one of ours."""
    for name in ("FacebookIntegration", "WhatsAppIntegration"):
        theirs, ours = ran.names[name], getattr(models, name)
        assert theirs is not ours
        fields = [field.name for field in theirs._meta.fields if field.name != "id"]
        assert len(fields) > 6
        assert [field for field in fields if not hasattr(ours, field)] == []
        assert ours.objects.filter(**{field: None for field in fields if field not in SEALED}).count() == 0
        assert (ours._meta.verbose_name, ours._meta.verbose_name_plural) == (
            theirs._meta.verbose_name,
            theirs._meta.verbose_name_plural,
        )
    example = ran.names["FacebookIntegration"](page_name="Shop", platform_id=ran.shop.page.page_id)
    mine = models.FacebookIntegration.objects.get(platform_id=ran.shop.page.page_id)
    mine.page_name = "Shop"
    assert str(mine) == str(example)


SEALED = {"access_token"}


def _handler(ran: Ran) -> None:
    handle = ran.names["handle_facebook_webhook"]
    handle(body_of(ran.shop.page.page_id, said(ran.shop.page.page_id, "hello")))
    with pytest.raises(Exception, match="Facebook Page not connected to any account"):
        handle(body_of("404", said("404", "hello")))


def _connected(ran: Ran) -> None:
    kept = rows(ran.shop, Channel, owner=ran.names["request"].user)
    assert {one.name for one in kept} == {"Main Business Page", "Secondary Page"}
    assert all(one.is_subscribed and one.status == "connected" for one in kept)


def _owned(shop: Documented, names: Names, request: pytest.FixtureRequest) -> None:
    models.FacebookIntegration.objects.filter(platform_id=shop.page.page_id).update(user=names["request"].user)


def _listed(ran: Ran) -> None:
    assert ran.printed == f"Page: {ran.shop.page.page_name}, ID: {ran.shop.page.page_id}\n"


# --- Seed 001: models -------------------------------------------------------------------------------------------------


def _page(ran: Ran) -> None:
    names = ("page_name", "page_access_token", "app_id", "app_secret", "webhook_url", "verify_token")
    values = picked(ran, *names, "webhook_subscribed", "status", "is_healthy")
    page_id = ran.shop.new_account()
    models.FacebookPage.objects.create(page_id=page_id, **values)
    page = models.FacebookPage.objects.get(page_id=page_id)
    assert {name: getattr(page, name) for name in values} == values


def _user(ran: Ran) -> None:
    values = picked(ran, "psid", "page", "first_name", "last_name", "profile_pic", "locale", "timezone", "gender")
    values["customer"] = ran.names["customer"]
    models.FacebookUser.objects.create(**values)
    user = models.FacebookUser.objects.get(psid=values["psid"])
    assert {name: getattr(user, name) for name in values} == values


def _message(ran: Ran) -> None:
    values = picked(ran, "facebook_message_id", "direction", "message_type", "status", "text")
    values |= picked(ran, "attachment_url", "quick_reply_payload")
    assert {ran.names[name] for name in ("sent_at", "delivered_at", "read_at")} == {datetime}
    user = models.FacebookUser.objects.get(psid=ran.shop.psid)
    models.FacebookMessage.objects.create(user=user, message_id=ran.names["message_id"], **values)
    message = models.FacebookMessage.objects.get(message_id=ran.names["message_id"])
    assert {name: getattr(message, name) for name in values} == values
    assert all(hasattr(message, name) for name in ("sent_at", "delivered_at", "read_at"))


def _template(ran: Ran) -> None:
    values = picked(ran, "name", "template_type", "template_data", "variables")
    template = models.FacebookTemplate.objects.create(page=ran.shop.page, **values)
    ran.names["messenger"].send_template_message(ran.shop.psid, template, {"user_name": "John"})
    (message,) = ran.shop.sent()
    assert message["attachment"]["payload"] == values["template_data"]


def _flow(ran: Ran) -> None:
    values = picked(ran, "name", "flow_type", "trigger_type", "trigger_value", "flow_steps")
    steps = {**values["flow_steps"], "ask_help": {"actions": [{"type": "send_text", "text": "What is it about?"}]}}
    flow = models.FacebookConversationFlow.objects.create(
        page=ran.shop.page, is_active=True, **{**values, "flow_steps": steps}
    )
    ran.shop.taps(values["trigger_value"])
    assert ran.shop.texts() == ["Hello there!", "What is it about?"]
    assert rows(ran.shop, FlowRun, flow_id=flow.pk)


# --- Seed 001: services -----------------------------------------------------------------------------------------------


def _api(ran: Ran) -> None:
    assert ran.names["success"] is True
    assert ran.names["profile"]["first_name"] == "Mali"
    assert kinds(ran) == ["Hello", "button"]


def _service(ran: Ran) -> None:
    assert kinds(ran) == ["Thank you for your message", "image", "button", "How can we help you today"]
    assert models.FacebookMessage.objects.filter(page=ran.shop.page, direction="outbound", status="sent").count() == 4


def _handed_in(ran: Ran) -> None:
    assert ran.names["success"] is True
    apply_all()
    assert models.FacebookMessage.objects.filter(text="from the document").count() == 1


def _sent(*expected: str) -> Callable[[Ran], None]:
    def check(ran: Ran) -> None:
        assert kinds(ran) == list(expected)
        ran.names["message"].refresh_from_db()
        assert ran.names["message"].status == "sent"

    return check


def _templates(ran: Ran) -> None:
    buttons, cards = ran.shop.sent()
    assert buttons["attachment"]["payload"]["buttons"][2]["payload"] == "+15551234567"
    assert [one["title"] for one in cards["attachment"]["payload"]["elements"]] == ["Product 1", "Product 2"]


def _stored(ran: Ran) -> None:
    (message,) = ran.shop.sent()
    assert message["attachment"]["payload"]["text"] == "Welcome John! How can we help you?"
    assert models.FacebookTemplate.objects.get(name="Welcome Template").variables == ["user_name"]


def _lead(ran: Ran) -> None:
    for text in ("a demo, please", "John", "john@example.com"):
        ran.shop.says(text)
    said_back = ran.shop.texts()
    assert said_back[:1] == ["Great! I'd love to learn more about your needs."]
    assert said_back[2] == "Nice to meet you, John!"
    assert "john@example.com" in said_back[4]
    assert [one.status for one in rows(ran.shop, FlowRun)] == ["completed"]


def _shown(ran: Ran) -> None:
    _, profile = ran.names["messenger"].api.get_messenger_profile()
    assert sorted(profile) == ["get_started", "greeting", "ice_breakers", "persistent_menu"]
    titles = [one["title"] for one in profile["persistent_menu"][0]["call_to_actions"]]
    assert titles == ["Get Started", "Help: Contact Support", "Help: FAQ", "Help: Help Center", "Visit Website"]


def _routed(shop: Documented, names: Names, request: pytest.FixtureRequest) -> None:
    about = {"uses_routing": True, "default_app": APP, "may_take_control": True}
    shop.line.platforms.put(f"/accounts/facebook/{shop.page.page_id}", about)


def _passed(shop: Documented, names: Names, request: pytest.FixtureRequest) -> None:
    _routed(shop, names, request)
    assert names["api"].pass_thread_control(shop.psid, "page_inbox_app_id")[0]


def _owned_by(app: str) -> Callable[[Ran], None]:
    def check(ran: Ran) -> None:
        assert (ran.names["success"], ran.names["response"]) == (True, {"success": True})
        _, response = FacebookGraphAPI(ran.shop.page).get_thread_owner(ran.shop.psid)
        assert response["data"][0]["thread_owner"]["app_id"] == app
        (identity,) = rows(ran.shop, ContactIdentity, external_id=ran.shop.psid)
        assert identity.is_standby == (app == PAGE_INBOX)

    return check


# --- Seed 001: webhooks, parts, limits, trouble -----------------------------------------------------------------------


def _at_the_edge(shop: Documented, names: Names, request: pytest.FixtureRequest) -> None:
    """What the document leaves to the reader: a request is valid when our own door takes it."""
    del shop
    address = request.getfixturevalue("address")

    def validated(given: Any) -> bool:
        return httpx.post(address, content=given.body, headers=given.headers).status_code == 200

    names["validated"] = validated


def _signatures(ran: Ran) -> None:
    body = json.dumps(body_of(ran.shop.page.page_id, said(ran.shop.page.page_id, "signed"))).decode()
    good = meta_legacy_signature(ran.shop.app_secret, body.encode())
    verify, validate = ran.names["verify_webhook_signature"], ran.names["validate_webhook_request"]
    for signature, is_valid in ((good, True), (f"sha1={'0' * 40}", False)):
        assert verify(body, signature) is is_valid
        assert validate(SimpleNamespace(body=body, headers={"X-Hub-Signature": signature})) is is_valid
    apply_all()
    assert models.FacebookMessage.objects.filter(text="signed").count() == 1


def _parts(ran: Ran) -> None:
    messenger, psid = ran.names["messenger"], ran.shop.psid
    messenger.send_quick_reply(psid, "Choose", [ran.names["quick_reply"]])
    messenger.send_button_template(psid, "Choose", [ran.names[one] for one in ("button", "url_button", "call_button")])
    messenger.send_generic_template(psid, [ran.names["element"]])
    assert kinds(ran) == ["Choose", "button", "generic"]
    assert ran.names["call_button"]["payload"] == "+15551234567"
    assert "title" not in ran.names["element"]["default_action"]


def _limited(ran: Ran) -> None:
    assert "wait_time" not in ran.names
    assert ran.names["rate_limiter"].can_make_call()
    assert not type(ran.names["rate_limiter"])(ran.shop.page, max_calls_per_hour=1).can_make_call()


def _health(ran: Ran) -> None:
    page_id = ran.shop.page.page_id
    assert ran.printed == f"Healthy: True\nLast error: \nConnection: True, Connected to the Page Shop ({page_id}).\n"


def _nameless(shop: Documented, names: Names, request: pytest.FixtureRequest) -> None:
    models.FacebookUser.objects.filter(psid=shop.psid).update(first_name="", last_name="")


def _profile(ran: Ran) -> None:
    assert models.FacebookUser.objects.get(psid=ran.shop.psid).first_name == "Mali"
    assert ran.names["profile"]["first_name"] == "Mali"


def _logging(ran: Ran) -> None:
    logger = logging.getLogger("facebook_integration")
    before = (logger.handlers[:], logger.level)
    try:
        logging.config.dictConfig({**ran.names["LOGGING"], "disable_existing_loggers": False})
        ran.names["messenger"].send_text(ran.shop.psid, "a private word", wait=20)
        told = ran.request.getfixturevalue("capsys").readouterr().err
    finally:
        logger.handlers[:], logger.level = before
    assert ran.shop.page.page_id in told
    assert "is sent" in told
    assert not any(word in told for word in ("a private word", ran.shop.token, ran.shop.psid))


PREPARED: dict[str, Callable[[Documented, Names, pytest.FixtureRequest], None]] = {
    "000/4": _owned,
    "001/21": _routed,
    "001/22": _passed,
    "001/27": _at_the_edge,
    "001/32": _nameless,
}
"""What the document presupposes, beside its names."""

CHECKS: dict[str, Callable[[Ran], None]] = {
    "000/1": _models,
    "000/2": _handler,
    "000/3": _connected,
    "000/4": _listed,
    "001/1": _page,
    "001/2": _user,
    "001/3": _message,
    "001/4": _template,
    "001/5": _flow,
    "001/6": _api,
    "001/7": _service,
    "001/8": _handed_in,
    "001/13": _sent("Hello"),
    "001/14": _sent("image", "video", "file"),
    "001/15": _templates,
    "001/16": _sent("How can we help you today"),
    "001/17": _stored,
    "001/19": _lead,
    "001/20": _shown,
    "001/21": _owned_by(PAGE_INBOX),
    "001/22": _owned_by(APP),
    "001/27": _signatures,
    "001/28": _parts,
    "001/29": _limited,
    "001/31": _health,
    "001/32": _profile,
    "001/33": _logging,
}
"""For each Python block, what must be true afterwards."""

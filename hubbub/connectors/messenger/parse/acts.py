"""What stands under the other keys of an item: opt-ins, receipts, roles, policy, feedback, carts, forms, coupons.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events
"""

from __future__ import annotations

from dataclasses import replace

from hubbub.connectors.events import (
    AccountAlert,
    ContactActed,
    DeliveryStatus,
    DeliveryUpdated,
    FeedbackReceived,
    InboundEvent,
    Party,
    ReadUpTo,
    ReferralReceived,
    ThreadControlChanged,
)
from hubbub.connectors.meta.envelope import Odd, fingerprint, need_id
from hubbub.connectors.meta.messaging import JsonObject, Parser, Turn, referred
from hubbub.connectors.meta.optins import opted_in
from hubbub.kit.clock import from_epoch
from hubbub.kit.json import JsonValue, as_id, as_int, as_list, as_object, as_text, dig


def _key(turn: Turn, kind: str, person: Party | None, content: JsonValue) -> str:
    return f"{kind}:{person.external_id if person else ''}:{turn.moment()}:{fingerprint(content)}"


# --- Referrals …/webhook-events/messaging_referrals -------------------------------------------------------------------


def _referred(turn: Turn, referral: JsonObject) -> InboundEvent:
    """…/webhook-events/messaging_referrals; the answers of a lead ad stand beside the referral."""
    event = referred(turn, referral)
    answers = [one for one in as_list(dig(turn.value, "lead", "data")) if isinstance(one, dict)]
    if not answers or not isinstance(event, ReferralReceived):
        return event
    lead: list[JsonValue] = [
        {"question": as_text(one.get("question")), "answer": as_text(one.get("answer"))} for one in answers
    ]
    return replace(event, extra={**event.extra, "lead": lead})


# --- Receipts …/webhook-events/message-deliveries ---------------------------------------------------------------------


def _delivered(turn: Turn, delivery: JsonObject) -> InboundEvent:
    """With `mids`, just those; else everything sent before the watermark."""
    person = turn.person()
    moment = as_text(delivery.get("watermark"), limit=32) or ""
    mids = tuple(mid for value in as_list(delivery.get("mids")) if (mid := as_id(value)))
    if mids:
        return DeliveryUpdated(
            **turn.facts(f"delivery:{person.external_id}:{moment}:{fingerprint(list(mids))}"),
            external_ids=mids,
            status=DeliveryStatus.DELIVERED,
            recipient=person,
            extra={"watermark": moment} if moment else {},
        )
    watermark = from_epoch(delivery.get("watermark"))
    if watermark is None:
        raise Odd("delivery has neither mids nor a watermark.")
    return ReadUpTo(
        **turn.facts(f"delivery:{person.external_id}:{moment}"),
        recipient=person,
        status=DeliveryStatus.DELIVERED,
        watermark=watermark,
    )


# --- The Page …/webhook-events/messaging_handovers, …/messaging_policy_enforcement ------------------------------------


def _roles(turn: Turn, roles: JsonObject) -> InboundEvent:
    """Which app has which role, by app id (of the old handover protocol). `new_owner` is the primary receiver."""
    primary = next((app for app, names in roles.items() if "primary_receiver" in as_list(names)), None)
    return ThreadControlChanged(
        **turn.facts(_key(turn, "roles", None, roles)), action="roles", new_owner=as_id(primary)
    )


POLICY = {
    "warning": (
        "warning",
        "Facebook warns that this Page breaks its policies. Read the reason and change what it names.",
    ),
    "block": ("critical", "Facebook has blocked this Page from sending messages because of its policies."),
    "unblock": ("info", "Facebook lets this Page send messages again."),
}


def _policed(turn: Turn, enforcement: JsonObject) -> InboundEvent:
    action = as_text(enforcement.get("action"), limit=100) or ""
    reason = as_text(enforcement.get("reason"), limit=2_000)
    severity, sentence = POLICY.get(action, ("warning", "Facebook reports a policy decision about this Page."))
    return AccountAlert(
        **turn.facts(_key(turn, "policy", None, enforcement)),
        topic="policy",
        severity=severity,
        sentence=sentence,
        extra={"action": action, "reason": reason} if reason else {"action": action},
    )


# --- Feedback …/send-messages/templates/customer-feedback-template ----------------------------------------------------


def _rated(turn: Turn, feedback: JsonObject) -> InboundEvent:
    """An answer to a customer feedback template, which has one question; others would stand in `extra`."""
    person = turn.person()
    questions = list(_questions(feedback))
    if not questions:
        raise Odd("messaging_feedback holds no question.")
    first = questions[0]
    scale, payload = as_text(first.get("type"), limit=50) or "", as_text(first.get("payload"))
    return FeedbackReceived(
        **turn.facts(_key(turn, "feedback", person, feedback)),
        sender=person,
        score=None if scale == "free_form" else as_int(payload, low=-1_000, high=1_000),
        scale=scale,
        text=payload if scale == "free_form" else as_text(dig(first, "follow_up", "payload")),
        extra={"question_id": first["id"], "others": [*questions[1:]]}
        if questions[1:]
        else {"question_id": first["id"]},
    )


def _questions(feedback: JsonObject) -> list[JsonObject]:
    screens = [screen for screen in as_list(feedback.get("feedback_screens")) if isinstance(screen, dict)]
    return [
        {**question, "id": question_id}
        for screen in screens
        for question_id, question in (as_object(screen.get("questions")) or {}).items()
        if isinstance(question, dict)
    ]


THUMBS = {"Good response": 1, "Bad response": 0}


def _thumbed(turn: Turn, feedback: JsonObject) -> InboundEvent:
    """…/webhook-events/response_feedback: a thumb under one of our messages; 1 is up, 0 is down."""
    person, mid = turn.person(), need_id(feedback.get("mid"), "response_feedback.mid")
    text = as_text(feedback.get("feedback"), limit=1_000)
    return FeedbackReceived(
        **turn.facts(_key(turn, "thumb", person, feedback)),
        sender=person,
        score=THUMBS.get(text or ""),
        scale="thumbs",
        text=text,
        message_external_id=mid,
    )


# --- Acts of a person -------------------------------------------------------------------------------------------------


def _linked(turn: Turn, linking: JsonObject) -> InboundEvent:
    """…/webhook-events/messaging_account_linking; the code comes only with "linked"."""
    status = as_text(linking.get("status"), limit=100)
    if status not in LINKED:
        raise Odd("account_linking.status is neither linked nor unlinked.")
    action, sentence = LINKED[status]
    code = as_text(linking.get("authorization_code"), limit=2_000)
    return _acted(turn, linking, action, sentence, {"authorization_code": code} if code else {})


LINKED = {
    "linked": ("account_linked", "Linked their account with us."),
    "unlinked": ("account_unlinked", "Ended the link of their account with us."),
}


def _ordered(turn: Turn, order: JsonObject) -> InboundEvent:
    """…/webhook-events/send_cart"""
    products = [product for product in as_list(order.get("products")) if isinstance(product, dict)]
    facts: JsonObject = {"products": [*products]}
    if note := as_text(order.get("note")):
        facts["note"] = note
    return _acted(turn, order, "cart_sent", "Sent a cart.", facts)


def _informed(turn: Turn, information: JsonObject) -> InboundEvent:
    """Answers to a customer information template."""
    screens = [screen for screen in as_list(information.get("screens")) if isinstance(screen, dict)]
    return _acted(turn, information, "customer_information", "Filled in their details.", {"screens": [*screens]})


def _filled_in(turn: Turn, form: JsonObject) -> InboundEvent:
    facts: JsonObject = {"form_id": need_id(form.get("id"), "form.id")}
    return _acted(turn, form, "form_submitted", "Filled in a form.", facts)


def _revealed(turn: Turn, template: JsonObject) -> InboundEvent:
    """A coupon was opened: `template` of type coupon, which comes with the field messages."""
    facts: JsonObject = {
        name: text for name in ("type", "payload", "coupon_code") if (text := as_text(template.get(name), limit=2_000))
    }
    return _acted(turn, template, "coupon_revealed", "Opened a coupon.", facts)


def _played(turn: Turn, game: JsonObject) -> InboundEvent:
    facts: JsonObject = {name: text for name in GAME_FACTS if (text := as_text(game.get(name), limit=2_000))}
    return _acted(turn, game, "game_played", "Played a game.", facts)


GAME_FACTS = ("game_id", "player_id", "context_type", "context_id", "score", "payload")


def _acted(turn: Turn, content: JsonObject, action: str, sentence: str, extra: JsonObject) -> ContactActed:
    person = turn.person()
    return ContactActed(
        **turn.facts(_key(turn, action, person, content)), sender=person, action=action, sentence=sentence, extra=extra
    )


ACTS: dict[str, Parser] = {
    "optin": opted_in,
    "referral": _referred,
    "delivery": _delivered,
    "app_roles": _roles,
    "policy_enforcement": _policed,
    "messaging_feedback": _rated,
    "response_feedback": _thumbed,
    "account_linking": _linked,
    "order": _ordered,
    "messaging_customer_information": _informed,
    "form": _filled_in,
    "template": _revealed,
    "game_play": _played,
}

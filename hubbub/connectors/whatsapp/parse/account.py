"""News of the account, its numbers and templates: a field of its own each, one event each.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from hubbub.connectors.events import AccountAlert, InboundEvent, TemplateStatusChanged
from hubbub.connectors.meta.envelope import Odd
from hubbub.connectors.whatsapp.parse.change import Change, JsonObject, need_id
from hubbub.kit.json import JsonValue, as_id, as_object, as_text
from hubbub.kit.text import one_line

# --- Templates --------------------------------------------------------------------------------------------------------

TEMPLATE_KEYS = frozenset({"message_template_id", "message_template_name", "message_template_language"})


def _template(change: Change, what: str, value: str, reason: str | None = None) -> InboundEvent:
    given = change.value
    extra: JsonObject = {name: part for name, part in given.items() if name not in TEMPLATE_KEYS and part is not None}
    rejection = _rejection(change)
    if rejection:
        extra["rejection_info"] = rejection
    return TemplateStatusChanged(
        **change.account_facts(),
        template_external_id=need_id(given, "message_template_id"),
        name=as_text(given.get("message_template_name"), limit=512) or "",
        language=(as_text(given.get("message_template_language"), limit=40) or "").replace("-", "_"),
        change=what,
        value=value,
        reason=reason,
        extra=extra,
    )


def _rejection(change: Change) -> JsonObject:
    """Inside the value in samples, beside it in the documented syntax."""
    return as_object(change.value.get("rejection_info")) or as_object(change.item.value.get("rejection_info")) or {}


def _word(change: Change, name: str) -> str:
    found = as_text(change.value.get(name), limit=100)
    if not found:
        raise Odd(f"{name} is missing.")
    return found


def _status(change: Change) -> InboundEvent:
    """The page about quality prints its sample under this field, so the keys decide."""
    if "new_quality_score" in change.value and "event" not in change.value:
        return _quality(change)
    reason = as_text(change.value.get("reason"), limit=200)
    told = as_text(_rejection(change).get("reason"), limit=1_000)
    return _template(change, "status", _word(change, "event"), told or (reason if reason != "NONE" else None))


def _quality(change: Change) -> InboundEvent:
    return _template(change, "quality", _word(change, "new_quality_score"))


def _components(change: Change) -> InboundEvent:
    return _template(change, "components", "")


def _category(change: Change) -> InboundEvent:
    """With `correct_category` the change lies 24 hours ahead: the category is still the one in `new_category`."""
    return _template(change, "category", _word(change, "new_category"))


# --- Alerts -----------------------------------------------------------------------------------------------------------


class Alert(NamedTuple):
    topic: str
    severity: str
    sentence: str


LIMITS = {
    "TIER_50": "50 customers a day",
    "TIER_250": "250 customers a day",
    "TIER_2K": "2,000 customers a day",
    "TIER_10K": "10,000 customers a day",
    "TIER_100K": "100,000 customers a day",
    "TIER_UNLIMITED": "any number of customers",
    "TIER_NOT_SET": "a number of customers that is not set yet",
}
"""Whom a business may write to first; https://developers.facebook.com/documentation/business-messaging/whatsapp/messaging-limits"""

NUMBER_EVENTS: dict[str, tuple[str, str]] = {
    "ONBOARDING": ("info", "A phone number was added."),
    "THROUGHPUT_UPGRADE": ("info", "The phone number can now send up to 1,000 messages a second."),
    "UPGRADE": ("info", "The messaging limit was raised."),
    "DOWNGRADE": ("warning", "The messaging limit was lowered; look at the quality of the messages."),
    "FLAGGED": ("warning", "The phone number is flagged for low quality; customers block or report its messages."),
    "UNFLAGGED": ("info", "The phone number is no longer flagged."),
}


def _number_quality(value: JsonObject) -> Alert:
    known = NUMBER_EVENTS.get(_text(value, "event"), ("info", "Something about the phone number's limits changed."))
    return Alert("limits", known[0], f"{known[1]}{_limit(value)}")


def _capability(value: JsonObject) -> Alert:
    return Alert("limits", "info", f"The limits of the business changed.{_limit(value)}")


def _limit(value: JsonObject) -> str:
    limit = LIMITS.get(_text(value, "max_daily_conversations_per_business") or _text(value, "current_limit"))
    return f" The business may write first to {limit}." if limit else ""


DECISIONS = {"APPROVED": "info", "PENDING": "info", "DEFERRED": "info", "REJECTED": "warning"}


def _name(value: JsonObject) -> Alert:
    decision = _text(value, "decision")
    name = one_line(_text(value, "requested_verified_name"), 100)
    sentence = f"WhatsApp decided on the display name {name!r}: {decision.lower() or 'unknown'}."
    return Alert("name", DECISIONS.get(decision, "info"), sentence)


def _review(value: JsonObject) -> Alert:
    decision = _text(value, "decision")
    severity = "critical" if decision == "REJECTED" else DECISIONS.get(decision, "info")
    return Alert("review", severity, f"WhatsApp reviewed the account: {decision.lower() or 'unknown'}.")


ACCOUNT_EVENTS: dict[str, Alert] = {
    "ACCOUNT_DELETED": Alert("account", "critical", "The WhatsApp Business account was deleted."),
    "ACCOUNT_RESTRICTION": Alert(
        "policy", "critical", "WhatsApp restricts the account. See Account quality in WhatsApp Manager."
    ),
    "ACCOUNT_VIOLATION": Alert(
        "policy", "warning", "WhatsApp found a violation of its policies. See Account quality in WhatsApp Manager."
    ),
    "DISABLED_UPDATE": Alert("policy", "critical", "WhatsApp changed whether the account is disabled."),
    "PARTNER_ADDED": Alert("account", "info", "The account was shared with us."),
    "PARTNER_REMOVED": Alert(
        "account", "critical", "The account is no longer shared with us. Connect it again to send messages."
    ),
    "PARTNER_APP_INSTALLED": Alert("account", "info", "Our app was connected to the account."),
    "PARTNER_APP_UNINSTALLED": Alert(
        "account", "critical", "Our app was removed from the account. Connect it again to send messages."
    ),
    "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE": Alert("review", "info", "The certification of the account changed."),
    "AD_ACCOUNT_LINKED": Alert("account", "info", "An ad account was linked."),
    "MM_LITE_TERMS_SIGNED": Alert("account", "info", "The terms of the Marketing Messages API were accepted."),
    "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE": Alert(
        "billing", "info", "International prices for authentication messages changed for the account."
    ),
    "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE": Alert("account", "info", "The main country of the business was set."),
    "VOLUME_BASED_PRICING_TIER_UPDATE": Alert("billing", "info", "The volume tier of the prices changed."),
    "ACCOUNT_OFFBOARDED": Alert(
        "account", "critical", "The number was disconnected from the Cloud API. Connect it again to send messages."
    ),
    "ACCOUNT_RECONNECTED": Alert("account", "info", "The number is connected to the Cloud API again."),
}
"""https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/account_update"""

BANS: dict[str, Alert] = {
    "DISABLE": Alert("policy", "critical", "WhatsApp disabled the account. Appeal in WhatsApp Manager."),
    "SCHEDULE_FOR_DISABLE": Alert(
        "policy", "critical", "WhatsApp will disable the account soon. See Account quality in WhatsApp Manager."
    ),
    "REINSTATE": Alert("policy", "info", "WhatsApp enabled the account again."),
}
DISCONNECTIONS = {
    "ACCOUNT_DISCONNECTED": "somebody disconnected it in the WhatsApp Business app",
    "BUSINESS_DOWNGRADE": "the WhatsApp Business app was replaced by the ordinary one",
    "CHANGE_NUMBER": "the number was changed in the app",
    "COMPANION_INACTIVITY": "our connection was not used for about 30 days",
    "PRIMARY_INACTIVITY": "the phone was not used for about 14 days",
    "USER_RE_REGISTERED": "the app was registered again",
}


def _account(value: JsonObject) -> Alert:
    event = _text(value, "event")
    ban = BANS.get(_text(as_object(value.get("ban_info")) or {}, "waba_ban_state"))
    unlisted = Alert("account", "info", "Something about the account changed.")
    alert = (ban if event == "DISABLED_UPDATE" else None) or ACCOUNT_EVENTS.get(event, unlisted)
    reason = DISCONNECTIONS.get(_text(as_object(value.get("disconnection_info")) or {}, "reason"))
    return alert._replace(sentence=f"{alert.sentence} The reason: {reason}.") if reason else alert


SEVERITIES = {"WARNING": "warning", "CRITICAL": "critical"}
ALERTS = {
    "INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED": "A higher messaging limit was deferred.",
    "INCREASED_CAPABILITIES_ELIGIBILITY_FAILED": "A higher messaging limit was refused.",
    "INCREASED_CAPABILITIES_ELIGIBILITY_NEED_MORE_INFO": "WhatsApp needs to know more before it raises the limit.",
    "OBA_APPROVED": "The account is now an Official Business Account.",
    "OBA_REJECTED": "WhatsApp refused the Official Business Account.",
    "PROFILE_PICTURE_LOST": "The profile picture was lost. Upload it again.",
}


def _alert(value: JsonObject) -> Alert:
    """Since 2025 inside `alert_info`, before that beside it."""
    info = as_object(value.get("alert_info")) or value
    sentence = ALERTS.get(_text(info, "alert_type"), "WhatsApp has a notice for the account. See WhatsApp Manager.")
    return Alert("notice", SEVERITIES.get(_text(info, "alert_severity"), "info"), sentence)


SECURITY = {
    "PIN_RESET_REQUEST": "Somebody asked to turn off two-step verification. Check who it was.",
    "PIN_RESET_SUCCESS": "Two-step verification was turned off. Set a new PIN.",
    "PIN_CHANGED": "The PIN of two-step verification was changed.",
}


def _security(value: JsonObject) -> Alert:
    sentence = SECURITY.get(_text(value, "event"), "Something about the security of the phone number changed.")
    return Alert("security", "warning", sentence)


USERNAMES = {
    "approved": "The username of the phone number is approved.",
    "deleted": "The username of the phone number was deleted.",
    "reserved": "The username is reserved for the phone number.",
}


def _username(value: JsonObject) -> Alert:
    sentence = USERNAMES.get(_text(value, "status"), "The username of the phone number changed.")
    return Alert("name", "info", sentence)


def _always(topic: str, sentence: str) -> ReadAlert:
    return lambda _: Alert(topic, "info", sentence)


def _text(value: JsonObject, name: str) -> str:
    return as_text(value.get(name), limit=200) or ""


ReadAlert = Callable[[JsonObject], Alert]

ALERT_FIELDS: dict[str, ReadAlert] = {
    "phone_number_quality_update": _number_quality,
    "phone_number_name_update": _name,
    "business_capability_update": _capability,
    "account_update": _account,
    "account_review_update": _review,
    "account_alerts": _alert,
    "security": _security,
    "business_username_update": _username,
    "automatic_events": _always("ads", "Meta noticed leads or purchases in conversations that began with an ad."),
    "partner_solutions": _always("account", "A partner solution changed."),
    "payment_configuration_update": _always("billing", "A payment configuration changed."),
    "flows": _always("flows", "A WhatsApp Flow changed its state or has problems. See WhatsApp Manager."),
    "group_lifecycle_update": _always("groups", "A group was created or deleted."),
    "group_participants_update": _always("groups", "The participants of a group changed."),
    "group_settings_update": _always("groups", "The settings of a group changed."),
    "group_status_update": _always("groups", "The status of a group changed."),
}
TEMPLATE_FIELDS: dict[str, Callable[[Change], InboundEvent]] = {
    "message_template_status_update": _status,
    "message_template_quality_update": _quality,
    "message_template_components_update": _components,
    "template_category_update": _category,
}


def parse_template(change: Change) -> Iterator[InboundEvent]:
    """The whole change. Raises `Odd`."""
    yield TEMPLATE_FIELDS[change.field](change)


def parse_alert(change: Change) -> Iterator[InboundEvent]:
    """The whole change; what is not listed gets a general sentence."""
    change = change._replace(address=_account_of(change))
    alert = ALERT_FIELDS[change.field](change.value)
    yield AccountAlert(
        **change.account_facts(),
        topic=alert.topic,
        severity=alert.severity,
        sentence=alert.sentence,
        extra=change.value,
    )


def _account_of(change: Change) -> str:
    """News for partners come under the partner's business portfolio and name the account inside."""
    info: JsonValue = change.value.get("waba_info")
    inside = as_id(info.get("waba_id")) if isinstance(info, dict) else None
    is_for_partner = _text(change.value, "event").startswith("PARTNER_")
    return inside if inside and is_for_partner else change.address

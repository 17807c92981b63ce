"""Items of `changes`: comments on the Page's posts, templates, labels, integrity, calls.

https://developers.facebook.com/docs/graph-api/webhooks/reference/page
"""

from __future__ import annotations

from collections.abc import Callable

from hubbub.connectors.events import (
    AccountAlert,
    AttachmentPart,
    AttachmentType,
    CommentReceived,
    Content,
    InboundEvent,
    MessageType,
    Party,
    TemplateStatusChanged,
    Thread,
    ThreadType,
)
from hubbub.connectors.meta.envelope import Item, Odd, fingerprint, need_id, need_object, unknown
from hubbub.connectors.meta.messaging import JsonObject
from hubbub.kit.clock import from_epoch
from hubbub.kit.json import JsonValue, as_id, as_list, as_object, as_text, dig

LONGEST_URL = 8_000

ParseChange = Callable[[Item, JsonObject], InboundEvent]


def parse_change(item: Item) -> InboundEvent:
    """The event of a change; an UnknownEvent named by its field where there is no parser. Raises `Odd`."""
    field = as_text(item.value.get("field"), limit=200)
    if not field:
        raise Odd("A change has no field.")
    parser = CHANGES.get(field)
    if parser is None:
        return unknown(item.address, field, item.raw)
    return parser(item, need_object(item.value.get("value"), "value"))


# --- feed -------------------------------------------------------------------------------------------------------------

VERBS = {
    "add": "added",
    "edit": "edited",
    "edited": "edited",
    "remove": "removed",
    "delete": "removed",
    "hide": "hidden",
}


def _feed(item: Item, value: JsonObject) -> InboundEvent:
    """Comments. Posts, likes and shares of others say nothing to answer: kept as unknown."""
    kind, verb = as_text(value.get("item"), limit=100), as_text(value.get("verb"), limit=100) or ""
    if kind is None:
        raise Odd("feed has no item.")
    if kind != "comment" or verb not in VERBS:
        return unknown(item.address, f"feed {kind} {verb}".rstrip(), item.raw)
    return _comment(item, value, VERBS[verb])


def _comment(item: Item, value: JsonObject, verb: str) -> CommentReceived:
    comment_id = need_id(value.get("comment_id"), "comment_id")
    post_id = need_id(value.get("post_id"), "post_id")
    parent_id = as_id(value.get("parent_id"))
    top_id = comment_id if parent_id in (None, post_id) else parent_id
    sender = _commenter(value, verb)
    time = value.get("created_time")
    text = as_text(value.get("message"))
    return CommentReceived(
        address=item.address,
        event_key=f"comment:{comment_id}:{verb}:{as_text(time, limit=32) or ''}:{fingerprint(text)}",
        occurred_at=from_epoch(time if time is not None and verb == "added" else item.time or time),
        raw=item.raw,
        sender=sender,
        thread=Thread(type=ThreadType.PUBLIC, key=f"{post_id}:{top_id}"),
        external_id=comment_id,
        verb=verb,
        content=Content(
            type=MessageType.COMMENT,
            text=text,
            attachments=_pictures(value),
            reply_to_external_id=None if top_id == comment_id else top_id,
            extra=_post_facts(value, post_id),
        ),
        is_ours=sender.external_id == item.address,
    )


def _commenter(value: JsonObject, verb: str) -> Party:
    """Who wrote it. A removed or hidden comment is known by its id; its `from` may be missing."""
    author = as_object(value.get("from")) or {}
    author_id = as_id(author.get("id"))
    if author_id is None and verb in ("added", "edited"):
        raise Odd("A comment does not say whom it is from.")
    return Party(external_id=author_id or "", name=as_text(author.get("name"), limit=500))


def _pictures(value: JsonObject) -> tuple[AttachmentPart, ...]:
    """`photo` and `video` are links to the CDN."""
    found = ((kind, as_text(value.get(name), limit=LONGEST_URL)) for name, kind in PICTURES.items())
    return tuple(AttachmentPart(type=kind, url=url, is_downloadable=True) for kind, url in found if url)


PICTURES = {"photo": AttachmentType.IMAGE, "video": AttachmentType.VIDEO}


def _post_facts(value: JsonObject, post_id: str) -> JsonObject:
    link = as_text(dig(value, "post", "permalink_url"), limit=LONGEST_URL)
    status = as_text(dig(value, "post", "promotion_status"), limit=100)
    facts: JsonObject = {"post_id": post_id}
    return facts | ({"post_url": link} if link else {}) | ({"promotion_status": status} if status else {})


# --- Templates --------------------------------------------------------------------------------------------------------


def _template_status(item: Item, value: JsonObject) -> TemplateStatusChanged:
    """…/send-messages/utility-messages; the same keys as on WhatsApp."""
    template_id = need_id(value.get("message_template_id"), "message_template_id")
    reason = as_text(value.get("reason"), limit=1_000)
    return TemplateStatusChanged(
        address=item.address,
        event_key=f"template:{template_id}:{fingerprint(value)}:{as_text(item.time, limit=32) or ''}",
        occurred_at=from_epoch(item.time),
        raw=item.raw,
        template_external_id=template_id,
        name=as_text(value.get("message_template_name"), limit=600) or "",
        language=as_text(value.get("message_template_language"), limit=50) or "",
        change="status",
        value=as_text(value.get("event"), limit=100) or "",
        reason=None if reason in (None, "NONE") else reason,
    )


# --- Alerts -----------------------------------------------------------------------------------------------------------


def _label(item: Item, value: JsonObject) -> AccountAlert:
    """…/identity/custom-labels: somebody put a label on a person in the Page's own inbox, or took it off."""
    action = as_text(value.get("action"), limit=100) or ""
    name = as_text(dig(value, "label", "page_label_name"), limit=500) or ""
    facts: JsonObject = {
        "action": action,
        "label": name,
        "label_id": as_id(dig(value, "label", "id")),
        "user_id": as_id(dig(value, "user", "id")),
    }
    return _alert(item, value, "labels", "info", "A label of a person was changed in the Page's inbox.", facts)


def _integrity(item: Item, value: JsonObject) -> AccountAlert:
    """Page Integrity: violations, and restrictions that follow from them."""
    restrictions = [one for one in as_list(value.get("restrictions")) if isinstance(one, dict)]
    violations = [one for one in as_list(value.get("violations")) if isinstance(one, dict)]
    severity = "critical" if restrictions else "warning" if violations else "info"
    sentence = {
        "critical": "Facebook restricts this Page. Open its Page quality to see what is limited and until when.",
        "warning": "Facebook reports a violation of its rules by this Page. Open its Page quality.",
        "info": "The integrity status of this Page has changed.",
    }[severity]
    facts: JsonObject = {
        "status": as_text(value.get("status"), limit=200),
        "violations": [*violations],
        "restrictions": [*restrictions],
    }
    return _alert(item, value, "integrity", severity, sentence, facts)


def _call(item: Item, value: JsonObject) -> AccountAlert:
    """Messenger Calling, which Hubbub does not answer."""
    field = as_text(item.value.get("field"), limit=100) or ""
    return _alert(
        item, value, "calls", "info", "A person called, or the Page's call settings changed.", {"field": field}
    )


def _alert(item: Item, value: JsonObject, topic: str, severity: str, sentence: str, extra: JsonObject) -> AccountAlert:
    time: JsonValue = value.get("timestamp")
    if time is None:
        time = item.time
    return AccountAlert(
        address=item.address,
        event_key=f"{topic}:{as_text(time, limit=32) or ''}:{fingerprint(item.value)}",
        occurred_at=from_epoch(time),
        raw=item.raw,
        topic=topic,
        severity=severity,
        sentence=sentence,
        extra=extra,
    )


CHANGES: dict[str, ParseChange] = {
    "feed": _feed,
    "message_template_status_update": _template_status,
    "messenger_template_status_update": _template_status,
    "inbox_labels": _label,
    "business_integrity": _integrity,
    "calls": _call,
    "call_permission_reply": _call,
    "call_settings_update": _call,
}

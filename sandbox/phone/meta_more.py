"""What else happens around Messenger and Instagram: comments, stories, opt-ins, referrals, inboxes, handovers."""

from __future__ import annotations

from typing import Any

from sandbox.phone.act import Act, Acted, Action, CannotAct
from sandbox.phone.meta import account_of, is_instagram, new_id, open_window, post, say, upload
from sandbox.state import InstagramAccount
from sandbox.webhooks import messenger as bodies
from sandbox.webhooks.meta import post_changes, post_messaging

Json = dict[str, Any]
PAGE_INBOX = "263902037430900"
INSTAGRAM_INBOX = "1217981644879628"


def _story_reply(act: Act) -> Acted:
    story = {"id": act.text("story_id", "18000000000000001"), "url": upload(act, "image")}
    act.data["reply_to"] = {"story": story}
    return say(act)


def _comment(act: Act) -> Acted:
    """A comment under a post; it allows one private reply and opens no window."""
    state, number = act.world.state, act.world.ids.number()
    comment_id = number if is_instagram(act) else f"{act.text('post_id', '5000')}_{number}"
    parent = act.data.get("parent_id")
    state.comments[comment_id] = {
        "id": comment_id,
        "account": act.account.key,
        "platform": act.account.platform,
        "from": act.customer.id,
        "name": act.customer.name,
        "text": act.text("text"),
        "at": act.at_ms / 1000,
        "post_id": act.text("post_id", "5000"),
        "parent": parent,
    }
    return _instagram_comment(act, comment_id) if is_instagram(act) else _page_comment(act, comment_id, "add")


def _instagram_comment(act: Act, comment_id: str) -> Acted:
    comment = act.world.state.comments[comment_id]
    username = act.customer.profile.get("username") or act.customer.name.lower()
    value: Json = {"id": comment_id, "text": comment["text"], "from": {"id": act.customer.id, "username": username}}
    value["media"] = {"id": comment["post_id"], "media_product_type": act.text("media_product_type", "FEED")}
    if comment["parent"]:
        value["parent_id"] = comment["parent"]
    field = "live_comments" if act.data.get("is_live") else "comments"
    return _changes(act, field, value, f"{comment_id}:add", comment_id)


def _page_comment(act: Act, comment_id: str, verb: str) -> Acted:
    comment = act.world.state.comments[comment_id]
    post_id = f"{act.account.external_id}_{comment['post_id']}"
    value: Json = {
        "item": "comment",
        "verb": verb,
        "comment_id": comment_id,
        "post_id": post_id,
        "parent_id": comment["parent"] or post_id,
        "message": comment["text"],
        "created_time": int(comment["at"]),
        "from": {"id": comment["from"], "name": comment["name"]},
        "post": {"id": post_id, "permalink_url": f"https://www.facebook.com/{post_id}", "is_published": True},
    }
    return _changes(act, "feed", value, f"{comment_id}:{verb}:{value['created_time']}", comment_id)


def _changes(act: Act, field: str, value: Json, event_id: str, message_id: str) -> Acted:
    webhooks = post_changes(
        act.world, act.account, field, value, lane=act.customer.id, kind="comment", event_ids=[event_id]
    )
    return Acted(webhooks, message_id)


def _comment_change(verb: str) -> Action:
    """The person edits or removes a comment (Pages tell of it, Instagram does not)."""

    def action(act: Act) -> Acted:
        comment = act.world.state.comments.get(act.text("comment_id"))
        if comment is None:
            raise CannotAct("There is no such comment.")
        if verb == "remove":
            comment["deleted"] = True
        else:
            comment["text"] = act.text("text")
        return Acted() if is_instagram(act) else _page_comment(act, comment["id"], verb)

    return action


def _referral(act: Act) -> Acted:
    """m.me or ig.me into an existing thread, or an ad."""
    is_known = bool(act.thread.messages)
    source = "SHORTLINKS" if is_instagram(act) else "SHORTLINK"
    referral = act.data.get("referral") or {"ref": act.text("ref", "campaign"), "source": source, "type": "OPEN_THREAD"}
    if is_known:
        open_window(act)
    field = "messaging_referral" if is_instagram(act) else "messaging_referrals"
    return post(act, field, "referral", f"referral:{act.customer.id}:{act.at_ms}", referral=referral)


def _item(field: str, instagram_field: str, key: str, default: Json) -> Action:
    """An event that is one object under one key: ``content`` of the control call, else the default."""

    def action(act: Act) -> Acted:
        name = instagram_field if is_instagram(act) else field
        if not name:
            raise CannotAct("Instagram has no such event.")
        content = act.data.get("content") or default
        return post(act, name, key, f"{key}:{act.customer.id}:{act.at_ms}", None, **{key: content})

    return action


def _inbox(act: Act) -> Acted:
    """A colleague answers in Meta's own inbox: an echo of another app, which takes the thread when routing is on."""
    account = account_of(act)
    app_id = INSTAGRAM_INBOX if is_instagram(act) else PAGE_INBOX
    mid, text = new_id(act), act.text("text")
    kept = act.keep(mid, "text", {"text": text})
    kept.direction, kept.author, kept.app_id = "out", account.name, app_id
    if account.uses_routing:
        act.thread.owner_app, act.thread.owner_until = app_id, act.world.clock.now() + 86400.0
    if isinstance(account, InstagramAccount):
        field, echo = "messages", bodies.instagram_echo(mid, {"text": text})
    else:
        field, echo = "message_echoes", bodies.messenger_echo(mid, {"text": text}, app_id, "")
    item = bodies.envelope(account.external_id, act.customer.id, act.at_ms, message=echo)
    webhooks = post_messaging(
        act.world, account, act.thread, field, item, kind="echo", event_ids=[f"echo:{mid}"], message_ids=[mid]
    )
    return Acted(webhooks, mid)


def _handover(key: str) -> Action:
    """Someone else passes, takes or requests the thread: ``app_id`` of the other app."""

    def action(act: Act) -> Acted:
        account = account_of(act)
        other, ours = act.text("app_id", PAGE_INBOX), account.app_id
        if key == "pass_thread_control":
            content: Json = {"previous_owner_app_id": other, "new_owner_app_id": ours}
            owner = ours
        elif key == "take_thread_control":
            content = {"previous_owner_app_id": ours, "new_owner_app_id": other}
            owner = other
        else:
            content = {"requested_owner_app_id": other}
            owner = act.thread.owner_app or ours
        act.thread.owner_app, act.thread.owner_until = owner, act.world.clock.now() + 86400.0
        content["metadata"] = act.text("metadata", "")
        field = "messaging_handover" if is_instagram(act) else "messaging_handovers"
        return post(act, field, "handover", f"{key}:{act.customer.id}:{act.at_ms}", None, **{key: content})

    return action


def _policy(act: Act) -> Acted:
    """A warning or a block of the Page; it has no sender."""
    kind = act.text("kind", "warning")
    policy = {"action": kind, **({} if kind == "unblock" else {"reason": act.text("reason", "Spam")})}
    account = account_of(act)
    account.is_restricted = kind == "block"
    item = {"recipient": {"id": account.external_id}, "timestamp": act.at_ms, "policy_enforcement": policy}
    event_id = f"policy:{act.at_ms}"
    webhooks = post_messaging(
        act.world, account, act.thread, "messaging_policy_enforcement", item, kind="policy", event_ids=[event_id]
    )
    return Acted(webhooks, event_id)


def _block(is_blocked: bool) -> Action:
    """The person blocks the account, or lets it in again; no webhook tells of it."""

    def action(act: Act) -> Acted:
        act.customer.is_blocked = is_blocked
        return Acted()

    return action


def _field(act: Act) -> Acted:
    """Any other ``changes`` field: ``field`` and ``value`` as they stand."""
    value = act.data.get("value")
    if not isinstance(value, dict):
        raise CannotAct("value must be an object.")
    return _changes(act, act.text("field"), value, f"{act.text('field')}:{act.at_ms}", "")


_FEEDBACK = {"feedback_screens": [{"screen_id": 0, "questions": {"q_1": {"type": "csat", "payload": "5"}}}]}
_ORDER = {
    "products": [{"id": 123, "retailer_id": "sku", "name": "Shirt", "unit_price": 11, "currency": "THB", "quantity": 1}]
}
_OPT_IN = {"type": "notification_messages", "payload": "P", "title": "News", "notification_messages_token": "T"}
MORE: dict[str, Action] = {
    "story_reply": _story_reply,
    "comment": _comment,
    "comment_edit": _comment_change("edited"),
    "comment_remove": _comment_change("remove"),
    "referral": _referral,
    "opt_in": _item("messaging_optins", "messaging_optins", "optin", _OPT_IN),
    "feedback": _item("messaging_feedback", "", "messaging_feedback", _FEEDBACK),
    "response_feedback": _item(
        "response_feedback", "", "response_feedback", {"feedback": "Good response", "mid": "m_1"}
    ),
    "order": _item("send_cart", "", "order", _ORDER),
    "account_link": _item(
        "messaging_account_linking", "", "account_linking", {"status": "linked", "authorization_code": "c"}
    ),
    "customer_information": _item(
        "messaging_customer_information", "", "messaging_customer_information", {"screens": []}
    ),
    "form": _item("messaging_in_thread_lead_form_submit", "", "form", {"id": "1"}),
    "inbox_reply": _inbox,
    "pass_thread": _handover("pass_thread_control"),
    "take_thread": _handover("take_thread_control"),
    "request_thread": _handover("request_thread_control"),
    "policy": _policy,
    "block": _block(True),
    "unblock": _block(False),
    "field": _field,
}
for _short in ("sticker", "image", "video", "audio", "file", "location", "story_mention"):

    def _say_kind(act: Act, kind: str = _short) -> Acted:
        act.data["type"] = kind
        return say(act)

    MORE[_short] = _say_kind

"""Conversation routing, people, history, labels, moderation.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
"""

from __future__ import annotations

from typing import Any

from sandbox.graph.access import own_account, own_page
from sandbox.graph.call import GraphCall
from sandbox.graph.errors import BadParameter, GraphError, unknown_object
from sandbox.graph.routes import route
from sandbox.state import InstagramAccount, MetaAccount, Page, Thread
from sandbox.webhooks import messenger as bodies
from sandbox.webhooks.meta import post_messaging

Json = dict[str, Any]
DAY = 86400.0
LONGEST = 7 * DAY


def _thread(call: GraphCall) -> tuple[MetaAccount, Thread]:
    """The conversation with ``recipient``; a Page serves its Instagram account too. Raises GraphError."""
    account = own_account(call, "pages_messaging", "instagram_business_manage_messages")
    recipient = call.params.structure("recipient")
    number = str(recipient.get("id")) if isinstance(recipient, dict) else str(recipient or "")
    for one in (account, call.world.state.instagram_of_page(account.external_id)):
        if one is not None and number in one.customers:
            call.trace.platform, call.trace.accounts = one.platform, [one.external_id]
            return one, one.thread(number)
    raise GraphError(100, 2534014 if isinstance(account, InstagramAccount) else 2018001)


def _owner(call: GraphCall, thread: Thread) -> str:
    return thread.owner_app or "" if thread.owner_until > call.world.clock.now() else ""


def _not_owner(account: MetaAccount) -> GraphError:
    return GraphError(100, 2534037) if isinstance(account, InstagramAccount) else GraphError(2018300)


def _tell(call: GraphCall, account: MetaAccount, thread: Thread, key: str, content: Json) -> None:
    """The handover webhook."""
    content["metadata"] = call.params.text("metadata")
    field = "messaging_handover" if isinstance(account, InstagramAccount) else "messaging_handovers"
    at = account.next_ms(thread, call.world.clock.ms())
    item = bodies.envelope(thread.peer, account.external_id, at, **{key: content})
    post_messaging(call.world, account, thread, field, item, kind="handover", event_ids=[f"{key}:{thread.peer}:{at}"])


@route("instagram", "POST", "passthreadcontrol")
@route("page instagram", "POST", "pass_thread_control")
async def pass_control(call: GraphCall) -> Json:
    """The owner passes, or anyone while the thread is idle; without target it goes to the default app."""
    account, thread = _thread(call)
    owner = _owner(call, thread)
    if owner and owner != call.app_id:
        raise _not_owner(account)
    target = call.params.text("target_app_id") or account.default_app
    if not target:
        raise GraphError(100, 2018164)
    thread.owner_app, thread.owner_until = target, call.world.clock.now() + DAY
    content = {"previous_owner_app_id": owner or None, "new_owner_app_id": target}
    _tell(call, account, thread, "pass_thread_control", content)
    return {"success": True}


@route("instagram", "POST", "releasethreadcontrol")
@route("page instagram", "POST", "release_thread_control")
async def release_control(call: GraphCall) -> Json:
    account, thread = _thread(call)
    if _owner(call, thread) != call.app_id:
        raise _not_owner(account)
    thread.owner_app, thread.owner_until = None, 0.0
    return {"success": True}


@route("page instagram", "POST", "take_thread_control")
async def take_control(call: GraphCall) -> Json:
    """Only with routing on, and with the app's switch "take control"."""
    account, thread = _thread(call)
    if not account.uses_routing or not account.may_take_control:
        raise GraphError(10, None, "(#10) The app may not take thread control")
    owner = _owner(call, thread)
    thread.owner_app, thread.owner_until = call.app_id, call.world.clock.now() + DAY
    if owner and owner != call.app_id:
        content = {"previous_owner_app_id": owner, "new_owner_app_id": call.app_id}
        _tell(call, account, thread, "take_thread_control", content)
    return {"success": True}


@route("page instagram", "POST", "request_thread_control")
async def request_control(call: GraphCall) -> Json:
    """Only without a default app; an idle thread is granted at once."""
    account, thread = _thread(call)
    if account.default_app:
        raise GraphError(10, None, "(#10) request_thread_control is not available with conversation routing")
    if not _owner(call, thread):
        thread.owner_app, thread.owner_until = call.app_id, call.world.clock.now() + DAY
    else:
        _tell(call, account, thread, "request_thread_control", {"requested_owner_app_id": call.app_id})
    return {"success": True}


@route("page instagram", "POST", "extend_thread_control")
async def extend_control(call: GraphCall) -> Json:
    account, thread = _thread(call)
    duration = call.params.need("duration")
    if not duration.isdigit() or not 0 < int(duration) <= LONGEST:
        raise BadParameter("Param duration must be between 1 and 604800")
    if _owner(call, thread) != call.app_id:
        raise _not_owner(account)
    thread.owner_until = call.world.clock.now() + int(duration)
    return {"success": True}


@route("page instagram", "GET", "thread_owner")
async def thread_owner(call: GraphCall) -> Json:
    """Owner and default app see who; others only until when; idle: nothing."""
    account, thread = _thread(call)
    owner = _owner(call, thread)
    if not owner:
        return {"data": []}
    shown: Json = {"expiration": int(thread.owner_until)}
    if call.app_id in (owner, account.default_app):
        shown["app_id"] = owner
    return {"data": [{"thread_owner": shown}]}


@route("page", "POST", "custom_labels")
async def create_label(call: GraphCall) -> Json:
    page = own_page(call, "pages_messaging")
    label_id = call.world.ids.number()
    page.labels[label_id] = {"id": label_id, "page_label_name": call.params.need("page_label_name"), "users": set()}
    call.world.state.owners[label_id] = ("label", page.key)
    return {"id": label_id}


def _label_json(label: Json) -> Json:
    return {"id": label["id"], "page_label_name": label["page_label_name"]}


@route("page", "GET", "custom_labels")
async def labels(call: GraphCall) -> Json:
    return {"data": [_label_json(label) for label in own_page(call, "pages_messaging").labels.values()]}


def _label(call: GraphCall) -> tuple[Page, Json]:
    page = call.world.state.accounts.get(call.world.state.owners[call.node_id][1])
    if not isinstance(page, Page) or not call.reaches(page) or call.node_id not in page.labels:
        raise unknown_object(call.node_id, call.method)
    return page, page.labels[call.node_id]


def _labelled(call: GraphCall, page: Page) -> str:
    psid = call.params.need("user")
    if psid not in page.customers:
        raise GraphError(100, 2018001)
    return psid


@route("label", "POST", "label")
async def put_label(call: GraphCall) -> Json:
    page, label = _label(call)
    label["users"].add(_labelled(call, page))
    return {"success": True}


@route("label", "DELETE", "label")
async def take_label(call: GraphCall) -> Json:
    page, label = _label(call)
    label["users"].discard(_labelled(call, page))
    return {"success": True}


@route("label", "DELETE")
async def delete_label(call: GraphCall) -> Json:
    page, label = _label(call)
    del page.labels[label["id"]]
    return {"success": True}


@route("customer", "GET", "custom_labels")
async def labels_of(call: GraphCall) -> Json:
    account, customer = call.node
    found = account.labels.values() if isinstance(account, Page) else []
    return {"data": [_label_json(label) for label in found if customer.id in label["users"]]}


MODERATION = {"block_user", "unblock_user", "ban_user", "unban_user", "move_to_spam"}
INSTAGRAM_MODERATION = {"block_user", "unblock_user", "move_to_spam"}


@route("page", "POST", "moderate_conversations")
async def moderate(call: GraphCall) -> Json:
    """At most 10 people and 2 actions, not block and unblock together."""
    page = own_page(call, "pages_messaging")
    users, actions = call.params.structure("user_ids"), call.params.structure("actions")
    if not isinstance(users, list) or not 1 <= len(users) <= 10:
        raise BadParameter("Param user_ids must have between 1 and 10 elements")
    if not isinstance(actions, list) or not 1 <= len(actions) <= 2 or not set(actions) <= MODERATION:
        raise BadParameter(f"Param actions must be at most two of {{{', '.join(sorted(MODERATION))}}}")
    if {"block_user", "unblock_user"} <= set(actions):
        raise BadParameter("Param actions cannot both block and unblock")
    for user in users:
        _moderate(call, page, str(user.get("id")) if isinstance(user, dict) else "", set(actions))
    return {"success": "true"}


def _moderate(call: GraphCall, page: Page, number: str, actions: set[str]) -> None:
    account: MetaAccount | None = (
        page if number in page.customers else call.world.state.instagram_of_page(page.external_id)
    )
    if account is None or number not in account.threads:
        raise BadParameter("There is no conversation with this person")
    if isinstance(account, InstagramAccount) and not actions <= INSTAGRAM_MODERATION:
        raise BadParameter(f"Param actions must be at most two of {{{', '.join(sorted(INSTAGRAM_MODERATION))}}}")
    if actions & {"block_user", "ban_user"}:
        account.customers[number].profile["is_moderated"] = True
    if actions & {"unblock_user", "unban_user"}:
        account.customers[number].profile.pop("is_moderated", None)

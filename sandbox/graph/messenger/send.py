"""POST /{page-id}/messages, /{ig-id}/messages, /me/messages: messages, sender actions, reactions, private replies.

https://developers.facebook.com/docs/messenger-platform/reference/send-api
"""

from __future__ import annotations

from typing import Any

from sandbox.graph.access import need_task, own_account
from sandbox.graph.call import GraphCall
from sandbox.graph.complaints import demand
from sandbox.graph.errors import BadParameter, GraphError
from sandbox.graph.messenger import attachments, receipts, utility
from sandbox.graph.messenger.content import CONTENTS, INSTAGRAM_MESSAGE, MESSENGER_MESSAGE
from sandbox.graph.messenger.outgoing import keep_sent, template_type
from sandbox.graph.messenger.private_reply import send_private_reply
from sandbox.graph.messenger.reactions import sender_action
from sandbox.graph.messenger.window import check_owner, check_reachable, check_window
from sandbox.graph.routes import route
from sandbox.graph.usage import take_send
from sandbox.state import Customer, InstagramAccount, MetaAccount, Page, Thread

Json = dict[str, Any]
NOT_ON_INSTAGRAM = {"persona_id", "notification_type", "suggestion_action"}
DEAD_RECIPIENTS = {"notification_messages_token", "one_time_notif_token", "phone_number", "user_ref"}


@route("page instagram", "POST", "messages", is_send=True)
async def messages(call: GraphCall) -> Json:
    """A send. The Page's token sends for its Instagram account too."""
    sender = own_account(call)
    need_task(call, sender, "MESSAGING")
    recipient = call.params.structure("recipient")
    if not isinstance(recipient, dict) or not recipient:
        raise BadParameter("The parameter recipient is required")
    if "comment_id" in recipient or "post_id" in recipient:
        account = _account_of_comment(call, sender, recipient)
        return await send_private_reply(call, account, recipient)
    account, customer = find_recipient(call, sender, recipient)
    call.trace.platform, call.trace.accounts = account.platform, [account.external_id]
    if call.params.has("sender_action"):
        return await sender_action(call, account, customer)
    return await _send(call, account, customer)


def _account_of_comment(call: GraphCall, sender: MetaAccount, recipient: Json) -> MetaAccount:
    comment = call.world.state.comments.get(str(recipient.get("comment_id") or recipient.get("post_id")))
    if comment is not None and isinstance(sender, Page) and comment["platform"] == "instagram":
        return call.world.state.instagram_of_page(sender.external_id) or sender
    return sender


def find_recipient(call: GraphCall, sender: MetaAccount, recipient: Json) -> tuple[MetaAccount, Customer]:
    """A PSID of the Page, or an IGSID of its Instagram account. Raises GraphError for anybody else."""
    if dead := DEAD_RECIPIENTS & set(recipient):
        raise BadParameter(f"The recipient form {min(dead)} is not available")
    number = recipient.get("id")
    if not isinstance(number, (str, int)) or isinstance(number, bool):
        raise BadParameter("The parameter recipient[id] is required")
    if (customer := sender.customers.get(str(number))) is not None:
        return sender, customer
    if isinstance(sender, Page):
        linked = call.world.state.instagram_of_page(sender.external_id)
        if linked is not None and (customer := linked.customers.get(str(number))) is not None:
            return linked, customer
        raise GraphError(100, 2018001)
    raise GraphError(100, 2534014)


async def _send(call: GraphCall, account: MetaAccount, customer: Customer) -> Json:
    message = _message(call, account)
    if isinstance(account, InstagramAccount) and not account.allows_access:
        raise GraphError(200, 2534041)
    check_reachable(account, customer)
    kind = template_type(message)
    utility.check_template(call, account, message)
    check_window(call, account, customer, kind)
    thread = account.thread(customer.id)
    check_owner(call, account, thread)
    _check_reply_to(call, account)
    take_send(call, account, attachments.is_audio_or_video(message))
    shown, attachment_id = await attachments.resolve(call, account, message)
    sent = keep_sent(call, account, thread, shown)
    _control_thread(call, account, thread)
    await receipts.after_send(call, account, customer, thread, sent)
    answer: Json = {"recipient_id": customer.id, "message_id": sent.id}
    if attachment_id:
        answer["attachment_id"] = attachment_id
    return answer


def _message(call: GraphCall, account: MetaAccount) -> Json:
    """The message parameter, right in shape. Raises GraphError."""
    message = call.params.structure("message")
    is_instagram = isinstance(account, InstagramAccount)
    subcode = 2534015 if is_instagram else None
    if message in (None, {}, ""):
        raise GraphError(100, 2534015 if is_instagram else 2018034)
    attachments.take_upload(call, account, message)
    call.needs("instagram_manage_messages" if is_instagram and call.host == "facebook" else _send_scope(call))
    if is_instagram and (unknown := NOT_ON_INSTAGRAM & set(call.params.body)):
        raise BadParameter(f"Param {min(unknown)} is not supported on Instagram")
    demand(INSTAGRAM_MESSAGE if is_instagram else MESSENGER_MESSAGE, message, "message", subcode=subcode)
    given = [name for name in CONTENTS if name in message]
    if not given:
        raise GraphError(100, 2534015 if is_instagram else 2018034)
    if len(given) > 1:
        raise BadParameter(f"A message has either {given[0]} or {given[1]}, not both", subcode)
    _check_options(call, account)
    return message  # type: ignore[no-any-return]


def _send_scope(call: GraphCall) -> str:
    return "instagram_business_manage_messages" if call.host == "instagram" else "pages_messaging"


def _check_options(call: GraphCall, account: MetaAccount) -> None:
    notification = call.params.text("notification_type")
    if notification and notification not in ("REGULAR", "SILENT_PUSH", "NO_PUSH"):
        raise BadParameter("Param notification_type must be one of {REGULAR, SILENT_PUSH, NO_PUSH}")
    persona = call.params.text("persona_id")
    if persona and persona not in getattr(account, "personas", {}):
        raise BadParameter(f"The persona {persona} does not exist for this Page")
    if call.params.has("thread_control") and not account.uses_routing:
        raise BadParameter("Param thread_control needs conversation routing")


def _check_reply_to(call: GraphCall, account: MetaAccount) -> None:
    reply_to = call.params.structure("reply_to")
    if reply_to is None:
        return
    if not isinstance(reply_to, dict) or not isinstance(reply_to.get("mid"), str):
        raise BadParameter("The parameter reply_to[mid] is required")
    if account.message(reply_to["mid"]) is None:
        raise BadParameter("The message in reply_to[mid] does not exist in this conversation")


def _control_thread(call: GraphCall, account: MetaAccount, thread: Thread) -> None:
    control = call.params.structure("thread_control")
    if not account.uses_routing:
        return
    now = call.world.clock.now()
    if not control:
        thread.owner_app, thread.owner_until = call.app_id, now + 86400.0
    elif control.get("control_type") == "release":
        thread.owner_app, thread.owner_until = None, 0.0
    elif control.get("control_type") == "pass":
        thread.owner_app = str(control.get("app_id") or account.default_app)
        thread.owner_until = now + 86400.0
    else:
        raise BadParameter("Param thread_control[control_type] must be one of {pass, release}")

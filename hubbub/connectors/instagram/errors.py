"""What Instagram's errors mean. Shared ones are in `meta.errors`; a row here wins.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes
"""

from __future__ import annotations

from hubbub.connectors.meta.errors import HOUR, SHARED_ERRORS, passing, permission, reconnect, throttled
from hubbub.connectors.meta.graph import ANY, Act, ErrorRow, ErrorTable
from hubbub.connectors.outcomes import ChannelEffect, ContactEffect, ErrorCode

CODES = "https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes"
FEATURES = "https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features"
ROUTING = f"{FEATURES}/conversation-routing"

_CONNECTED_TOOLS = (
    "In the Instagram app of this account open Settings, Messages and story replies, Message controls, Connected "
    "tools, and switch on Allow access to messages."
)


def _unreachable(sentence: str, code: ErrorCode = ErrorCode.RECIPIENT_UNREACHABLE) -> ErrorRow:
    return ErrorRow(code=code, sentence=sentence, contact_effect=ContactEffect.UNREACHABLE, link=CODES)


def _refused(sentence: str, *, code: ErrorCode = ErrorCode.CONTENT_REFUSED, admin: str = "") -> ErrorRow:
    return ErrorRow(code=code, sentence=sentence, admin_sentence=admin, link=CODES)


def _paused(sentence: str, admin: str) -> ErrorRow:
    return ErrorRow(
        code=ErrorCode.ACCOUNT_RESTRICTED,
        sentence=sentence,
        admin_sentence=admin,
        channel_effect=ChannelEffect.PAUSE,
        pause_seconds=24 * HOUR,
        link=CODES,
    )


_WINDOW_CLOSED = ErrorRow(
    code=ErrorCode.WINDOW_CLOSED,
    sentence="More than 24 hours have passed since this person wrote. A person of the team may still answer within "
    "7 days by the human-agent tag; else wait until they write again.",
    contact_effect=ContactEffect.WINDOW_CLOSED,
    link=f"{FEATURES}/human-agent-escalation",
)
_BLOCKED = _paused(
    "Instagram has blocked this account from messaging. Messages wait; ask an administrator.",
    "Instagram blocks this account from messaging. Sending is paused for a day; see Account status in the app.",
)
_NOT_OWNER = ErrorRow(
    code=ErrorCode.THREAD_NOT_OURS,
    sentence="Another app or the Instagram inbox holds this conversation. Take it over, then send again.",
    admin_sentence="Conversation routing gave the thread to another app. Check the default app in the Page's settings.",
    link=ROUTING,
)
_UNAVAILABLE = _unreachable("This person cannot be reached any more: they blocked the account or closed theirs.")
_TAKE_FETCHED = ErrorRow(
    act=Act.RETRY,
    code=ErrorCode.MEDIA_REFUSED,
    sentence="Instagram could not fetch the file; we try once more. If it fails again, use a smaller file.",
    attempts_at_most=2,
    link=CODES,
)
_EXPIRED_HANDLE = ErrorRow(
    act=Act.RETRY,
    code=ErrorCode.MEDIA_EXPIRED,
    sentence="Instagram no longer has the uploaded file. We upload it again.",
    attempts_at_most=2,
    link=CODES,
)
_PRIVATE_REPLY = _refused(
    "Instagram refused the private answer: the comment is older than 7 days, was answered privately already, or is "
    "gone. Answer it in public.",
)

ERRORS: ErrorTable = {
    **SHARED_ERRORS,
    (1, 1357046): ErrorRow(
        act=Act.UNCERTAIN,
        code=ErrorCode.UNREADABLE_ANSWER,
        sentence="Instagram broke down while it took the message, so it may or may not have been delivered.",
        link=CODES,
    ),
    (10, 1893063): _paused(
        "Instagram does not let this account send for a while. Messages wait; ask an administrator.",
        "The Page behind the account is temporarily restricted from sending. See its Support Inbox.",
    ),
    (10, 2018108): _unreachable("This person cannot receive messages now. Try again another time."),
    (10, 2018278): _WINDOW_CLOSED,
    (10, 2534022): _WINDOW_CLOSED,
    (10, 2534077): reconnect(
        "The link between the Page and the Instagram account is broken, or the account needs two-factor "
        "authentication. Repair it in the Page's settings under Linked accounts.",
        link=CODES,
    ),
    (100, 2018001): _unreachable(
        "Instagram does not know this person for this account.", code=ErrorCode.RECIPIENT_UNKNOWN
    ),
    (100, 2018008): _TAKE_FETCHED,
    (100, 2018034): _refused("The message is empty. Write something in it."),
    (100, 2018047): _refused(
        "Instagram does not take this type of file, or its name has letters other than A to Z. Convert or rename it.",
        code=ErrorCode.MEDIA_REFUSED,
    ),
    (100, 2018074): _EXPIRED_HANDLE,
    (100, 2018109): _refused("The file is too large for Instagram. Make it smaller.", code=ErrorCode.MEDIA_REFUSED),
    (100, 2018164): _refused("The app to pass the conversation to does not exist. Choose another one."),
    (100, 2018294): _TAKE_FETCHED,
    (100, 2534013): reconnect(
        "No Instagram professional account is linked to the Page. Link it in the Page's settings.", link=CODES
    ),
    (100, 2534014): _unreachable(
        "Instagram does not know this person for this account: they closed theirs, or wrote to another account of "
        "yours. Answer in the conversation that they began.",
        code=ErrorCode.RECIPIENT_UNKNOWN,
    ),
    (100, 2534015): _refused("Instagram refused the content of this message. Change it and send it again."),
    (100, 2534025): _PRIVATE_REPLY,
    (100, 2534029): _BLOCKED,
    (100, 2534037): _NOT_OWNER,
    (100, 2534122): _BLOCKED,
    (200, 1545041): _UNAVAILABLE,
    (200, 2018028): permission(
        "The app has no Advanced Access, so it reaches only people with a role on it. Finish App Review.", link=CODES
    ),
    (200, 2534041): reconnect(f"The owner has switched off access to messages. {_CONNECTED_TOOLS}", link=CODES),
    (200, 2534048): permission(
        "The app has no Advanced Access for this recipient. Finish App Review for instagram_manage_messages.",
        link=CODES,
    ),
    (230, None): _unreachable("This person does not allow messages from this account."),
    (551, None): _UNAVAILABLE,
    (551, 1545041): _UNAVAILABLE,
    (613, 2018338): throttled(scope="recipient", after_seconds=HOUR, link=CODES),
    (613, 2534040): throttled(after_seconds=60.0, link=CODES),
    (10900, None): _refused(
        "This comment was answered privately already, which is possible once. Answer it in public.",
        code=ErrorCode.ALREADY_DONE,
    ),
    (10903, None): _PRIVATE_REPLY,
    (36103, None): _paused(
        "Instagram does not let this account use messaging by apps. Ask an administrator.",
        "The account is not eligible for messaging by apps: it must be a professional account. Check its type.",
    ),
    (2018300, None): _NOT_OWNER,
    (2018321, None): passing(link=CODES),
    (9000001, None): _refused("This message was deleted, or is too old to be named."),
    (ANY, 2534068): _refused(
        "Instagram did not take several pictures in one message. Send them one at a time.",
        code=ErrorCode.UNSUPPORTED,
    ),
}

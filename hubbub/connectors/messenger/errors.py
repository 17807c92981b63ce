"""The documented errors of the Send API as data: what each means and what is done about it.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes
"""

from __future__ import annotations

from hubbub.connectors.meta.errors import HOUR, SHARED_ERRORS, passing, permission, throttled
from hubbub.connectors.meta.graph import ANY, Act, ErrorRow
from hubbub.connectors.outcomes import ChannelEffect, ContactEffect, ErrorCode

CODES = "https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes"


def _refused(code: ErrorCode, sentence: str, admin_sentence: str = "") -> ErrorRow:
    return ErrorRow(code=code, sentence=sentence, admin_sentence=admin_sentence, link=CODES)


def _window_closed(sentence: str = "") -> ErrorRow:
    return ErrorRow(
        code=ErrorCode.WINDOW_CLOSED,
        sentence=sentence
        or "More than 24 hours have passed since this person last wrote. A person of the team can still reply for "
        "7 days as a human agent; after that only an approved utility template goes through.",
        contact_effect=ContactEffect.WINDOW_CLOSED,
        link=CODES,
    )


def _unreachable(sentence: str) -> ErrorRow:
    return ErrorRow(
        code=ErrorCode.RECIPIENT_UNREACHABLE,
        sentence=sentence,
        contact_effect=ContactEffect.UNREACHABLE,
        link=CODES,
    )


def _restricted(sentence: str, admin_sentence: str, *, hours: float) -> ErrorRow:
    return ErrorRow(
        code=ErrorCode.ACCOUNT_RESTRICTED,
        sentence=sentence,
        admin_sentence=admin_sentence,
        channel_effect=ChannelEffect.PAUSE,
        pause_seconds=hours * HOUR,
        link=CODES,
    )


def _once_more(code: ErrorCode, sentence: str) -> ErrorRow:
    return ErrorRow(act=Act.RETRY, code=code, sentence=sentence, attempts_at_most=2, after_seconds=5.0, link=CODES)


_UNAVAILABLE = _unreachable(
    "This person cannot be reached on Messenger: they blocked the Page or closed their account."
)
_OTHER_OWNER = ErrorRow(
    code=ErrorCode.THREAD_NOT_OURS,
    sentence="Another app is answering this conversation. Take it over, or ask for it, and send again.",
    link=CODES,
)
_NO_ROLE = permission(
    "The app is not approved for people without a role on it. Ask Meta for Advanced Access in App Review.", link=CODES
)
_MEDIA_LATE = _once_more(
    ErrorCode.MEDIA_REFUSED,
    "Facebook could not fetch the file from its address in time. Upload the file instead, or send a smaller one.",
)
_GAMES = _refused(
    ErrorCode.UNSUPPORTED, "This belongs to games or extensions that the Page does not have. Send something else."
)

MESSENGER_ERRORS: dict[tuple[int, int | None], ErrorRow] = {
    (1, 1357046): ErrorRow(
        act=Act.UNCERTAIN,
        code=ErrorCode.UNREADABLE_ANSWER,
        sentence="Facebook answered in a broken way although the message may have been sent.",
        link=CODES,
    ),
    (1, 99): passing(attempts_at_most=3, link=CODES),
    (1, 2018382): _refused(ErrorCode.CONTENT_REFUSED, "The instant form is not valid. Choose another form."),
    (2, 2018344): permission("Somebody with a role on the Page must accept Facebook's contact terms.", link=CODES),
    (4, 2018022): throttled(scope="app", after_seconds=300.0, link=CODES),
    (4, 2018354): _refused(
        ErrorCode.QUOTA_EXHAUSTED, "This person got a marketing message too recently. Wait before the next one."
    ),
    (9, None): throttled(after_seconds=HOUR, link=CODES),
    (9, 2018352): throttled(scope="recipient", after_seconds=24 * HOUR, link=CODES),
    (10, 2018278): _window_closed(),
    (10, 2018065): _window_closed(),
    (10, 2534022): _window_closed(),
    (10, 2018108): _unreachable("This person cannot receive messages from the Page now. Wait until they write."),
    (10, 1893063): _restricted(
        "Facebook has restricted the Page from sending for a while. Messages wait; ask an administrator.",
        "Facebook has temporarily restricted this Page from sending. Open its Page quality. Sending is paused.",
        hours=6,
    ),
    (10, 1893015): ErrorRow(
        code=ErrorCode.RECIPIENT_OPTED_OUT,
        sentence="This person stopped messages about this topic. Do not send more of them.",
        contact_effect=ContactEffect.OPTED_OUT,
        link=CODES,
    ),
    (10, 1404170): _refused(
        ErrorCode.ACCOUNT_RESTRICTED,
        "Facebook does not let the Page ask for opt-ins now. Ask an administrator.",
        "Facebook restricts this Page from opt-in requests. Open its Page quality.",
    ),
    (10, 2018336): _refused(
        ErrorCode.UNSUPPORTED, "The rules for Europe and Japan do not allow this in this conversation. Send a text."
    ),
    (10, 2534077): permission(
        "The link between the Page and its Instagram account is broken, or two-factor log-in is needed.", link=CODES
    ),
    (100, 2018001): ErrorRow(
        code=ErrorCode.RECIPIENT_UNKNOWN,
        sentence="Facebook does not know this person for this Page. Wait until they write to the Page again.",
        contact_effect=ContactEffect.UNREACHABLE,
        link=CODES,
    ),
    (100, 2018008): _MEDIA_LATE,
    (100, 2018014): _refused(
        ErrorCode.CONTENT_REFUSED,
        "The message could not be sent. Ask an administrator.",
        "A message and a sender action went out in one call, which Facebook does not allow.",
    ),
    (100, 2018034): _refused(ErrorCode.CONTENT_REFUSED, "The message is empty. Write something in it."),
    (100, 2018047): _refused(
        ErrorCode.MEDIA_REFUSED, "The file is not what its type says. Send it as a file, or convert it."
    ),
    (100, 2018074): ErrorRow(
        act=Act.RETRY,
        code=ErrorCode.MEDIA_EXPIRED,
        sentence="Facebook no longer has the uploaded file. We upload it again.",
        attempts_at_most=2,
        link=CODES,
    ),
    (100, 2018109): _refused(ErrorCode.MEDIA_REFUSED, "The file is too large for Messenger. Send a smaller one."),
    (100, 2018164): _refused(
        ErrorCode.CONTENT_REFUSED,
        "The conversation could not be passed on. Ask an administrator.",
        "The id of the app to pass the conversation to is wrong.",
    ),
    (100, 2018294): _MEDIA_LATE,
    (100, 2018320): _refused(ErrorCode.CONTENT_REFUSED, "The product is not in the Page's catalogue. Choose another."),
    (100, 2018328): _refused(
        ErrorCode.UNSUPPORTED,
        "The product could not be shown. Ask an administrator.",
        "The Graph version in use is too old for products. Raise it in the settings.",
    ),
    (200, 2018028): _NO_ROLE,
    (200, 2018027): _NO_ROLE,
    (200, 2018021): _NO_ROLE,
    (200, 1545041): _UNAVAILABLE,
    (551, None): _UNAVAILABLE,
    (551, 1545041): _UNAVAILABLE,
    (230, None): _unreachable("Facebook does not let the Page write to this person. Wait until they write."),
    (613, 2018338): ErrorRow(
        act=Act.RETRY,
        code=ErrorCode.THROTTLED,
        sentence="Facebook warns that this person gets too many messages. The message waits a while.",
        scope="recipient",
        after_seconds=HOUR,
        link=CODES,
    ),
    (613, 1893016): _refused(
        ErrorCode.ALREADY_DONE, "This person was already asked to opt in to this topic. Do not ask again."
    ),
    (2022, None): permission("Facebook's commerce policy has disabled messages of this Page.", link=CODES),
    (10303, None): _refused(ErrorCode.CONTENT_REFUSED, "The account link has expired. Ask the person to log in again."),
    (10900, None): _refused(
        ErrorCode.ALREADY_DONE, "This comment already has its private reply. Answer below the comment instead."
    ),
    (10903, None): _refused(
        ErrorCode.CONTENT_REFUSED,
        "This comment cannot be answered privately, perhaps because it is over 7 days old. Answer below it instead.",
    ),
    (ANY, 2018144): _GAMES,
    (ANY, 2018154): _GAMES,
    (ANY, 2018163): _GAMES,
    (ANY, 2018218): _refused(ErrorCode.RECIPIENT_UNKNOWN, "Facebook tells nothing about this person."),
    (ANY, 2018247): permission("The app may not read these fields of a profile. Ask for fewer.", link=CODES),
    (ANY, 2018300): _OTHER_OWNER,
    (ANY, 2018321): ErrorRow(
        act=Act.RETRY,
        code=ErrorCode.THREAD_NOT_OURS,
        sentence="Messenger's own questions and answers are running in this conversation. We try again in a while.",
        scope="recipient",
        after_seconds=60.0,
        link=CODES,
    ),
    (9000001, None): _refused(
        ErrorCode.RECIPIENT_UNKNOWN, "The message was deleted, or is older than the last 20 of the conversation."
    ),
}

ERRORS: dict[tuple[int, int | None], ErrorRow] = SHARED_ERRORS | MESSENGER_ERRORS

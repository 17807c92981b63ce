"""What LINE's refusals mean, as data: status and, where one status means several things, the beginning of its text.

LINE has no error codes. Its texts are documented, and the only way to tell the monthly limit from the rate limit (both
429) and a used reply token from a wrong object (both 400): https://developers.line.biz/en/reference/messaging-api/#error-messages
"""

from __future__ import annotations

from dataclasses import dataclass

from hubbub.connectors.outcomes import ChannelEffect, ContactEffect, ErrorCode

STATUSES = "https://developers.line.biz/en/reference/messaging-api/#status-codes"
TEXTS = "https://developers.line.biz/en/reference/messaging-api/#error-messages"
LIMITS = "https://developers.line.biz/en/reference/messaging-api/#rate-limits"
RETRYING = "https://developers.line.biz/en/docs/messaging-api/retrying-api-request/"
TOKENS = "https://developers.line.biz/en/docs/basics/channel-access-token/"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRow:
    status: int
    begins: str = ""
    """LINE's text begins so; empty: any text."""
    name: str
    """For `platform_code`, as "status/name"."""
    code: ErrorCode
    sentence: str
    admin_sentence: str = ""
    is_passing: bool = False
    """Nothing was delivered, and the same call may work later."""
    channel_effect: ChannelEffect = ChannelEffect.NONE
    contact_effect: ContactEffect = ContactEffect.NONE
    link: str = TEXTS


RECIPIENT_UNKNOWN = (
    "LINE does not know this person or group under this account, or the account is no longer in the group. "
    "They can be reached again after they write."
)
CONTENT_REFUSED = "LINE refused the content of this message. Change it and send it again."

# The first row that fits counts, so that rows with a text stand above the row of their status.
ERRORS: tuple[ErrorRow, ...] = (
    ErrorRow(
        status=400,
        begins="Invalid reply token",
        name="reply_token",
        code=ErrorCode.REPLY_TOKEN_INVALID,
        sentence="The free reply to the customer's message was no longer possible.",
        admin_sentence="The reply token was used or older than a minute; LINE does not tell which.",
    ),
    ErrorRow(
        status=400,
        begins="Failed to send messages",
        name="recipient",
        code=ErrorCode.RECIPIENT_UNKNOWN,
        sentence=RECIPIENT_UNKNOWN,
        contact_effect=ContactEffect.UNREACHABLE,
    ),
    ErrorRow(
        status=400,
        begins="The property, 'to'",
        name="recipient",
        code=ErrorCode.RECIPIENT_UNKNOWN,
        sentence=RECIPIENT_UNKNOWN,
        admin_sentence="The id is not in the form of a LINE user, group or room id.",
        contact_effect=ContactEffect.UNREACHABLE,
    ),
    ErrorRow(status=400, name="content", code=ErrorCode.CONTENT_REFUSED, sentence=CONTENT_REFUSED),
    ErrorRow(
        status=401,
        name="token",
        code=ErrorCode.CREDENTIALS_INVALID,
        sentence="The connection to LINE has ended. Ask an administrator to connect the channel again.",
        admin_sentence="LINE refuses the channel access token: it has expired or was reissued. Enter the new one; the "
        "messages of the channel wait until then.",
        channel_effect=ChannelEffect.NEEDS_RECONNECT,
        link=TOKENS,
    ),
    ErrorRow(
        status=403,
        name="plan",
        code=ErrorCode.PERMISSION_MISSING,
        sentence="This LINE account may not do this. Ask an administrator to check its plan.",
        admin_sentence="The plan or the kind of this LINE Official Account does not include this function.",
        link=STATUSES,
    ),
    ErrorRow(
        status=404,
        name="not_found",
        code=ErrorCode.RECIPIENT_UNKNOWN,
        sentence="LINE does not find this, or does not show it to this account.",
        link=STATUSES,
    ),
    ErrorRow(
        status=409,
        name="conflict",
        code=ErrorCode.ALREADY_DONE,
        sentence="LINE has done this already.",
        link=RETRYING,
    ),
    ErrorRow(
        status=410,
        name="gone",
        code=ErrorCode.MEDIA_EXPIRED,
        sentence="LINE no longer has this file. Ask the customer to send it again.",
        link=STATUSES,
    ),
    ErrorRow(
        status=413,
        name="too_large",
        code=ErrorCode.CONTENT_REFUSED,
        sentence="This is too large for LINE, which takes at most 2 MB in one message. Send less at once.",
        link=STATUSES,
    ),
    ErrorRow(
        status=415,
        name="media_type",
        code=ErrorCode.MEDIA_REFUSED,
        sentence="LINE does not take files of this type. Convert the file or send a link to it.",
        link=STATUSES,
    ),
    ErrorRow(
        status=429,
        begins="You have reached your monthly limit",
        name="monthly_limit",
        code=ErrorCode.QUOTA_EXHAUSTED,
        sentence="The LINE messages of this month are used up. Only answers within a minute of a customer's message "
        "still go out; ask an administrator about the plan.",
        admin_sentence="The monthly limit of this LINE Official Account is reached, or too little is left for all "
        "recipients. Change the plan in LINE Official Account Manager, or wait for the next month.",
        link="https://developers.line.biz/en/docs/messaging-api/pricing/",
    ),
    ErrorRow(
        status=429,
        name="rate_limit",
        code=ErrorCode.THROTTLED,
        sentence="LINE asks us to slow down; the message goes out a little later.",
        is_passing=True,
        link=LIMITS,
    ),
)
UNKNOWN = ErrorRow(
    status=0,
    name="unknown",
    code=ErrorCode.UNKNOWN_ERROR,
    sentence="LINE refused this for a reason that it did not explain. Try again, or ask an administrator.",
)


def row_for(status: int, message: str) -> ErrorRow:
    """The meaning of a refusal; `UNKNOWN` for a status that LINE does not document."""
    fitting = (row for row in ERRORS if row.status == status and message.startswith(row.begins))
    return next(fitting, UNKNOWN)

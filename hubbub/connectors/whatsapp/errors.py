"""WhatsApp's errors: code → what it means to us. The same codes come back from calls and inside failed statuses.

https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
Meta asks to decide by the code, never by title, subcode or HTTP status.
"""

from __future__ import annotations

from hubbub.connectors.meta.errors import HOUR, SHARED_ERRORS, passing, permission, reconnect, throttled
from hubbub.connectors.meta.graph import ANY, Act, ErrorRow
from hubbub.connectors.outcomes import ChannelEffect, ContactEffect, ErrorCode

PLATFORM = "WhatsApp"
CODES = "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes"
THROUGHPUT = "https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput"
TEMPLATES = "https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview"
DAY = 24 * HOUR

UNLISTED = ErrorRow(
    code=ErrorCode.UNKNOWN_ERROR,
    sentence="{platform} could not deliver this message for a reason that we do not know yet. Ask an administrator.",
    admin_sentence="{platform} reports a problem that we do not know yet; its own words stand in the event.",
)


NOT_REPEATED = {
    ErrorCode.THROTTLED: "{platform} did not deliver this message, because we sent too many. Send it again later.",
    ErrorCode.PROVIDER_DOWN: "{platform} had a problem and did not deliver this message. Send it again.",
}
"""Instead of a row's sentence where the message has failed for good: nobody tries again what failed after its call."""


def failure_sentence(row: ErrorRow) -> str:
    """For a message that the platform took and then did not deliver."""
    sentence = NOT_REPEATED.get(row.code, row.sentence) if row.act is Act.RETRY else row.sentence
    return sentence.replace("{platform}", PLATFORM)


def alert_sentence(row: ErrorRow) -> str:
    """For an administrator, about the account as a whole."""
    return (row.admin_sentence or NOTICES.get(row.code, row.sentence)).replace("{platform}", PLATFORM)


NOTICES = {
    ErrorCode.THROTTLED: "{platform} slows this account down, because too much was sent or asked.",
    ErrorCode.PROVIDER_DOWN: "{platform} had a passing problem with this account.",
}


def refused(code: ErrorCode, sentence: str, admin_sentence: str = "", *, link: str = CODES) -> ErrorRow:
    """The same message would be refused again."""
    return ErrorRow(code=code, sentence=sentence, admin_sentence=admin_sentence, link=link)


def person(code: ErrorCode, sentence: str, effect: ContactEffect = ContactEffect.NONE) -> ErrorRow:
    """It is about this one customer."""
    return ErrorRow(code=code, sentence=sentence, contact_effect=effect, link=CODES)


def held(sentence: str, admin_sentence: str, pause_seconds: float) -> ErrorRow:
    """The account or number may not send: its queue waits for an administrator."""
    return ErrorRow(
        code=ErrorCode.ACCOUNT_RESTRICTED,
        sentence=sentence,
        admin_sentence=admin_sentence,
        channel_effect=ChannelEffect.PAUSE,
        pause_seconds=pause_seconds,
        link=CODES,
    )


def template(sentence: str, admin_sentence: str = "") -> ErrorRow:
    return refused(ErrorCode.TEMPLATE_REFUSED, sentence, admin_sentence, link=TEMPLATES)


def later(code: ErrorCode, sentence: str, after_seconds: float, *, scope: str = "channel") -> ErrorRow:
    return ErrorRow(act=Act.RETRY, code=code, sentence=sentence, after_seconds=after_seconds, scope=scope, link=CODES)


_PARAMETER = refused(
    ErrorCode.CONTENT_REFUSED,
    "WhatsApp refused a part of this message. Check its texts, buttons and addresses, and send it again.",
    "A parameter of the call is missing or wrong; the details stand in the call log.",
)
_ACCESS = permission(
    "The token may not do this. Check that it has whatsapp_business_messaging and whatsapp_business_management "
    "for this account.",
    link=CODES,
)
_GROUP = refused(ErrorCode.UNSUPPORTED, "WhatsApp does not take this in this group. Write to the person instead.")
_CALL = refused(ErrorCode.UNSUPPORTED, "WhatsApp could not make or take this call; Hubbub does not handle calls.")
_BLOCK = refused(
    ErrorCode.CONTENT_REFUSED,
    "WhatsApp could not block or unblock everybody; only people who wrote within 24 hours can be blocked.",
)
_USERNAME = refused(
    ErrorCode.CONTENT_REFUSED,
    "WhatsApp refused this username; choose 3 to 35 of a-z, 0-9, dot and underscore that nobody else has.",
)
_FORMAT = template(
    "WhatsApp refused the template because of its form; change the part that it names and submit it again."
)
_PIN = later(ErrorCode.THROTTLED, "The PIN was entered too often or too fast; try again later.", HOUR)
_FLOW = template(
    "The form (WhatsApp Flow) behind this template is blocked or slowed down at the moment. Send something else.",
    "Open the Flow in WhatsApp Manager and repair what it complains of.",
)

OWN: dict[int, ErrorRow] = {
    0: reconnect("The access token could not be checked.", link=CODES),
    1: passing(attempts_at_most=1, link=CODES),
    3: _ACCESS,
    4: throttled(scope="app", after_seconds=600.0, link=CODES),
    10: _ACCESS,
    33: refused(
        ErrorCode.ACCOUNT_RESTRICTED,
        "WhatsApp no longer knows our phone number. Ask an administrator.",
        "The phone number was deleted, or is not the one of this token. Connect the channel again.",
    ),
    100: _PARAMETER,
    **dict.fromkeys(range(200, 300), _ACCESS),
    368: held(
        "WhatsApp has blocked our account for a while because of its policies. Ask an administrator.",
        "The account is restricted for a violation of the policies. See Account quality in WhatsApp Manager.",
        DAY,
    ),
    613: throttled(scope="recipient", after_seconds=HOUR, link=CODES),
    80007: throttled(after_seconds=600.0, link=CODES),
    130429: throttled(link=THROUGHPUT),
    130472: person(
        ErrorCode.RECIPIENT_UNREACHABLE,
        "WhatsApp did not deliver this marketing message, because the customer is part of an experiment of Meta's. "
        "Do not send it again; wait until they write.",
    ),
    130497: refused(
        ErrorCode.ACCOUNT_RESTRICTED,
        "WhatsApp does not let us write to customers in this country.",
        "The business may not message people in that country. See the commerce policy.",
    ),
    131000: passing(attempts_at_most=3, link=CODES),
    131005: _ACCESS,
    131008: _PARAMETER,
    131009: _PARAMETER,
    131016: passing(link=CODES),
    131020: _GROUP,
    131021: person(ErrorCode.RECIPIENT_UNKNOWN, "This is our own number; a message cannot go to its sender."),
    131026: person(
        ErrorCode.RECIPIENT_UNREACHABLE,
        "WhatsApp could not deliver this to the customer; they may have no WhatsApp, an old version of it, or not "
        "have accepted its terms. Reach them another way.",
        ContactEffect.UNREACHABLE,
    ),
    131030: person(
        ErrorCode.RECIPIENT_UNREACHABLE,
        "This is a test number, which reaches listed people only. Add the customer's number to its list first.",
    ),
    131031: held(
        "WhatsApp has locked our account. Ask an administrator.",
        "The account is locked for a violation of the policies, or the PIN is wrong. See WhatsApp Manager.",
        DAY,
    ),
    131037: held(
        "Our number may not send yet. Ask an administrator.",
        "Numbers that begin with 555 need an approved display name before they can send.",
        HOUR,
    ),
    131041: _GROUP,
    131042: refused(
        ErrorCode.ACCOUNT_RESTRICTED,
        "WhatsApp does not send this until a payment problem is solved. Ask an administrator.",
        "There is a problem with the account's payment method. Check it in WhatsApp Manager, then send again.",
    ),
    131045: held(
        "Our number is not ready to send. Ask an administrator.",
        "The number's registration failed. Register it again.",
        900.0,
    ),
    131047: person(
        ErrorCode.WINDOW_CLOSED,
        "The customer last wrote more than 24 hours ago. Send a template instead.",
        ContactEffect.WINDOW_CLOSED,
    ),
    131048: later(
        ErrorCode.THROTTLED,
        "WhatsApp slows our number down because customers reported its messages; this one goes out later.",
        HOUR,
    ),
    131049: person(
        ErrorCode.QUOTA_EXHAUSTED,
        "WhatsApp chose not to deliver this marketing message; the customer got too many of them. Wait at least 24 "
        "hours before you send it again.",
    ),
    131050: person(
        ErrorCode.RECIPIENT_OPTED_OUT,
        "The customer stopped marketing messages from us. Do not send them any.",
        ContactEffect.OPTED_OUT,
    ),
    131051: refused(ErrorCode.UNSUPPORTED, "WhatsApp does not send this type of message. Send text or a file."),
    131052: refused(
        ErrorCode.MEDIA_REFUSED, "WhatsApp could not fetch the file. Check that its link works, or upload the file."
    ),
    131053: ErrorRow(
        act=Act.RETRY,
        code=ErrorCode.MEDIA_REFUSED,
        sentence="WhatsApp could not take the file; it may be damaged or of a type that it does not support.",
        attempts_at_most=1,
        link=CODES,
    ),
    131055: refused(ErrorCode.UNSUPPORTED, "This can only be sent as a marketing template."),
    131056: later(
        ErrorCode.THROTTLED,
        "We wrote to this customer very often in a short time; the message goes out a little later.",
        6.0,
        scope="recipient",
    ),
    131057: later(
        ErrorCode.PROVIDER_DOWN, "WhatsApp is upgrading our number; the message goes out in a few minutes.", 120.0
    ),
    131059: refused(ErrorCode.CONTENT_REFUSED, "The list has changed meanwhile; start again from its first page."),
    131060: person(ErrorCode.UNSUPPORTED, "WhatsApp does not show this message at the moment."),
    131062: person(
        ErrorCode.RECIPIENT_UNKNOWN,
        "This message needs the customer's phone number, and WhatsApp hides it from us. Ask the customer for it.",
    ),
    131063: template(
        "Marketing templates cannot be sent this way from this account. Ask an administrator.",
        "Marketing templates are disabled on the Cloud API for this account; it uses the Marketing Messages API.",
    ),
    131064: refused(
        ErrorCode.QUOTA_EXHAUSTED,
        "WhatsApp limits our templates at the moment. Ask an administrator.",
        "The messaging limit was lowered because templates were in the wrong category. See WhatsApp Manager.",
    ),
    **dict.fromkeys(range(131200, 131300), _GROUP),
    132000: template("The template has another number of blanks than were filled in. Fill in each of them once."),
    132001: template(
        "WhatsApp has no approved template of this name in this language. Choose another one.",
        "The template does not exist, was not approved in this language, or was deleted. Load the templates again.",
    ),
    132005: template("The template became too long with what was filled in. Shorten it."),
    132007: template("WhatsApp refused what was filled into the template because of its policy. Change it."),
    132008: template("A blank of the template was filled in wrongly. Check each of them."),
    132012: template("A blank of the template was filled in another form than approved. Check each of them."),
    132015: template(
        "WhatsApp has paused this template because customers reported it. Choose another one.",
        "The template is paused for low quality for 3 or 6 hours; a third time disables it. Improve it.",
    ),
    132016: template(
        "WhatsApp has disabled this template because customers reported it. Choose another one.",
        "The template was paused too often and is disabled for good. Create a new one.",
    ),
    132018: template("A blank of the template holds line breaks, tabs or too many blanks in a row. Remove them."),
    132068: _FLOW,
    132069: _FLOW,
    133000: passing(attempts_at_most=3, link=CODES),
    133004: passing(link=CODES),
    133005: refused(ErrorCode.CREDENTIALS_INVALID, "The PIN of two-step verification is wrong. Enter it again."),
    133006: held(
        "Our number must be verified before it can send. Ask an administrator.",
        "The phone number is not verified. Ask for a code in WhatsApp Manager and enter it.",
        900.0,
    ),
    133008: _PIN,
    133009: _PIN,
    133010: held(
        "Our number is not registered on WhatsApp. Ask an administrator.",
        "The phone number is not registered on the Cloud API. Register it with its PIN.",
        900.0,
    ),
    133015: later(ErrorCode.PROVIDER_DOWN, "The number was deleted a moment ago; try again in five minutes.", 300.0),
    133016: later(
        ErrorCode.THROTTLED, "The number was registered too often; WhatsApp allows it again within three days.", DAY
    ),
    134011: refused(
        ErrorCode.ACCOUNT_RESTRICTED,
        "Payments on WhatsApp are not set up. Ask an administrator.",
        "The terms of WhatsApp payments were not accepted. Accept them in WhatsApp Manager.",
    ),
    134100: template("Only marketing templates can be sent this way. Choose another template."),
    134101: later(ErrorCode.PROVIDER_DOWN, "WhatsApp still prepares this template; the message goes out later.", 600.0),
    134102: template(
        "This template cannot be sent this way at the moment. Choose another one.",
        "The template is not available on the Marketing Messages API. See WhatsApp Manager.",
    ),
    135000: _PARAMETER,
    137000: person(
        ErrorCode.RECIPIENT_UNKNOWN,
        "The customer's security code has changed since it was checked. Make sure that it is the same person.",
    ),
    **dict.fromkeys(range(138000, 138019), _CALL),
    **dict.fromkeys(range(139100, 139104), _BLOCK),
    **dict.fromkeys(range(147001, 147006), _USERNAME),
    2593107: refused(ErrorCode.ALREADY_DONE, "The WhatsApp Business app was copied already; that works only once."),
    2593108: refused(
        ErrorCode.CONTENT_REFUSED,
        "The WhatsApp Business app can be copied only within 24 hours after it was connected. Connect it again.",
    ),
    2593109: refused(
        ErrorCode.PERMISSION_MISSING,
        "The history of the WhatsApp Business app is not shared.",
        "The owner of the WhatsApp Business app did not agree to share its history; new messages come as usual.",
    ),
}

SUBCODES: dict[int, ErrorRow] = {
    2388019: template(
        "The account has as many templates as it may have. Delete one first.",
        "The limit is 250 templates, or 6,000 for a verified business with an approved display name.",
    ),
    2388040: template("A part of the template is too long. Shorten it and submit the template again."),
    2388047: template("The header of the template is not in the right form. Check its text and its variable."),
    2388072: template("The text of the template is not in the right form. Check its variables."),
    2388073: template("The footer of the template is not in the right form. Check its text."),
    2388293: template("The template has too many variables for its few words. Write more, or use fewer variables."),
    2388299: template("The text of the template begins or ends with a variable. Put words around it."),
}
"""Of creating templates; they come as subcodes of 100, and the documentation names them alone."""

ERRORS: dict[tuple[int, int | None], ErrorRow] = {
    **SHARED_ERRORS,
    **{(code, None): row for code, row in OWN.items()},
    (100, 33): OWN[33],
    **{(ANY, code): row for code, row in SUBCODES.items()},
}

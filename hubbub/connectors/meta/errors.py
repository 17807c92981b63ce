"""Graph errors that mean the same on Messenger, Instagram and WhatsApp.

`SHARED_ERRORS` is the base of each platform's own table: `ERRORS = SHARED_ERRORS | {…}`; own rows win.
https://developers.facebook.com/docs/graph-api/guides/error-handling
https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes
"""

from __future__ import annotations

from hubbub.connectors.meta.graph import Act, ErrorRow
from hubbub.connectors.outcomes import ChannelEffect, ErrorCode

GUIDE = "https://developers.facebook.com/docs/graph-api/guides/error-handling"
LIMITS = "https://developers.facebook.com/docs/graph-api/overview/rate-limiting"

HOUR = 3600.0


def throttled(*, scope: str = "channel", after_seconds: float | None = None, link: str = LIMITS) -> ErrorRow:
    """A row for "too many calls": the message waits."""
    return ErrorRow(
        act=Act.RETRY,
        code=ErrorCode.THROTTLED,
        sentence="{platform} asks us to slow down; the message goes out a little later.",
        scope=scope,
        after_seconds=after_seconds,
        link=link,
    )


def passing(*, attempts_at_most: int | None = None, link: str = GUIDE) -> ErrorRow:
    """A row for a passing problem of the platform."""
    return ErrorRow(
        act=Act.RETRY,
        code=ErrorCode.PROVIDER_DOWN,
        sentence="{platform} has a passing problem; we try again.",
        attempts_at_most=attempts_at_most,
        link=link,
    )


def reconnect(reason: str, *, link: str = GUIDE) -> ErrorRow:
    """A row for a dead token: the queue is held until the channel is connected again. `reason` is for the admin."""
    return ErrorRow(
        code=ErrorCode.CREDENTIALS_INVALID,
        sentence="The connection to {platform} has ended. Ask an administrator to connect the channel again.",
        admin_sentence=f"{reason} Connect the channel again; its messages wait until then.",
        channel_effect=ChannelEffect.NEEDS_RECONNECT,
        link=link,
    )


def permission(reason: str, *, link: str = GUIDE) -> ErrorRow:
    """A row for a permission that the app does not have. `reason` is for the admin."""
    return ErrorRow(
        code=ErrorCode.PERMISSION_MISSING,
        sentence="Our app may not do this on {platform}. Ask an administrator to check its permissions.",
        admin_sentence=reason,
        link=link,
    )


SHARED_ERRORS: dict[tuple[int, int | None], ErrorRow] = {
    (1, None): passing(attempts_at_most=3),
    (2, None): passing(),
    (4, None): throttled(scope="app", after_seconds=300.0),
    (10, None): permission("The app lacks a permission for this call. Check its permissions and App Review."),
    (17, None): throttled(scope="app", after_seconds=300.0),
    (32, None): throttled(after_seconds=300.0),
    (100, None): ErrorRow(
        code=ErrorCode.CONTENT_REFUSED,
        sentence="{platform} refused the content of this message. Change it and send it again.",
        admin_sentence="The platform calls a parameter of the call wrong; the trace id helps its support to find it.",
        link=GUIDE,
    ),
    (100, 33): ErrorRow(
        code=ErrorCode.PERMISSION_MISSING,
        sentence="{platform} does not know what this refers to, or does not show it to us.",
        admin_sentence="The object does not exist, or the token has no permission for it. Check what is connected.",
        link=GUIDE,
    ),
    (102, None): reconnect("The session of the token is over."),
    (190, None): reconnect("The access token is not valid."),
    (190, 458): reconnect("Somebody removed the app from their account."),
    (190, 459): reconnect("The person who connected must log in at facebook.com and pass a security check."),
    (190, 460): reconnect("The password of the person who connected has changed."),
    (190, 463): reconnect("The access token has expired."),
    (190, 464): reconnect("The person who connected must confirm their account at facebook.com."),
    (190, 467): reconnect("The access token was invalidated, for example by a log-out."),
    (190, 492): reconnect("The person who connected has lost their role."),
    (200, None): permission(
        "The app lacks a permission for this call, or is not live for people without a role on it."
    ),
    (341, None): ErrorRow(
        code=ErrorCode.ACCOUNT_RESTRICTED,
        sentence="{platform} has reached a limit for our app. Messages wait; an administrator should have a look.",
        admin_sentence="The app reached an application limit. Sending is paused; see the App Dashboard.",
        channel_effect=ChannelEffect.PAUSE,
        pause_seconds=6 * HOUR,
        link=GUIDE,
    ),
    (368, None): ErrorRow(
        code=ErrorCode.ACCOUNT_RESTRICTED,
        sentence="{platform} has blocked us for a while because of its policies. Ask an administrator.",
        admin_sentence="The platform calls an action abusive or against its policies. Sending is paused; see the "
        "account's quality page there.",
        channel_effect=ChannelEffect.PAUSE,
        pause_seconds=24 * HOUR,
        link=GUIDE,
    ),
    (613, None): throttled(after_seconds=60.0),
    (1200, None): passing(),
    (80001, None): throttled(after_seconds=300.0),
    (80002, None): throttled(after_seconds=300.0),
    (80006, None): throttled(after_seconds=300.0),
}

"""All that is not a message: follows, joins, taps, beacons, links, and what happens to our own account.

https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects
"""

from __future__ import annotations

from hubbub.connectors.events import (
    AccountAlert,
    ContactActed,
    ContactFollowed,
    ContactUnfollowed,
    Party,
    PostbackReceived,
)
from hubbub.connectors.line.parse.item import (
    Facts,
    JsonObject,
    Odd,
    Parser,
    need_id,
    need_object,
    need_text,
    origin_of,
    renamed,
    reply_token,
    sender_of,
)
from hubbub.kit.json import as_id, as_object, as_text, dig

PICKED = ("datetime", "date", "time")
BEACONS = {
    "enter": ("beacon_entered", "Came within range of the beacon {}."),
    "banner": ("beacon_banner_tapped", "Tapped the banner of the beacon {}."),
    "stay": ("beacon_stayed", "Is within range of the beacon {}."),
}
MEMBERSHIPS = {
    "joined": ("membership_joined", "Joined the membership {}."),
    "left": ("membership_left", "Left the membership {}."),
    "renewed": ("membership_renewed", "Renewed the membership {}."),
}


def followed(event: JsonObject, facts: Facts) -> ContactFollowed:
    """LINE itself says that `isUnblocked` is not always right."""
    sender, thread = sender_of(event)
    extra = renamed(as_object(event.get("follow")) or {}, {"isUnblocked": "is_unblocked"})
    return ContactFollowed(**facts, sender=sender, thread=thread, reply_token=reply_token(event), extra=extra)


def unfollowed(event: JsonObject, facts: Facts) -> ContactUnfollowed:
    sender, thread = sender_of(event)
    return ContactUnfollowed(**facts, sender=sender, thread=thread)


def joined(event: JsonObject, facts: Facts) -> ContactFollowed:
    """Our account is in a group or room now: nobody is named, the thread is what can be reached."""
    _, thread = sender_of(event)
    return ContactFollowed(**facts, thread=thread, reply_token=reply_token(event))


def left(event: JsonObject, facts: Facts) -> ContactUnfollowed:
    _, thread = sender_of(event)
    return ContactUnfollowed(**facts, thread=thread)


def members_joined(event: JsonObject, facts: Facts) -> ContactFollowed:
    _, thread = sender_of(event)
    members = _members(event, "joined")
    return ContactFollowed(**facts, thread=thread, members=members, reply_token=reply_token(event))


def members_left(event: JsonObject, facts: Facts) -> ContactUnfollowed:
    _, thread = sender_of(event)
    return ContactUnfollowed(**facts, thread=thread, members=_members(event, "left"))


def _members(event: JsonObject, name: str) -> tuple[Party, ...]:
    listed = need_object(event, name).get("members")
    if not isinstance(listed, list):
        raise Odd(f"The event has no list of members in {name!r}.")
    ids = (as_id(dig(member, "userId")) for member in listed)
    members = tuple(Party(external_id=external_id) for external_id in ids if external_id)
    if not members:
        # Without any member it would read as our own coming or going.
        raise Odd(f"The event names no member in {name!r}.")
    return members


def postback(event: JsonObject, facts: Facts) -> PostbackReceived:
    """LINE tells neither the label nor the message of what was tapped; a picked date or time stands as the title."""
    sender, thread = sender_of(event)
    tap = need_object(event, "postback")
    params = as_object(tap.get("params")) or {}
    picked = (as_text(params.get(name), limit=100) for name in PICKED)
    return PostbackReceived(
        **facts,
        sender=sender,
        thread=thread,
        title=next((moment for moment in picked if moment), ""),
        payload=need_text(tap, "data"),
        params=params,
        reply_token=reply_token(event),
    )


def video_watched(event: JsonObject, facts: Facts) -> ContactActed:
    tracking_id = need_text(need_object(event, "videoPlayComplete"), "trackingId")
    return _acted(event, facts, "video_watched", "Watched a video to its end.", {"tracking_id": tracking_id})


def beacon(event: JsonObject, facts: Facts) -> ContactActed:
    sign = need_object(event, "beacon")
    action, sentence = BEACONS.get(need_text(sign, "type"), ("beacon", "Was noticed by the beacon {}."))
    extra = renamed(sign, {"hwid": "hwid", "type": "type", "dm": "dm"})
    return _acted(event, facts, action, sentence.format(need_id(sign, "hwid")), extra)


def account_linked(event: JsonObject, facts: Facts) -> ContactActed:
    """When it failed, LINE names nobody: the nonce is all there is."""
    link = need_object(event, "link")
    extra = renamed(link, {"result": "result", "nonce": "nonce"})
    if need_text(link, "result") == "ok":
        return _acted(event, facts, "account_linked", "Linked the LINE account with an account of ours.", extra)
    return _acted(event, facts, "account_link_failed", "Linking the LINE account with an account failed.", extra)


def membership(event: JsonObject, facts: Facts) -> ContactActed:
    change = need_object(event, "membership")
    plan = need_id(change, "membershipId")
    action, sentence = MEMBERSHIPS.get(need_text(change, "type"), ("membership", "Changed the membership {}."))
    extra: JsonObject = {"type": change["type"], "membership_id": plan}
    return _acted(event, facts, action, sentence.format(plan), extra)


def notification_delivered(event: JsonObject, facts: Facts) -> ContactActed:
    """A LINE notification message (by phone number) has arrived; `data` is its delivery tag or the hashed number."""
    extra: JsonObject = {"data": need_text(need_object(event, "delivery"), "data")}
    return _acted(event, facts, "notification_delivered", "A notification message was delivered.", extra)


def _acted(event: JsonObject, facts: Facts, action: str, sentence: str, extra: JsonObject) -> ContactActed:
    sender, thread = origin_of(event)
    return ContactActed(
        **facts,
        sender=sender,
        thread=thread,
        action=action,
        sentence=sentence,
        reply_token=reply_token(event),
        extra=extra,
    )


def module(event: JsonObject, facts: Facts) -> AccountAlert:
    change = need_object(event, "module")
    is_attached = need_text(change, "type") == "attached"
    return AccountAlert(
        **facts,
        topic="module_attached" if is_attached else "module_detached",
        severity="info" if is_attached else "warning",
        sentence="A LINE account attached our module." if is_attached else "A LINE account detached our module.",
        extra=renamed(change, {"type": "type", "botId": "bot_id", "scopes": "scopes", "reason": "reason"}),
    )


def _alert(topic: str, severity: str, sentence: str) -> Parser:
    def alert(event: JsonObject, facts: Facts) -> AccountAlert:
        extra = renamed(as_object(event.get("chatControl")) or {}, {"expireAt": "expire_at"})
        if "source" in event:
            extra["source"] = event["source"]
        return AccountAlert(**facts, topic=topic, severity=severity, sentence=sentence, extra=extra)

    return alert


ACTS: dict[str, Parser] = {
    "follow": followed,
    "unfollow": unfollowed,
    "join": joined,
    "leave": left,
    "memberJoined": members_joined,
    "memberLeft": members_left,
    "postback": postback,
    "videoPlayComplete": video_watched,
    "beacon": beacon,
    "accountLink": account_linked,
    "membership": membership,
    "delivery": notification_delivered,
    "module": module,
    "activated": _alert("chat_control_gained", "info", "Our module may answer in this chat now."),
    "deactivated": _alert("chat_control_lost", "info", "Our module may no longer answer in this chat."),
    "botSuspended": _alert(
        "account_suspended",
        "critical",
        "LINE has suspended this account and nothing can be sent; see LINE Official Account Manager.",
    ),
    "botResumed": _alert("account_resumed", "info", "LINE has lifted the suspension of this account."),
}

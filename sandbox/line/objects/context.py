"""What is wrong with a message only in its place: quotes, mentions, tracking ids, coupons, stickers."""

from __future__ import annotations

from typing import Any

from sandbox.shapes import Path, Problem
from sandbox.state import LineBot, Thread

Json = dict[str, Any]
QUOTES = ("text", "textV2", "sticker")
# First and last sticker ids of the packages in LINE's list of sendable stickers (a part of it).
SENDABLE = {
    "446": (1988, 2027),
    "789": (10855, 10894),
    "1070": (17839, 17878),
    "6136": (10551376, 10551399),
    "6325": (10979904, 10979927),
    "6359": (11069848, 11069871),
    "6362": (11087920, 11087943),
    "6370": (11088016, 11088039),
    "6632": (11825374, 11825397),
    "8515": (16581242, 16581265),
    "8522": (16581266, 16581289),
    "8525": (16581290, 16581313),
    "11537": (52002734, 52002773),
    "11538": (51626494, 51626533),
    "11539": (52114110, 52114149),
}


def check_context(bot: LineBot, messages: list[Json], thread: Thread | None) -> list[Problem]:
    """``thread``: the conversation of a reply or push; None for sends to many."""
    problems: list[Problem] = []
    for position, message in enumerate(messages):
        path: Path = ("messages", position)
        _quote(message, thread, path, problems)
        _mentions(message, thread, path, problems)
        if message.get("trackingId") and thread is not None and thread.kind != "user":
            problems.append(Problem((*path, "trackingId"), "value", "absent in groups and rooms"))
        if message["type"] == "coupon" and message["couponId"] not in bot.coupons:
            problems.append(Problem((*path, "couponId"), "value", "a coupon of this account"))
        if message["type"] == "sticker" and not _is_sendable(message):
            problems.append(Problem((*path, "stickerId"), "value", "a sticker of the sendable list"))
    return problems


def _quote(message: Json, thread: Thread | None, path: Path, problems: list[Problem]) -> None:
    token = message.get("quoteToken")
    if token is None:
        return
    known = thread is not None and any(one.quote_token == token for one in thread.messages)
    if message["type"] not in QUOTES or not known:
        problems.append(Problem((*path, "quoteToken"), "value", "a quote token of this chat"))


def _mentions(message: Json, thread: Thread | None, path: Path, problems: list[Problem]) -> None:
    for key, item in (message.get("substitution") or {}).items():
        if item.get("type") != "mention":
            continue
        place = (*path, "substitution", key, "mentionee")
        if thread is None or thread.kind == "user":
            problems.append(Problem(place, "value", "used in a group or room only"))
        elif item["mentionee"]["type"] == "user" and item["mentionee"]["userId"] not in thread.members:
            problems.append(Problem((*place, "userId"), "value", "a member of this chat"))


def _is_sendable(message: Json) -> bool:
    first, last = SENDABLE.get(message["packageId"], (0, -1))
    return first <= int(message["stickerId"]) <= last

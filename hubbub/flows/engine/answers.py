"""What a customer's answer means, by the kind of answer that was asked for. None: it does not fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from unicodedata import decimal, normalize

from hubbub.flows.engine import limits
from hubbub.flows.engine.turn import Turn
from hubbub.kit.json import JsonValue

EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3}){1,5}|\d{1,18})(?:\.\d{1,9})?")
PHONE = re.compile(r"\+?[\d\s().\-/]{6,30}")
ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
PHONE_DIGITS = range(7, 16)
BUDDHIST_FROM, BUDDHIST_AHEAD = 2400, 543
DAYS: Mapping[int, frozenset[str]] = {
    0: frozenset({"today", "วันนี้", "今日", "heute", "اليوم", "今天", "hoy", "aujourd'hui", "hoje", "oggi", "오늘"}),
    1: frozenset({"tomorrow", "พรุ่งนี้", "明日", "morgen", "غدا", "明天", "mañana", "demain", "amanhã", "domani", "내일"}),
}
"""Days from now → the words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for. `low` and `high`: of a number, or of the length of a text."""

    kind: str
    low: float | None = None
    high: float | None = None
    country_code: str = ""


def plain(text: str) -> str:
    """Without width, blanks at the ends, and with the digits of every script as 0 to 9."""
    found = normalize("NFKC", text).strip()
    return found if found.isascii() else "".join(_digit(letter) for letter in found)


def _digit(letter: str) -> str:
    value = decimal(letter, None)
    return letter if value is None else str(value)


def _fits(wanted: Wanted, size: float) -> bool:
    return (wanted.low is None or size >= wanted.low) and (wanted.high is None or size <= wanted.high)


def _text(turn: Turn, wanted: Wanted) -> JsonValue:
    text = turn.text.strip()
    return text if text and _fits(wanted, len(text)) else None


def _number(turn: Turn, wanted: Wanted) -> JsonValue:
    text = plain(turn.text)
    if not NUMBER.fullmatch(text):
        return None
    digits = text.replace(",", "")
    number = float(digits) if "." in digits else int(digits)
    return number if _fits(wanted, number) else None


def _email(turn: Turn, wanted: Wanted) -> JsonValue:  # noqa: ARG001 - one signature
    text = normalize("NFKC", turn.text).strip().removeprefix("mailto:").rstrip(".,!")
    return text if len(text) <= 254 and EMAIL.fullmatch(text) else None


def _phone(turn: Turn, wanted: Wanted) -> JsonValue:
    text = plain(turn.text)
    if not PHONE.fullmatch(text):
        return None
    digits = re.sub(r"\D", "", text)
    if text.startswith("+"):
        found = f"+{digits}"
    elif digits.startswith("00"):
        digits = digits[2:]
        found = f"+{digits}"
    elif wanted.country_code:
        digits = wanted.country_code.lstrip("+") + digits.removeprefix("0")
        found = f"+{digits}"
    else:
        found = digits
    return found if len(digits) in PHONE_DIGITS else None


def _date(turn: Turn, wanted: Wanted) -> JsonValue:  # noqa: ARG001 - one signature
    text = plain(turn.text).casefold()
    for ahead, words in DAYS.items():
        if text in words:
            return (turn.now.astimezone(turn.zone).date() + timedelta(days=ahead)).isoformat()
    if found := ISO.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := DAY_FIRST.fullmatch(text):
        return _day(int(found[3]), int(found[2]), int(found[1]))
    return None


def _day(year: int, month: int, day: int) -> str | None:
    year = year - BUDDHIST_AHEAD if year >= BUDDHIST_FROM else year
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _choice(turn: Turn, wanted: Wanted) -> JsonValue:  # noqa: ARG001 - one signature
    """The payload of what was offered."""
    return next((offer.payload for offer in turn.offered if offer.payload == turn.payload), None)


KINDS: Mapping[str, Callable[[Turn, Wanted], JsonValue]] = {
    "text": _text,
    "number": _number,
    "email": _email,
    "phone": _phone,
    "date": _date,
    "choice": _choice,
}
AGAIN: Mapping[str, Mapping[str, str]] = {
    "text": {"en": "Please write a short answer.", "th": "กรุณาพิมพ์คำตอบสั้น ๆ ค่ะ"},
    "number": {"en": "Please answer with a number.", "th": "กรุณาตอบเป็นตัวเลขค่ะ"},
    "email": {
        "en": "That does not look like an e-mail address. Please write it like name@example.com.",
        "th": "รูปแบบอีเมลไม่ถูกต้อง กรุณาพิมพ์เช่น name@example.com",
    },
    "phone": {"en": "Please write a phone number, with digits only.", "th": "กรุณาพิมพ์หมายเลขโทรศัพท์เป็นตัวเลขค่ะ"},
    "date": {"en": "Please write a date, like 31/12/2026.", "th": "กรุณาพิมพ์วันที่ เช่น 31/12/2569"},
    "choice": {"en": "Please choose one of these.", "th": "กรุณาเลือกหนึ่งข้อค่ะ"},
}
"""What is said to an answer that does not fit, where the flow says nothing itself."""
LONGEST = limits.LONGEST_TEXT

"""Texts, choices, buttons and cards as the channel can show them; numbered lines of text as the last resort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hubbub.connectors.capabilities import Capabilities
from hubbub.connectors.messages import Button, ButtonType, Card, Media, OutboundKind, OutboundMessage
from hubbub.flows.engine.turn import Turn
from hubbub.flows.engine.values import Offer
from hubbub.kit.text import Unit, length, pieces, truncate

ANSWERS = frozenset({ButtonType.POSTBACK, ButtonType.MESSAGE})
SHARES = frozenset({ButtonType.SHARE_PHONE, ButtonType.SHARE_EMAIL, ButtonType.SHARE_LOCATION})
SHARES_OF: dict[str, frozenset[ButtonType]] = {
    "facebook": frozenset({ButtonType.SHARE_PHONE, ButtonType.SHARE_EMAIL}),
    "instagram": frozenset({ButtonType.SHARE_PHONE, ButtonType.SHARE_EMAIL}),
    "line": frozenset({ButtonType.SHARE_LOCATION}),
}
"""What a quick reply can ask for. https://developers.facebook.com/docs/messenger-platform/send-messages/quick-replies,
https://developers.line.biz/en/docs/messaging-api/using-quick-reply/"""


def say(turn: Turn, text: str) -> None:
    """A text, in as many messages as its length needs."""
    caps = turn.person.capabilities
    for piece in pieces(text, caps.text_limit, caps.text_unit):
        turn.send(OutboundMessage(message_id="", kind=OutboundKind.TEXT, text=piece))


def say_with_choices(turn: Turn, text: str, choices: Sequence[Button]) -> None:
    """Quick replies, else numbered lines."""
    caps = turn.person.capabilities
    shown = [one for one in choices if one.type in ANSWERS or one.type in SHARES_OF.get(turn.person.platform, ())]
    _offer(turn, [one for one in shown if one.type in ANSWERS])
    if not shown:
        say(turn, text)
        return
    titles = _titles(shown, caps.quick_reply_title_limit, caps.quick_reply_title_unit)
    if len(shown) > caps.quick_replies_limit or titles is None or _payload_too_long(shown, caps):
        _say_numbered(turn, text, shown)
        return
    limit = caps.button_text_limit if caps.list_rows_limit else caps.text_limit
    *before, last = pieces(text, limit, caps.text_unit)
    for piece in before:
        say(turn, piece)
    replies = tuple(replace(one, title=title) for one, title in zip(shown, titles, strict=True))
    turn.send(OutboundMessage(message_id="", kind=OutboundKind.TEXT, text=last, quick_replies=replies))


def say_with_buttons(turn: Turn, text: str, buttons: Sequence[Button]) -> None:
    """Buttons, else links and numbers in the text and choices below it."""
    caps = turn.person.capabilities
    titles = _titles(buttons, caps.button_title_limit, "characters")
    if titles is None or not _fits_buttons(buttons, caps):
        links = [_as_line(one) for one in buttons if one.type not in ANSWERS]
        answers = [one for one in buttons if one.type in ANSWERS]
        say_with_choices(turn, "\n".join([text, *filter(None, links)]), answers)
        return
    _offer(turn, [one for one in buttons if one.type in ANSWERS])
    *before, last = pieces(text, caps.button_text_limit or caps.text_limit, caps.text_unit)
    for piece in before:
        say(turn, piece)
    shown = tuple(replace(one, title=title) for one, title in zip(buttons, titles, strict=True))
    turn.send(OutboundMessage(message_id="", kind=OutboundKind.TEXT, text=last, buttons=shown))


def say_cards(turn: Turn, cards: Sequence[Card]) -> None:
    """Cards, in as many messages as they need; else a picture, a text and choices for each."""
    caps = turn.person.capabilities
    _offer(turn, [one for card in cards for one in card.buttons if one.type in ANSWERS])
    if "cards" not in caps.outbound_kinds or not all(_fits_card(card, caps) for card in cards):
        _say_cards_plainly(turn, cards)
        return
    shown = [_cut(card, caps) for card in cards]
    for group in _groups(shown, caps):
        turn.send(OutboundMessage(message_id="", kind=OutboundKind.CARDS, cards=tuple(group)))


def send_media(turn: Turn, media: Media, text: str) -> None:
    """A file with its text; a link where the channel takes no such file."""
    caps = turn.person.capabilities
    if media.type not in caps.media:
        say(turn, f"{text}\n{media.url}".strip())
        return
    has_caption = caps.has_captions and media.type not in caps.captionless
    fits = has_caption and length(text, caps.text_unit) <= caps.caption_limit
    turn.send(
        OutboundMessage(message_id="", kind=OutboundKind.MEDIA, media=(media,), text=text if text and fits else None)
    )
    if text and not fits:
        say(turn, text)


# --- Below ------------------------------------------------------------------------------------------------------------


def _offer(turn: Turn, answers: Sequence[Button]) -> None:
    turn.offered = tuple(Offer(title=one.title, payload=one.payload or one.title) for one in answers)
    turn.is_numbered = False


def _say_numbered(turn: Turn, text: str, choices: Sequence[Button]) -> None:
    answers = [one for one in choices if one.type in ANSWERS]
    lines = [f"{number}. {one.title}" for number, one in enumerate(answers, 1)]
    turn.is_numbered = True
    say(turn, "\n".join([text, *lines]))


def _titles(buttons: Sequence[Button], limit: int, unit: Unit) -> list[str] | None:
    """Titles cut to the limit; None when two would look alike."""
    cut = [one.title if length(one.title, unit) <= limit else _shortened(one.title, limit, unit) for one in buttons]
    return cut if all(cut) and len(set(cut)) == len(cut) else None


def _shortened(text: str, limit: int, unit: Unit) -> str:
    return truncate(text, max(limit - length("…", unit), 0), unit).rstrip() + "…" if limit else ""


def _payload_too_long(buttons: Sequence[Button], caps: Capabilities) -> bool:
    return any(len((one.payload or "").encode()) > caps.payload_limit for one in buttons)


def _fits_buttons(buttons: Sequence[Button], caps: Capabilities) -> bool:
    types = {one.type for one in buttons}
    if len(buttons) > caps.buttons_limit or not types <= set(caps.button_types) or _payload_too_long(buttons, caps):
        return False
    # WhatsApp, the platform with lists, shows answers or one link, never both.
    return not caps.list_rows_limit or types <= ANSWERS or len(buttons) == 1


def _fits_card(card: Card, caps: Capabilities) -> bool:
    types = {one.type for one in card.buttons}
    titles = _titles(card.buttons, caps.button_title_limit, "characters")
    fits = len(card.buttons) <= caps.card_buttons_limit and types <= set(caps.button_types) and titles is not None
    # LINE, the platform with Flex messages, shows no card without a button, and none without a text.
    is_bare = (
        not card.buttons
        if "flex" in caps.outbound_kinds
        else not (card.buttons or card.subtitle or card.image_url or card.default_url)
    )
    return fits and not is_bare and not _payload_too_long(card.buttons, caps)


def _cut(card: Card, caps: Capabilities) -> Card:
    titles = _titles(card.buttons, caps.button_title_limit, "characters") or []
    return replace(
        card,
        title=truncate(card.title, caps.card_title_limit, "characters"),
        subtitle=truncate(card.subtitle, caps.card_subtitle_limit, "characters") if card.subtitle else None,
        buttons=tuple(replace(one, title=title) for one, title in zip(card.buttons, titles, strict=True)),
    )


def _groups(cards: Sequence[Card], caps: Capabilities) -> list[list[Card]]:
    """As many in a message as the platform takes; on LINE only cards that are built alike."""
    groups: list[list[Card]] = []
    for card in cards:
        is_alike = not groups or "flex" not in caps.outbound_kinds or _build(groups[-1][0]) == _build(card)
        if groups and is_alike and len(groups[-1]) < caps.cards_limit:
            groups[-1].append(card)
        else:
            groups.append([card])
    return groups


def _build(card: Card) -> tuple[int, bool, bool]:
    return len(card.buttons), bool(card.image_url), bool(card.subtitle)


def _say_cards_plainly(turn: Turn, cards: Sequence[Card]) -> None:
    answers: list[Button] = []
    for number, card in enumerate(cards):
        lines = [card.title, card.subtitle or "", card.default_url or ""]
        lines += [_as_line(one) for one in card.buttons if one.type not in ANSWERS]
        text = "\n".join(filter(None, lines))
        answers += [one for one in card.buttons if one.type in ANSWERS]
        if card.image_url and "image" in turn.person.capabilities.media:
            media = Media(type="image", url=card.image_url)
            if number == len(cards) - 1 and answers:
                send_media(turn, media, "")
                break
            send_media(turn, media, text)
        elif number < len(cards) - 1 or not answers:
            say(turn, text)
    if answers:
        say_with_choices(turn, text, answers)


def _as_line(button: Button) -> str:
    target = button.url if button.type == ButtonType.URL else button.payload
    return f"{button.title}: {target}" if target else ""

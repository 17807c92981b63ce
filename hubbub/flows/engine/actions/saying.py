"""Actions that say something."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hubbub.connectors.messages import Button, ButtonType, Card, Media, OutboundKind, OutboundMessage, TemplateUse
from hubbub.flows.engine import limits
from hubbub.flows.engine.actions.stored import add_stored
from hubbub.flows.engine.code import Builder
from hubbub.flows.engine.faults import RunFailure
from hubbub.flows.engine.offering import say, say_cards, say_with_buttons, say_with_choices, send_media
from hubbub.flows.engine.reading import Reader
from hubbub.flows.engine.texts import Text, read_text, read_value
from hubbub.flows.engine.turn import Turn
from hubbub.kit.json import JsonValue

MEDIA = ("image", "video", "audio", "file")
BUTTON_TYPES: Mapping[str, ButtonType] = {
    "postback": ButtonType.POSTBACK,
    "url": ButtonType.URL,
    "web_url": ButtonType.URL,
    "phone": ButtonType.PHONE,
    "phone_number": ButtonType.PHONE,
}
REPLY_TYPES: Mapping[str, ButtonType] = {
    "text": ButtonType.POSTBACK,
    "postback": ButtonType.POSTBACK,
    "user_phone_number": ButtonType.SHARE_PHONE,
    "user_email": ButtonType.SHARE_EMAIL,
    "location": ButtonType.SHARE_LOCATION,
}
"""Our words and Messenger's."""
Filled = Callable[[Turn], Button]
Nothing: Text | None = None


def optional_text(reader: Reader, value: JsonValue, place: str) -> Text | None:
    return None if value is None else read_text(reader, value, place)


def url_text(reader: Reader, value: JsonValue, place: str) -> Text:
    """An address; https where it begins without a variable."""
    text = read_text(reader, value, place)
    for template in (text.only, *text.by_locale.values()):
        first = template.pieces[0]
        if isinstance(first, str) and first and not first.startswith(("https://", "http://")):
            reader.fault(place, "An address begins with https://.")
            break
    return text


def names_of(*texts: Text | None) -> frozenset[str]:
    return frozenset[str]().union(*(one.names for one in texts if one is not None))


# --- Choices and buttons ----------------------------------------------------------------------------------------------


def read_choices(reader: Reader, value: JsonValue, place: str) -> tuple[list[Filled], frozenset[str]]:
    """Quick replies: texts, or {"title", "payload"}."""
    items = reader.items(value, place, limits.OPTIONS, least=1)
    read = [_choice(reader, one, f"{place}[{number}]") for number, one in enumerate(items)]
    return [one for one, _ in read], frozenset[str]().union(*(names for _, names in read))


def _choice(reader: Reader, value: JsonValue, place: str) -> tuple[Filled, frozenset[str]]:
    part: dict[str, JsonValue] = {"title": value} if isinstance(value, str) else reader.part(value, place)
    reader.known(part, {"type", "content_type", "title", "payload", "value", "image_url"}, place)
    given = part.get("content_type", part.get("type"))
    kind = REPLY_TYPES[reader.one_of(given, REPLY_TYPES, f"{place}.type", default="text")]
    if kind != ButtonType.POSTBACK:
        return (lambda _: Button(type=kind)), frozenset()
    title = read_text(reader, part.get("title"), f"{place}.title")
    payload = optional_text(reader, part.get("payload", part.get("value")), f"{place}.payload")
    fixed = _fixed(part.get("title"))

    def fill(turn: Turn) -> Button:
        shown = title.fill(turn)
        return Button(type=kind, title=shown, payload=payload.fill(turn) if payload else fixed or shown)

    return fill, names_of(title, payload)


def _fixed(title: JsonValue) -> str:
    """Without a payload, a choice in several languages is called by its first one, so that conditions can name it."""
    if isinstance(title, dict):
        return next((one for one in title.values() if isinstance(one, str) and "{{" not in one), "")
    return ""


def read_buttons(reader: Reader, value: JsonValue, place: str) -> tuple[list[Filled], frozenset[str]]:
    items = reader.items(value, place, limits.BUTTONS, least=1)
    read = [_button(reader, one, f"{place}[{number}]") for number, one in enumerate(items)]
    return [one for one, _ in read], frozenset[str]().union(*(names for _, names in read))


def _button(reader: Reader, value: JsonValue, place: str) -> tuple[Filled, frozenset[str]]:
    part = reader.part(value, place)
    reader.known(part, {"type", "title", "payload", "url", "phone_number"}, place)
    kind = BUTTON_TYPES[reader.one_of(part.get("type"), BUTTON_TYPES, f"{place}.type", default="postback")]
    title = read_text(reader, part.get("title"), f"{place}.title")
    if kind == ButtonType.URL:
        url = url_text(reader, part.get("url"), f"{place}.url")
        return (lambda turn: Button(type=kind, title=title.fill(turn), url=url.fill(turn))), names_of(title, url)
    name = "payload" if kind == ButtonType.POSTBACK or "phone_number" not in part else "phone_number"
    if kind == ButtonType.POSTBACK and "payload" not in part:
        fixed = _fixed(part.get("title"))
        return (lambda turn: _titled(title.fill(turn), fixed)), title.names
    payload = read_text(reader, part.get(name), f"{place}.{name}")
    return (lambda turn: Button(type=kind, title=title.fill(turn), payload=payload.fill(turn))), names_of(
        title, payload
    )


def _titled(title: str, payload: str) -> Button:
    return Button(type=ButtonType.POSTBACK, title=title, payload=payload or title)


# --- Actions ----------------------------------------------------------------------------------------------------------


def _send_text(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    if "quick_replies" in part:
        _send_quick_replies(builder, part, place)
    elif "buttons" in part:
        _send_buttons(builder, part, place)
    else:
        text = read_text(builder.reader, part.get("text"), f"{place}.text")
        builder.add(place, lambda turn: say(turn, text.fill(turn)), names=text.names)


def _send_quick_replies(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    text = read_text(builder.reader, part.get("text"), f"{place}.text")
    choices, names = read_choices(builder.reader, part.get("quick_replies"), f"{place}.quick_replies")
    builder.add(
        place,
        lambda turn: say_with_choices(turn, text.fill(turn), [one(turn) for one in choices]),
        names=text.names | names,
    )


def _send_buttons(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    text = read_text(builder.reader, part.get("text"), f"{place}.text")
    buttons, names = read_buttons(builder.reader, part.get("buttons"), f"{place}.buttons")
    builder.add(
        place,
        lambda turn: say_with_buttons(turn, text.fill(turn), [one(turn) for one in buttons]),
        names=text.names | names,
    )


def _send_media(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    kind = str(part.get("type")).removeprefix("send_")
    if kind == "media":
        kind = builder.reader.one_of(part.get("media"), MEDIA, f"{place}.media")
    url = url_text(builder.reader, part.get("url"), f"{place}.url")
    text = optional_text(builder.reader, part.get("text"), f"{place}.text")
    name = builder.reader.word(part.get("file_name"), f"{place}.file_name", default="") or None
    builder.add(
        place,
        lambda turn: send_media(
            turn, Media(type=kind, url=url.fill(turn), file_name=name), text.fill(turn) if text else ""
        ),
        names=names_of(url, text),
    )


def _send_cards(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    reader = builder.reader
    items = reader.items(part.get("cards"), f"{place}.cards", limits.CARDS, least=1)
    read = [_card(reader, one, f"{place}.cards[{number}]") for number, one in enumerate(items)]
    names = frozenset[str]().union(*(one for _, one in read))
    builder.add(place, lambda turn: say_cards(turn, [fill(turn) for fill, _ in read]), names=names)


def _card(reader: Reader, value: JsonValue, place: str) -> tuple[Callable[[Turn], Card], frozenset[str]]:
    part = reader.part(value, place)
    reader.known(part, {"title", "subtitle", "image_url", "url", "buttons"}, place)
    title = read_text(reader, part.get("title"), f"{place}.title")
    subtitle = optional_text(reader, part.get("subtitle"), f"{place}.subtitle")
    image, url = (
        url_text(reader, part[name], f"{place}.{name}") if part.get(name) is not None else Nothing
        for name in ("image_url", "url")
    )
    buttons, names = (
        read_buttons(reader, part["buttons"], f"{place}.buttons") if "buttons" in part else ([], frozenset[str]())
    )

    def fill(turn: Turn) -> Card:
        return Card(
            title=title.fill(turn),
            subtitle=subtitle.fill(turn) if subtitle else None,
            image_url=image.fill(turn) if image else None,
            default_url=url.fill(turn) if url else None,
            buttons=tuple(one(turn) for one in buttons),
        )

    return fill, names | names_of(title, subtitle, image, url)


def _send_template(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    """A template that the platform has approved; `text` is said on channels that have none. With `template`: a stored
    one."""
    if "template" in part:
        add_stored(builder, part, place)
        return
    reader = builder.reader
    name = reader.word(part.get("name"), f"{place}.name")
    language = reader.word(part.get("language"), f"{place}.language", default="en")
    given = reader.items(part.get("components"), f"{place}.components", limits.BUTTONS)
    for number, one in enumerate(given):
        reader.part(one, f"{place}.components[{number}]")
    components = read_value(reader, given, f"{place}.components")
    text = optional_text(reader, part.get("text"), f"{place}.text")

    def act(turn: Turn) -> None:
        if "template" in turn.person.capabilities.outbound_kinds:
            filled: Any = components.fill(turn)
            use = TemplateUse(name=name, language=language, components=tuple(filled))
            turn.send(OutboundMessage(message_id="", kind=OutboundKind.TEMPLATE, template=use))
        elif text is not None:
            say(turn, text.fill(turn))
        else:
            raise RunFailure("This channel has no templates. Give the action a text to say here.")

    builder.add(place, act, names=components.names | names_of(text))


URLS = {"url", "text", "file_name"}
ACTIONS = {
    "send_text": (_send_text, {"text", "quick_replies", "buttons"}),
    "send_quick_replies": (_send_quick_replies, {"text", "quick_replies"}),
    "send_buttons": (_send_buttons, {"text", "buttons"}),
    "send_media": (_send_media, URLS | {"media"}),
    "send_image": (_send_media, URLS),
    "send_video": (_send_media, URLS),
    "send_audio": (_send_media, URLS),
    "send_file": (_send_media, URLS),
    "send_cards": (_send_cards, {"cards"}),
    "send_template": (_send_template, {"name", "language", "components", "text", "template", "variables"}),
}

"""The envelope of Meta's webhooks, and the scan of bytes that nobody has verified."""

from __future__ import annotations

from typing import Any

import pytest

from hubbub.connectors.events import InboundEvent, MalformedEvent, UnknownEvent
from hubbub.connectors.meta.envelope import Item, addresses, phone_number_ids, read_items
from hubbub.kit.json import dumps


def items(body: Any, object_name: str = "page") -> list[Item | InboundEvent]:
    return list(read_items(dumps(body), object_name))


def page(*entries: Any) -> dict[str, Any]:
    return {"object": "page", "entry": list(entries)}


def test_items_come_in_the_order_of_the_body_with_their_account() -> None:
    found = items(
        page(
            {"id": "1", "time": 5, "messaging": [{"a": 1}, {"a": 2}]},
            {"id": 2, "time": 6, "standby": [{"a": 3}], "changes": [{"field": "feed"}]},
        )
    )
    assert [(item.address, item.lane, item.value, item.time) for item in found if isinstance(item, Item)] == [
        ("1", "messaging", {"a": 1}, 5),
        ("1", "messaging", {"a": 2}, 5),
        ("2", "standby", {"a": 3}, 6),
        ("2", "changes", {"field": "feed"}, 6),
    ]


def test_an_items_raw_is_a_body_with_this_item_alone() -> None:
    (first, second) = items(page({"id": "1", "time": 5, "messaging": [{"a": 1}, {"a": 2}], "odd": True}))
    assert isinstance(second, Item)
    assert second.raw == page({"id": "1", "time": 5, "messaging": [{"a": 2}]})
    assert items(second.raw) == [second]
    assert first != second


def test_a_narrowed_item_keeps_its_envelope() -> None:
    (item,) = items(page({"id": "1", "changes": [{"field": "messages", "value": {"messages": [1, 2]}}]}))
    assert isinstance(item, Item)
    part = {"field": "messages", "value": {"messages": [2]}}
    assert item.narrowed(part) == page({"id": "1", "changes": [part]})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        (7, MalformedEvent),
        ({"time": 1, "messaging": []}, MalformedEvent),
        ({"id": "", "messaging": []}, MalformedEvent),
        ({"id": 1.5, "messaging": []}, MalformedEvent),
        ({"id": "1", "messaging": {}}, MalformedEvent),
        ({"id": "1", "messaging": None}, MalformedEvent),
        ({"id": "1", "changed_fields": ["feed"]}, UnknownEvent),
        ({"id": "1"}, UnknownEvent),
    ],
)
def test_an_odd_entry_is_kept_beside_its_neighbours(entry: Any, kind: type[InboundEvent]) -> None:
    good = {"id": "9", "messaging": [{"a": 1}]}
    before, odd, after = items(page(good, entry, good))
    assert isinstance(before, Item)
    assert isinstance(odd, kind)
    assert isinstance(after, Item)


def test_an_empty_list_of_entries_or_items_holds_nothing() -> None:
    assert items(page()) == []
    assert items(page({"id": "1", "messaging": []})) == []


def test_another_object_is_unknown_for_each_of_its_entries() -> None:
    found = items({"object": "user", "entry": [{"id": "1", "messaging": [{}]}, {"id": "2", "changes": []}]})
    assert [(event.address, event.name) for event in found if isinstance(event, UnknownEvent)] == [
        ("1", "object user"),
        ("2", "object user"),
    ]


def test_the_key_of_an_unknown_event_does_not_hang_on_the_time_of_its_delivery() -> None:
    (first,), (again,) = (items(page({"id": "1", "time": time, "changed_fields": ["feed"]})) for time in (5, 6))
    assert isinstance(first, UnknownEvent)
    assert isinstance(again, UnknownEvent)
    assert first.event_key == again.event_key


# --- The scan ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b'{"object":"page","entry":[{"id":"1087","time":1,"messaging":[{"sender":{"id":"7"}}]}]}',
        b'{"object":"page","entry":[{"time":1,"id":"1087","messaging":[{"sender":{"id":"7"}}]}]}',
        b'{ "entry" : [ { "id" : 1087 , "changes" : [ { "value" : { "from" : { "id" : "7" } } } ] } ] }',
        b'{"entry":[{"id":"1087","standby":[{"recipient":{"id":"7"}}]}]}',
    ],
)
def test_only_the_ids_of_entries_are_found(body: bytes) -> None:
    assert addresses(body) == ("1087",)


def test_in_an_unusual_order_every_id_counts() -> None:
    body = b'{"entry":[{"messaging":[{"sender":{"id":"7"}}],"id":"1087"}]}'
    assert set(addresses(body)) == {"7", "1087"}


def test_each_address_is_named_once_and_at_most_64_are() -> None:
    assert addresses(dumps(page(*({"id": "1", "messaging": []} for _ in range(9))))) == ("1",)
    many = page(*({"id": str(number), "messaging": []} for number in range(100)))
    assert addresses(dumps(many)) == tuple(str(number) for number in range(64))


def test_the_scan_ends_after_its_bytes() -> None:
    assert addresses(b" " * (64 * 1024) + b'{"entry":[{"id":"1087","messaging":[]}]}') == ()


@pytest.mark.parametrize(
    "body", [b"", b"\xff" * 1000, b'"id":' * 20_000, b'{"id":"' * 20_000, b"{" * 65_536, b'{  "time":1,' * 9_000]
)
def test_the_scan_never_stumbles(body: bytes) -> None:
    assert len(addresses(body)) <= 64
    assert len(phone_number_ids(body)) <= 64


def test_phone_number_ids_are_found() -> None:
    value = {"metadata": {"display_phone_number": "66800000001", "phone_number_id": "1100220033"}}
    body = dumps({"entry": [{"id": "5", "changes": [{"field": "messages", "value": value}]}]})
    assert phone_number_ids(body) == ("1100220033",)
    assert addresses(body) == ("5",)

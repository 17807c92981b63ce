import json as stdlib_json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.kit import json
from hubbub.kit.errors import InvalidJson

THIRTY_DIGITS = "123456789012345678901234567890"
NO_TEXTS: list[object] = [1.0, True, None, [], {}]
NO_INTEGERS: list[object] = [2**63, "9" * 30, 1e300, 5.5, float("inf"), float("nan"), True, "٥", "", "-", [], None]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"null", None),
        (b' {"a": [1, -2.5, true, "x"]} ', {"a": [1, -2.5, True, "x"]}),
        (b"\xef\xbb\xbf[1]", [1]),
        ('"สวัสดี 🙂"'.encode(), "สวัสดี 🙂"),
        (b"-0", 0),
        (b'{"id":1,"id":2}', {"id": 2}),
        (b'"\\ud83d\\ude42"', "🙂"),
    ],
)
def test_ordinary_json_is_read(text: bytes, value: json.JsonValue) -> None:
    assert json.loads(text) == value
    assert json.loads(text.decode()) == value


@pytest.mark.parametrize("number", [2**53, 2**53 + 1, 2**63, 2**64 - 1, 2**64, 2**64 + 1, -(2**63) - 1, 10**400])
def test_an_integer_keeps_every_digit(number: int) -> None:
    assert json.loads(f'{{"id": {number}, "ids": [{number}]}}') == {"id": number, "ids": [number]}


def test_a_float_beside_a_large_integer_stays_a_float() -> None:
    assert json.loads(f"[{THIRTY_DIGITS}, 1.5, 12345678901234567890123.5]") == [
        int(THIRTY_DIGITS),
        1.5,
        1.2345678901234568e22,
    ]


def test_thirty_digit_ids_survive_as_text() -> None:
    body = json.as_object(json.loads(f'{{"id": {THIRTY_DIGITS}}}'))
    assert body is not None
    assert json.as_text(body["id"]) == THIRTY_DIGITS
    assert json.as_id(body["id"]) == THIRTY_DIGITS


def test_digits_inside_strings_are_left_alone() -> None:
    text = f'{{"url": "https://x/{THIRTY_DIGITS}_n.jpg\\\\", "n": 1}}'
    assert json.loads(text) == {"url": f"https://x/{THIRTY_DIGITS}_n.jpg\\", "n": 1}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (rb'"\ud800"', "\ufffd"),
        (rb'"a\udfffb"', "a\ufffdb"),
        (rb'"\ud83d\ud83d\ude42"', "\ufffd🙂"),
        (rb'"\ude42\ud83d"', "\ufffd\ufffd"),
        (rb'"\\ud800"', r"\ud800"),
        (rb'"\\\ud800"', "\\\ufffd"),
        (rb'{"\ud800": "\ud83d\u0000\ude42"}', {"\ufffd": "\ufffd\ufffd"}),
        (b'["\\ud800", %s]' % THIRTY_DIGITS.encode(), ["\ufffd", int(THIRTY_DIGITS)]),
    ],
)
def test_a_lone_surrogate_becomes_the_replacement_character(text: bytes, value: json.JsonValue) -> None:
    assert json.loads(text) == value


def test_lone_surrogates_in_text_that_is_already_decoded_are_replaced_too() -> None:
    assert json.loads('"\ud800"') == "\ufffd"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (rb'"a\u0000b"', "ab"),
        (rb'{"a\u0000": ["\u0000"]}', {"a": [""]}),
        (rb'"a\\u0000b"', r"a\u0000b"),
        (rb'"\\\u0000"', "\\"),
        (b'["\\u0000", %s]' % THIRTY_DIGITS.encode(), ["", int(THIRTY_DIGITS)]),
    ],
)
def test_nul_is_stripped_from_strings_and_keys(text: bytes, value: json.JsonValue) -> None:
    assert json.loads(text) == value


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b" ",
        b"\xef\xbb\xbf",
        b"hello",
        b"{",
        b'{"a":',
        b'{"a":1',
        b"[1,]",
        b"[1] [2]",
        b"{'a': 1}",
        b"<xml/>",
        b'"\xff"',
        b'"\xc0\x80"',
        b'"\xed\xa0\x80"',
        b'"\x00"',
        b"\x00",
        '{"a": 1}'.encode("utf-16"),
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b"[NaN, %s]" % THIRTY_DIGITS.encode(),
        b"1e400",
        b"[-1e400]",
        b"[1e400, %s]" % THIRTY_DIGITS.encode(),
        b"1" * 4301,
        b"-" + b"1" * 4301,
        b"[" + THIRTY_DIGITS.encode(),
        b'["\xff", %s]' % THIRTY_DIGITS.encode(),
        b"01",
        b"0123456789012345678901",
        rb'"\u12"',
        rb'"\x"',
    ],
)
def test_what_is_not_json_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidJson) as caught:
        json.loads(text)
    assert caught.value.status == 422
    assert caught.value.sentence.endswith(".")


@pytest.mark.parametrize("text", [b"1" * 4300, b"-" + b"1" * 4300])
def test_the_largest_integer_is_read_and_written(text: bytes) -> None:
    assert json.dumps(json.loads(text)) == text
    assert json.as_text(json.loads(text)) == text.decode()


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")])
def test_nesting_is_bounded(opening: bytes, closing: bytes) -> None:
    levels = opening.count(b"[") + opening.count(b"{")
    times = json.MAX_DEPTH // levels
    assert json.loads(opening * times + b"1" + closing * times) is not None
    with pytest.raises(InvalidJson, match="nested"):
        json.loads(opening * times + b"[1]" + closing * times)


@pytest.mark.parametrize("tail", [b"", b"1", b"1" * 30])
@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"\\"a":'])
def test_a_hundred_thousand_levels_are_refused_without_a_crash(opening: bytes, tail: bytes) -> None:
    with pytest.raises(InvalidJson):
        json.loads(opening * 100_000 + tail)


@pytest.mark.parametrize("quoted", ["[" * 5000, '\\"' + "[" * 5000, "\\\\" + "[" * 5000, "{" * 600])
def test_brackets_inside_strings_are_not_nesting(quoted: str) -> None:
    assert json.loads(f'["{quoted}"]') == [stdlib_json.loads(f'"{quoted}"')]


def test_many_siblings_are_not_nesting() -> None:
    assert json.loads(b"[" + b"[[]]," * 100_000 + b"1]") == [[[]]] * 100_000 + [1]


def test_a_million_keys_are_read_and_more_are_refused() -> None:
    text = "{" + ",".join(f'"{number}":{number}' for number in range(1_000_000)) + "}"
    value = json.as_object(json.loads(text.encode()))
    assert value is not None
    assert len(value) == 1_000_000
    with pytest.raises(InvalidJson, match="keys"):
        json.loads(text[:-1] + ',"more":1}')


def test_colons_inside_strings_are_not_keys() -> None:
    assert json.loads(b'["' + b":" * 1_000_001 + b'"]') == [":" * 1_000_001]


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=30,
)


def without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [without_nul(item) for item in value]
    if isinstance(value, dict):
        return {without_nul(key): without_nul(item) for key, item in value.items()}
    return value


@given(json_values, st.booleans(), st.booleans())
def test_the_door_reads_what_the_standard_library_writes(value: Any, is_ascii: bool, is_indented: bool) -> None:
    text = stdlib_json.dumps(value, ensure_ascii=is_ascii, indent=2 if is_indented else None)
    assert json.loads(text.encode()) == without_nul(stdlib_json.loads(text))


@given(json_values)
def test_what_is_written_reads_back_equal(value: Any) -> None:
    assert json.loads(json.dumps(value)) == without_nul(value)


@given(st.binary(max_size=60) | st.text(alphabet='[]{}",:\\u0d8Ee+-.12 null', max_size=40).map(str.encode))
def test_any_bytes_are_either_read_or_refused(data: bytes) -> None:
    try:
        value = json.loads(data)
    except InvalidJson:
        return
    assert json.loads(json.dumps(value)) == value
    assert "\x00" not in str(value)


@given(json_values, st.data())
def test_a_truncated_document_is_refused(value: Any, data: st.DataObject) -> None:
    text = json.dumps([value])
    end = data.draw(st.integers(0, len(text) - 1))
    with pytest.raises(InvalidJson):
        json.loads(text[:end])


def test_ids_and_times_are_written_and_keys_can_be_sorted() -> None:
    moment = datetime(2026, 11, 20, 12, tzinfo=UTC)
    value = {"b": UUID(int=1), "a": moment, "n": 2**70}
    expected = (
        b'{"a":"2026-11-20T12:00:00+00:00","b":"00000000-0000-0000-0000-000000000001","n":1180591620717411303424}'
    )
    assert json.dumps(value, is_sorted=True) == expected
    del value["n"]
    assert json.dumps(value, is_sorted=True) == expected.replace(b',"n":1180591620717411303424', b"")


def test_deep_values_and_lone_surrogates_are_written() -> None:
    text = b"[" * 500 + b"1" + b"]" * 500
    assert json.dumps(json.loads(text)) == text
    assert json.dumps({"\ud800": "a\udc00"}) == '{"\ufffd":"a\ufffd"}'.encode()


@pytest.mark.parametrize("value", [{1: 2}, {"a": object()}, {"a": 2**70, "b": object()}])
def test_what_json_cannot_say_is_not_written(value: object) -> None:
    with pytest.raises(TypeError):
        json.dumps(value)


def test_wild_values_are_tamed() -> None:
    assert json.as_object({"a": 1}) == {"a": 1}
    assert json.as_object([1]) is None
    assert json.as_list([1]) == [1]
    assert json.as_list({"a": 1}) == []
    assert json.as_text("a\x00b") == "ab"
    assert json.as_text("abc", limit=2) == "ab"
    assert json.as_text(123) == "123"
    for value in NO_TEXTS:
        assert json.as_text(value) is None


def test_an_id_is_never_cut_or_empty() -> None:
    assert json.as_id("x" * 512) == "x" * 512
    for value in ("x" * 513, "", *NO_TEXTS):
        assert json.as_id(value) is None


@pytest.mark.parametrize(
    ("value", "number"),
    [
        *((5, 5), ("5", 5), ("-5", -5), (5.0, 5), (2**63 - 1, 2**63 - 1)),
        *((value, None) for value in NO_INTEGERS),
    ],
)
def test_integers_are_read_within_bounds(value: object, number: int | None) -> None:
    assert json.as_int(value) == number


def test_integers_can_be_bounded_more_closely() -> None:
    assert json.as_int(11, high=10) is None
    assert json.as_int(-1, low=0) is None


def test_digging_never_fails() -> None:
    value: json.JsonValue = {"a": [{"b": "c"}]}
    assert json.dig(value, "a", 0, "b") == "c"
    assert json.dig(value, "a", -1, "b") == "c"
    assert json.dig(value) == value
    paths: list[tuple[str | int, ...]] = [("x",), ("a", 1), ("a", "b"), ("a", 0, "b", "c"), (0,), ("a", -2)]
    for path in paths:
        assert json.dig(value, *path) is None

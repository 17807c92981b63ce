import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.kit.envelope import Envelope, KeyRing, Unopenable, key_id_of, new_key
from hubbub.kit.errors import ConfigurationError

KEY_1, KEY_2 = f"k1:{new_key()}", f"k2:{new_key()}"
INDEX_KEY = b"an index key of thirty-two bytes"
CONTEXT = ("organization-1", "row-1", "access_token")


def envelope_of(*keys: str) -> Envelope:
    return Envelope(KeyRing.parse(",".join(keys)), index_key=INDEX_KEY)


@given(st.binary(max_size=300), st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), max_size=4))
def test_what_is_sealed_opens_in_its_context(plaintext: bytes, context: list[str]) -> None:
    envelope = envelope_of(KEY_1)
    assert envelope.open(envelope.seal(plaintext, context=context), context=context) == plaintext


def test_a_token_names_its_version_and_key_and_shows_nothing_else() -> None:
    envelope = envelope_of(KEY_1)
    token = envelope.seal(b"EAAsecret", context=CONTEXT)
    assert token.startswith("v1.k1.")
    assert key_id_of(token) == "k1"
    assert token != envelope.seal(b"EAAsecret", context=CONTEXT)
    assert "EAAsecret" not in token
    assert b"EAAsecret" not in base64.urlsafe_b64decode(token.split(".")[2] + "==")


@pytest.mark.parametrize(
    "context",
    [
        ("organization-2", "row-1", "access_token"),
        ("organization-1", "row-2", "access_token"),
        ("organization-1", "row-1", "app_secret"),
        ("organization-1row-1", "", "access_token"),
        ("organization-1", "row-1access_token"),
        ("organization-1", "row-1", "access_token", ""),
        (),
    ],
)
def test_a_token_moved_to_another_place_does_not_open(context: tuple[str, ...]) -> None:
    envelope = envelope_of(KEY_1)
    token = envelope.seal(b"secret", context=CONTEXT)
    with pytest.raises(Unopenable):
        envelope.open(token, context=context)


def test_a_token_with_any_bit_flipped_does_not_open() -> None:
    envelope = envelope_of(KEY_1)
    version, key_id, encoded = envelope.seal(b"secret", context=CONTEXT).split(".")
    sealed = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    for position in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[position // 8] ^= 1 << position % 8
        token = f"{version}.{key_id}.{base64.urlsafe_b64encode(flipped).decode().rstrip('=')}"
        with pytest.raises(Unopenable):
            envelope.open(token, context=CONTEXT)


def test_a_token_given_another_keys_name_does_not_open() -> None:
    same_key = KEY_1.removeprefix("k1:")
    token = envelope_of(KEY_1).seal(b"secret", context=CONTEXT)
    with pytest.raises(Unopenable):
        envelope_of(f"k3:{same_key}").open(token.replace("k1", "k3"), context=CONTEXT)


@pytest.mark.parametrize(
    "token", ["", "geheim", "v1", "v1.k1", "v1.k1.", "v1..AAAA", "v2.k1.AAAA", "v1.k1.ä", "v1.k1.A", "v1.k1.!!"]
)
def test_what_is_no_token_does_not_open_and_is_not_repeated(token: str) -> None:
    with pytest.raises(Unopenable) as caught:
        envelope_of(KEY_1).open(token, context=CONTEXT)
    assert not token or token not in caught.value.sentence


def test_a_token_whose_key_was_dropped_does_not_open_and_says_which() -> None:
    token = envelope_of(KEY_1).seal(b"secret", context=CONTEXT)
    with pytest.raises(Unopenable, match="'k1'"):
        envelope_of(KEY_2).open(token, context=CONTEXT)


def test_keys_rotate() -> None:
    old_token = envelope_of(KEY_1).seal(b"secret", context=CONTEXT)
    rotating = envelope_of(KEY_2, KEY_1)
    assert rotating.open(old_token, context=CONTEXT) == b"secret"
    new_token = rotating.seal(rotating.open(old_token, context=CONTEXT), context=CONTEXT)
    assert envelope_of(KEY_2).open(new_token, context=CONTEXT) == b"secret"


@pytest.mark.parametrize(
    "text",
    ["", ",", "k1", "k1:", "k1:!!!", "k1:AAAA", ":" + new_key(), f"k.1:{new_key()}", f"{KEY_1},{KEY_1}"],
    ids=["nothing", "comma", "no key", "empty", "no base64", "short", "no id", "dot in id", "one id twice"],
)
def test_a_bad_key_ring_is_refused_without_showing_keys(text: str) -> None:
    with pytest.raises(ConfigurationError, match="HUBBUB_ENCRYPTION_KEYS") as caught:
        KeyRing.parse(text)
    assert KEY_1.removeprefix("k1:") not in caught.value.sentence


def test_a_key_ring_does_not_print_its_keys() -> None:
    assert repr(KeyRing.parse(f"{KEY_1}, {KEY_2}")) == "KeyRing(k1, k2)"


def test_a_blind_index_finds_equal_values_of_one_purpose_only() -> None:
    envelope = envelope_of(KEY_1)
    index = envelope.blind_index("+66812345678", purpose="phone")
    assert len(index) == 64
    assert index == envelope.blind_index("+66812345678", purpose="phone")
    assert index != envelope.blind_index("+66812345679", purpose="phone")
    assert index != envelope.blind_index("+66812345678", purpose="api_key")


def test_a_blind_index_survives_key_rotation_but_not_another_index_key() -> None:
    index = envelope_of(KEY_1).blind_index("x", purpose="p")
    assert envelope_of(KEY_2, KEY_1).blind_index("x", purpose="p") == index
    assert Envelope(KeyRing.parse(KEY_1), index_key=b"another").blind_index("x", purpose="p") != index

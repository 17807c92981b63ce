import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.kit.text import Unit, clean, length, one_line, pieces, truncate

UNITS: tuple[Unit, ...] = ("characters", "utf16", "bytes", "graphemes")
FAMILY = "👨‍👩‍👧‍👦"
FLAG = "🇹🇭"
THAI = "กำลังทดสอบภาษาไทย"


@pytest.mark.parametrize(
    ("text", "characters", "utf16", "in_bytes", "graphemes"),
    [
        ("", 0, 0, 0, 0),
        ("hello", 5, 5, 5, 5),
        ("é", 1, 1, 2, 1),
        ("e\u0301", 2, 2, 3, 1),
        ("🙂", 1, 2, 4, 1),
        (FLAG, 2, 4, 8, 1),
        (FAMILY, 7, 11, 25, 1),
        ("a\r\nb", 4, 4, 4, 3),
        ("น้ำ", 3, 3, 9, 1),
        ("日本", 2, 2, 6, 2),
    ],
)
def test_each_unit_counts_its_own_way(text: str, characters: int, utf16: int, in_bytes: int, graphemes: int) -> None:
    assert [length(text, unit) for unit in UNITS] == [characters, utf16, in_bytes, graphemes]


@given(st.text())
def test_utf16_is_counted_as_the_codec_counts(text: str) -> None:
    assert length(text, "utf16") == len(text.encode("utf-16-le", "surrogatepass")) // 2


@pytest.mark.parametrize(
    ("text", "limit", "unit", "cut"),
    [
        ("hello", 5, "characters", "hello"),
        ("hello", 4, "characters", "hell"),
        ("a🙂", 2, "utf16", "a"),
        ("a🙂", 3, "utf16", "a🙂"),
        ("aéb", 2, "bytes", "a"),
        (f"a{FAMILY}", 5, "characters", "a"),
        (f"{FLAG}{FLAG}", 3, "characters", FLAG),
        ("ae\u0301", 2, "characters", "a"),
        (f"{FAMILY}{FAMILY}x", 2, "graphemes", FAMILY * 2),
        ("hello", 0, "characters", ""),
    ],
)
def test_text_is_cut_between_graphemes(text: str, limit: int, unit: Unit, cut: str) -> None:
    assert truncate(text, limit, unit) == cut


def test_a_single_grapheme_beyond_the_limit_is_cut_between_code_points() -> None:
    assert truncate("e" + "\u0301" * 100, 10, "characters") == "e" + "\u0301" * 9
    assert truncate("🙂", 1, "utf16") == ""


@given(st.text(max_size=50), st.integers(0, 60), st.sampled_from(UNITS))
def test_what_is_cut_is_a_beginning_within_the_limit(text: str, limit: int, unit: Unit) -> None:
    cut = truncate(text, limit, unit)
    assert text.startswith(cut)
    assert length(cut, unit) <= limit
    assert cut == text or length(text, unit) > limit


@pytest.mark.parametrize(
    ("text", "limit", "unit", "cut"),
    [
        ("Hello there.", 20, "characters", ["Hello there."]),
        ("One is done. Two is next.", 18, "characters", ["One is done.", "Two is next."]),
        ("One is done.\n\nTwo is next", 20, "characters", ["One is done.", "Two is next"]),
        ('He said "go!" and then left', 20, "characters", ['He said "go!"', "and then left"]),
        ("A. and much more words here", 20, "characters", ["A. and much more", "words here"]),
        ("see https://a.example/b?c=1.2", 25, "characters", ["see https://a.example/b?c", "=1.2"]),
        ("今日は晴れです。明日は雨です。", 10, "characters", ["今日は晴れです。", "明日は雨です。"]),
        ("สวัสดี ครับ", 20, "bytes", ["สวัสดี", "ครับ"]),
        ("abcdef", 4, "characters", ["abcd", "ef"]),
        (f"{FAMILY}{FAMILY}", 12, "utf16", [FAMILY, FAMILY]),
        ("one two", 7, "characters", ["one two"]),
        ("one two three", 7, "characters", ["one two", "three"]),
        ("     " * 10 + "x", 7, "characters", ["x"]),
        ("", 5, "characters", [""]),
        ("anything", 0, "characters", ["anything"]),
    ],
)
def test_a_long_text_is_cut_after_a_sentence_else_between_words_else_between_letters(
    text: str, limit: int, unit: Unit, cut: list[str]
) -> None:
    assert pieces(text, limit, unit) == cut


@given(st.text(st.sampled_from("ab. \n!。ก\u0e31🙂"), max_size=80), st.integers(4, 30), st.sampled_from(UNITS))
def test_pieces_lose_nothing_but_blanks_and_fit(text: str, limit: int, unit: Unit) -> None:
    found = pieces(text, limit, unit)
    assert all(length(one, unit) <= limit for one in found)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(one.strip() for one in found) or not text.strip()


def test_a_preview_is_one_line() -> None:
    assert one_line("  hello\n\tworld\r\n", 40) == "hello world"
    assert one_line("hello world", 8) == "hello w…"
    assert one_line("hello world", 7) == "hello…"
    assert one_line("a\x00b\ud800", 10) == "ab\ufffd"
    assert one_line(f"{FAMILY}{FAMILY}{FAMILY}", 2) == f"{FAMILY}…"


@given(st.text(alphabet=st.characters(), max_size=80), st.integers(1, 20))
def test_a_preview_never_exceeds_its_limit(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert length(line, "graphemes") <= limit
    assert "\n" not in line


@given(st.text(alphabet=st.characters(categories=None), max_size=40))
def test_clean_text_can_be_stored(text: str) -> None:
    cleaned = clean(text)
    assert "\x00" not in cleaned
    assert cleaned.encode().decode() == cleaned


def test_clean_leaves_ordinary_text_alone() -> None:
    assert clean(f"{THAI} {FAMILY} \u202e") == f"{THAI} {FAMILY} \u202e"
    assert clean("\ud83d\ude42") == "\ufffd\ufffd"

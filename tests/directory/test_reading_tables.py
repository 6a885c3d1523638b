"""The tables of reading are sound, and the message that was meant is read from the message that was typed."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.reading import clean, fold, read, shortenings
from directory.reading.hygiene import triggers
from directory.reading.keyboards import from_telex, from_vni
from directory.reading.shortenings import sayings, several, shown
from directory.reading.syllables import bare, common, is_syllable, marked_syllables, table

PAIRS = Path(__file__).resolve().parents[1] / "examples" / "teencode.tsv"
_TELEX = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
_VNI = {"\u0301": "1", "\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
_SHAPES = {"\u0302": ("", "6"), "\u0306": ("w", "8"), "\u031b": ("w", "7")}


def keys(word: str, *, vni: bool) -> str:
    """What a phone without its keyboard would have written."""
    made, tone = "", ""
    for sign in word:
        if sign == "đ":
            made += "d9" if vni else "dd"
            continue
        first, *marks = unicodedata.normalize("NFD", sign)
        made += first
        for mark in marks:
            if mark in _TELEX:
                tone = (_VNI if vni else _TELEX)[mark]
            else:
                made += _SHAPES[mark][1] if vni else _SHAPES[mark][0] or first
    return made + tone


def aligned(half: int) -> list[tuple[str, str, str]]:
    """(typed, meant, read) for every typed word of one half of the pairs."""
    lines = [line for line in PAIRS.read_text("utf-8").splitlines() if not line.startswith("#")]
    found = []
    for line in lines[half::2]:
        typed, meant = line.split("\t")
        reading = read(typed)
        at = 0
        slots = [one for one in reading.text.split() if one != ","]
        assert len(slots) == len(meant.split()), line
        for slot, wanted in zip(slots, meant.split(), strict=True):
            at = reading.text.index(slot, at)
            made = " ".join(word.form for word in reading.words if at <= word.start < at + len(slot))
            found.append((fold(slot).strip(","), fold(wanted.replace("_", " ")), fold(made)))
            at += len(slot)
    return found


@pytest.mark.parametrize("half", [0, 1])
def test_shortenings_are_read_as_they_were_meant(half: int) -> None:
    rows = aligned(half)
    wrong_before = sum(typed != meant for typed, meant, _ in rows)
    wrong_after = sum(made != meant for _, meant, made in rows)
    changed = [(meant, made) for typed, meant, made in rows if made != typed]
    assert 1 - wrong_after / wrong_before >= 0.9
    assert sum(meant == made for meant, made in changed) / len(changed) >= 0.95


def test_the_table_of_syllables_is_the_language() -> None:
    assert 2300 < len({bare(one) for one in marked_syllables()}) < 2600
    for word in ("nghiêng", "khuya", "quyết", "giết", "hoà", "đánh", "ương", "xoong", "gì", "quý"):
        assert is_syllable(bare(word)), word
    for word in ("kạn", "ngiem", "bij", "ddanh", "khng", "cẻ", "gé", "pleiku"):
        assert not is_syllable(bare(word)), word
    assert "đánh" in table() and "đach2" not in table()


def test_every_common_syllable_is_read_from_telex_and_from_vni_keys() -> None:
    wrong = []
    for word in sorted(table()):
        if bare(word) not in common() or word.isascii():
            continue
        typed = keys(word, vni=False)
        if not is_syllable(typed) and from_telex(typed) != word:
            wrong.append((typed, from_telex(typed), word))
        if from_vni(keys(word, vni=True)) != word:
            wrong.append((keys(word, vni=True), from_vni(keys(word, vni=True)), word))
    assert not wrong, wrong[:20]


def test_the_tables_name_what_they_say() -> None:
    assert len(shortenings()) >= 800
    for form, words in shortenings().items():
        assert form.isalnum() and form == form.lower(), form
        assert all(word.isalpha() for word in words), form
    for form, choices in several().items():
        assert not choices[-1].before and not choices[-1].after, f"{form} has no meaning for everywhere else"
    assert shown() <= set(shortenings()) | set(several())
    assert sayings() and triggers()


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("bij ddanhs", "bị đánh"),
        ("e bi5 d9a1nh", "em bị đánh"),
        ("nguowif ta dduwoiwf", "người ta"),
        ("bị h*ếp", "bị hiếp"),
        ("bị đ*nh", "bị đánh"),
        ("d@m", "dam"),
        ("h.i.ế.p", "hiếp"),
        ("b ị đ á n h", "bị đánh"),
        ("hi3p d4nh", "hiep danh"),
        ("ｂị đаnh", "bị đanh"),
        ("cứuuuuu", "cứu"),
        ("quáaaa", "quá"),
        ("khoongg", "không"),
        ("uốg thág hìh", "uống tháng hình"),
        ("fải wá nge", "phải quá nghe"),
        ("khcah dnah", "khach danh"),
        ("bidanh ohoangmai", "bi danh o hoang mai"),
        ("emlamkaraoke quan4", "em lam karaoke quan 4"),
        ("nóxô cửangoài", "nó xô cửa ngoài"),
        ("🆘 nó cầm 🔪", "sos nó cầm dao"),
        ("hà lội", "hà nội"),
        ("tụi e bị ca bắt", "tụi em bị công an bắt"),
        ("lm ca đêm", "làm ca đêm"),
        ("200 k", "200 nghìn"),
        ("có h", "có h"),
        ("mấy h", "mấy giờ"),
        ("trong hem", "trong hẻm"),
        ("tp.hcm q.1", "thành phố hồ chí minh quận 1"),
    ],
)
def test_what_was_typed_becomes_what_is_meant(typed: str, normal: str) -> None:
    assert read(typed).normal.startswith(normal)


@pytest.mark.parametrize(
    "text",
    ["test hiv", "massage karaoke", "10h30 200k 14t q1", "a.b", "ok.em", "facetime", "tất cả", "quán cà phê", "Pleiku"],
)
def test_what_needs_no_mending_stays(text: str) -> None:
    reading = read(text)
    assert not any(word.how in ("slip", "glued", "telex", "vni", "ear", "masked") for word in reading.words)


def test_a_reading_tells_what_each_word_became() -> None:
    told = {token.typed: (token.read, str(token.how)) for token in read("xnhiv ko bij h*ếp ntn").explained()}
    assert told["xnhiv"] == ("xét nghiệm hiv", "glued")
    assert told["ko"] == ("không", "shortening")
    assert told["bij"] == ("bị", "telex")
    assert told["h*ếp"] == ("hiếp", "masked")
    assert told["ntn"] == ("như thế nào", "shortening")


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(alphabet="ăâđêôơưáàảãạấềỗợỳёаеосрх\u200b\u0301\u0323 abcdeghik*.@1356789｛ａ🆘"))
def test_composed_and_decomposed_are_read_alike(text: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert read(composed).words == read(decomposed).words


@given(st.text(max_size=400))
def test_each_word_stands_where_it_says(text: str) -> None:
    reading = read(text)
    starts = [word.start for word in reading.words]
    assert starts == sorted(starts)
    assert all(0 <= word.start < word.end <= len(reading.text) for word in reading.words)
    assert "".join(token.typed for token in reading.explained()) or not reading.words

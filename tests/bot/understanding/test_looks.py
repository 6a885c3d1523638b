"""What one quick look rules out, the long look would not have found: the same is understood as without the look."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding import examples, rules, sought
from bot.understanding.model import chance
from bot.understanding.noises import NOISES
from bot.understanding.patterns import Pattern, view
from directory import cues, needs
from directory.place_cues import lay_out
from directory.place_spans import find
from directory.reading import clean, hygiene, keyboards, read

AUTHORS = Path(__file__).resolve().parents[2] / "examples" / "authors"


@cache
def texts() -> tuple[str, ...]:
    """Messages of every author, and each of them typed badly in one way."""
    random, noises = Random(16), [*NOISES.values()]
    plain = [one.text for one in examples.load(AUTHORS)[::60]]
    return (*plain, *(noises[at % len(noises)](text, random) for at, text in enumerate(plain)))


@given(st.text("dánhiếep .*-@đ_·5ẹ\n🆘🔪", max_size=40) | st.text(max_size=40))
def test_words_that_nothing_joins_are_parted_as_ever(raw: str) -> None:
    _parted_alike(raw)


def test_words_of_messages_are_parted_as_ever() -> None:
    for text in texts():
        _parted_alike(text)


def _parted_alike(raw: str) -> None:
    lowered = hygiene.lower(clean(raw))
    if hygiene._TAKEN_APART.search(lowered) is None:
        found = [(one.group(), one.start(), one.end(), "") for one in hygiene._TOKEN.finditer(lowered)]
        assert hygiene._parted(lowered) == found


@given(st.text("hkaieíốặx =:;^_'-)]d3😂", max_size=12))
def test_laughter_is_heard_with_and_without_the_quick_look(text: str) -> None:
    assert rules._laughs(text) == (rules._LAUGH.search(text) is not None)


@given(st.text("aeioudwsfrxjnbc", min_size=1, max_size=8))
def test_what_only_telex_leaves_holds_a_part_of_it(word: str) -> None:
    if keyboards._TELEX_ONLY.search(word):
        assert all(keyboards._TELEX_PART.search(line) for line in (word, f"{word} a", f"a {word} a"))


def test_wishes_hold_what_their_patterns_begin_with() -> None:
    said = (
        *texts(),
        "ở đâu không cần giấy tờ",
        "không hỏi tên",
        "no papers",
        "without ID",
        "anonymous",
        "undocumented",
    )
    found = 0
    for text in said:
        plain, typed = f" {read(text).plain} ", clean(text).lower()
        if needs._NO_PAPERS.search(plain) or needs._NO_NAME.search(plain):
            found += 1
            assert any(part in plain for part in needs._DENYING), text
        if needs._IN_ENGLISH.search(typed):
            found += 1
            assert any(part in typed for part in needs._ENGLISH_STARTS), text
    assert found >= 6


@pytest.mark.parametrize("more", ["", "thuoc pep la gi", "goi 111 co mat tien khong"])
def test_a_topic_is_decided_as_by_trying_each(more: str) -> None:
    for text in [more] if more else texts():
        reading = read(text)
        heard = tuple(frozenset({token}) for token in reading.tokens)
        tried = (id for id, cue in cues._surely() if cues._weight(heard, frozenset(reading.tokens), cue, cues.NEEDED))
        if (found := cues.decided(reading)) is not None:
            assert found == next(tried), text
        elif len(reading.tokens) <= cues.SHORT and not re.search(r"\d", text):
            assert next(tried, None) is None, text


def test_patterns_that_begin_with_their_first_letter_fit_where_they_did() -> None:
    fitting = 0
    said = (*texts()[::16], *(text for rule in rules.rules() for text in rule.examples))
    lines = [view(read(text)).line for text in said]
    for pattern in _patterns():
        plain = re.compile("(?<= )" * ("(?<= .)" in pattern.written) + pattern.written.replace("(?<= .)", ""))
        for line in lines:
            found = [match.span() for match in pattern.expression.finditer(line)]
            assert found == [match.span() for match in plain.finditer(line)], (pattern.source, line)
            fitting += len(found)
    assert fitting > 100


def _patterns() -> Iterator[Pattern]:
    for rule in rules.rules():
        yield from (*rule.patterns, *rule.hints)
    yield from rules.harmless()


def test_patterns_that_are_not_live_do_not_fit() -> None:
    for text in texts()[::8]:
        seen = view(read(text))
        live = rules._index().live(seen)
        for pattern in _patterns():
            if id(pattern) not in live:
                assert next(pattern.expression.finditer(seen.line), None) is None, (pattern.source, text)
            assert pattern.may_fit(seen) == (id(pattern) in live), (pattern.source, text)


def test_a_place_is_as_likely_as_its_features_spelt_out_say() -> None:
    table = {f"{sign} {said}": weight for sign, many in sought.shipped().table.items() for said, weight in many.items()}
    weights, seen = sought.shipped(), 0
    for text in texts():
        toks = lay_out(read(text))
        spans = find(toks)
        for span in spans:
            total = sum(table.get(feature, 0) for feature in sought.features(span, toks, spans))
            assert sought.how_likely(span, toks, spans) == chance(weights.bias + weights.step * total), text
            seen += 1
    assert seen > 50

"""Tells in what situation somebody writes: who may hold the phone, what she wants for her own case, from where."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bot.understanding.patients import is_herself
from bot.understanding.patterns import Index, Pattern, View, compile_pattern
from bot.understanding.rules import cue, is_denied
from directory.seedfiles import load_table

# The countries for which the numbers of a mission are known; elsewhere only the ministry's line is shown.
_COUNTRIES: Mapping[str, str] = {
    "thailand": "thái_lan|thái|bangkok|thailand",
    "myanmar": "myanmar|miến_điện|mi_an_ma",
    "taiwan": "đài_loan|taiwan",
    "": "campuchia|cam|cambodia|lào|trung_quốc|tq|malaysia|mã_lai|philippines|dubai|hàn_quốc|nhật|nga|macau|singapore",
}
_LISTS = {"country": "|".join(_COUNTRIES.values())}

_TABLE = Path(__file__).resolve().parent / "situations.yaml"
_HAPPENING = frozenset({"medical", "stranded"})
_DENIABLE = frozenset({"mistreated"})  # "y tá không chửi em": the words are there and the thing is not


def read_english(seen: View) -> frozenset[str]:
    """The situations an English message speaks of in English words; what is said in both languages `read` hears."""
    live = _english_index().live(seen)
    if not live:
        return frozenset()
    fitting = ((name, (one for one in patterns if id(one) in live)) for name, patterns in _english().items())
    return frozenset(name for name, patterns in fitting if _fits(tuple(patterns), seen))


def read(seen: View) -> frozenset[str]:
    """Every situation the message speaks of; with `stranded` also the country, where it is one we know numbers for."""
    live = _index().live(seen)
    if not live:
        return frozenset()
    found = {
        name
        for name, own, patterns in _with_ids()
        if not live.isdisjoint(own)
        and _fits(tuple(one for one in patterns if id(one) in live), seen, is_deniable=name in _DENIABLE, but=name)
    }
    if "stranded" in found or _is_kept_abroad(seen, live):
        found = found | {"stranded"} if _names_country(seen) else found - {"stranded"}
    if found & _HAPPENING and any(_fits(cue(name), seen) for name in ("past", "law", "story", "if")):
        found -= _HAPPENING  # told of the past, asked about, or only thought of
    if "stranded" in found:
        found.add("abroad")
        found |= {name for name, patterns in _countries().items() if _fits(patterns, seen)}
    if "medical" in found and not _fits(_parts("others", of="medical"), seen):
        patterns = tuple(one for one in _patterns()["medical"] if id(one) in live)
        found |= {"own_body"} if _is_her_own(patterns, seen) else set()
    return frozenset(found)


def _is_kept_abroad(seen: View, live: set[int]) -> bool:
    """Told in two clauses: "em ở cam, công ty giữ passport"."""
    return all(not live.isdisjoint(_ids(name)) and _fits(_parts(name), seen) for name in ("there", "kept"))


@cache
def _ids(name: str) -> frozenset[int]:
    return frozenset(map(id, _parts(name)))


def _names_country(seen: View) -> bool:
    """Cam Ranh, Lào Cai and Thái Bình are no countries."""
    others = [match.span() for one in _parts("not_there") for match in one.find(seen)]
    named = [match.span() for match in _country().find(seen)]
    return any(not any(a <= start and end <= b for a, b in others) for start, end in named)


@cache
def _country() -> Pattern:
    return compile_pattern("<country>", _LISTS)


@cache
def _parts(name: str, *, of: str = "stranded") -> tuple[Pattern, ...]:
    return tuple(compile_pattern(str(one), _LISTS) for one in table()[of][name])


def country_named(seen: View) -> frozenset[str]:
    """That she is abroad, and the country where we know its numbers: of words that answer "where are you"."""
    named = {name for name, patterns in _countries().items() if _fits(patterns, seen)}
    return frozenset({"abroad", *named}) if _names_country(seen) else frozenset()


def _is_her_own(patterns: tuple[Pattern, ...], seen: View) -> bool:
    first = min((match.span() for pattern in patterns for match in pattern.find(seen)), default=(0, 0))
    return is_herself(seen, *first)


def _fits(patterns: tuple[Pattern, ...], seen: View, *, is_deniable: bool = False, but: str = "") -> bool:
    """`but`: the situation whose `unless` counts: what lies within those words is something else."""
    found = [(one, match.span()) for one in patterns for match in one.find(seen)]
    other = [match.span() for one in _unless().get(but, ()) for match in one.find(seen)] if found else []
    found = [(one, at) for one, at in found if not any(a <= at[0] and at[1] <= b for a, b in other)]
    return any(not (is_deniable and is_denied(seen, one, where)) for one, where in found)


@cache
def table() -> Mapping[str, Any]:
    """The file as it stands, examples included."""
    content: dict[str, Any] = load_table(_TABLE)
    return content


@cache
def _patterns() -> Mapping[str, tuple[Pattern, ...]]:
    return {
        str(name): tuple(compile_pattern(str(one), _LISTS) for one in told["patterns"])
        for name, told in table().items()
    }


@cache
def _with_ids() -> tuple[tuple[str, frozenset[int], tuple[Pattern, ...]], ...]:
    return tuple((name, frozenset(map(id, patterns)), patterns) for name, patterns in _patterns().items())


@cache
def _unless() -> Mapping[str, tuple[Pattern, ...]]:
    """What looks like a situation and is none; of those that have such words."""
    return {
        str(name): tuple(compile_pattern(str(one), _LISTS) for one in told["unless"])
        for name, told in table().items()
        if "unless" in told
    }


@cache
def _english() -> Mapping[str, tuple[Pattern, ...]]:
    return {
        str(name): tuple(compile_pattern(str(one), {}, is_plain=True) for one in told.get("english", ()))
        for name, told in table().items()
    }


@cache
def _english_index() -> Index:
    return Index(pattern for patterns in _english().values() for pattern in patterns)


@cache
def _index() -> Index:
    named = [pattern for patterns in _patterns().values() for pattern in patterns]
    return Index([*named, *_parts("there"), *_parts("kept")])


@cache
def _countries() -> Mapping[str, tuple[Pattern, ...]]:
    return {name: (compile_pattern(words, {}),) for name, words in _COUNTRIES.items() if name}

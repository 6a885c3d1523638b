"""Where a sealed place is must stand in no text: no name of a part of its province, no landmark, no bare street."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from directory import added
from directory.gazetteer import PlaceKey, Tier, forget_with_lists, is_province, units
from directory.landmarks import Landmark, added_by_words, by_words
from directory.place_cues import lay_out
from directory.place_spans import find
from directory.place_words import everyday, marks_of, names
from directory.reading import SEED, fold, read
from directory.reading.spelling import mark_of
from directory.seedfiles import load_table
from directory.telltale import plain, spots

_MOST_WORDS = 6  # of a name
_WORD = re.compile(r"[^\W_]+")
_NAMED = r"[A-ZĐÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĨŨƠƯẠ-Ỹ][a-zđà-ỹ]+"
_RUN = re.compile(rf"(?<![\w-]){_NAMED}(?: {_NAMED})+(?![\w-])")
_FULL_NAME = 3  # syllables


@cache
def _words(name: str) -> frozenset[str]:
    """One of the lists of `seed/sealed-words.yaml`."""
    return frozenset(str(load_table(SEED / "sealed-words.yaml")[name]).split())


@cache
def _official() -> frozenset[str]:
    return frozenset(mark_of(word) for word in _words("official"))


@cache
def _ordinary() -> frozenset[str]:
    """Pairs of words that are seldom the name of a commune."""
    return everyday() | _phrases("ordinary")


@cache
def _phrases(name: str) -> frozenset[str]:
    written = str(load_table(SEED / "sealed-words.yaml")[name])
    return frozenset(" ".join(one.split()) for one in written.split(","))


def telling(text: str, place: PlaceKey | None, *, is_name: bool = False) -> str:
    """The part of a text about a place that tells where it is, as written; empty if nothing does.

    `is_name`: of a service or an organisation, which is a proper name itself.
    """
    said = plain(text)
    found = min(_told(said, place, is_name), default=None)
    if found is None:
        return ""
    start, end = found
    while end < len(said) and said[end].isalnum():  # whole words: somebody has to take them out
        end += 1
    return said[start:end].strip()


def cut(name: str, place: PlaceKey) -> str:
    """A name up to where it begins to tell."""
    said = plain(name)
    begins = [start for start, _ in _told(said, place, True)]
    return (said[: min(begins)].rstrip(" ,;:.(-–") or "…") if begins else name


def silent(texts: Mapping[str, str], place: PlaceKey) -> dict[str, str]:
    """Those texts, by language, that tell nothing of where a place is."""
    return {language: text for language, text in texts.items() if not telling(text, place)}


def _told(said: str, place: PlaceKey | None, is_name: bool) -> Iterator[tuple[int, int]]:
    """From where to where it tells."""
    yield from spots(said)
    if place is not None and place in units():
        yield from _units(said, place, is_name)
        yield from _read(said, place, is_name)
    for run in _RUN.finditer(said):
        if _is_person(run.group()) if is_name else _is_bare(said, run):
            yield run.span()


def _is_person(run: str) -> bool:
    """Streets bear the whole names of the dead; services and groups do not."""
    words = fold(run).split()
    return any(word in _words("families") and len(words) - at >= _FULL_NAME for at, word in enumerate(words))


def _is_bare(said: str, run: re.Match[str]) -> bool:
    """Whether two words beside each other are a name that nobody explains: "Trần Khát Chân"."""
    words, folded = run.group().lower().split(), fold(run.group()).split()
    if _is_person(run.group()):
        return True
    if folded[0] in ("hoi", "nhom", "quy") or _is_of_a_group(said[: run.start()]):
        return False
    ends = next((len(words) - most for most in (4, 3, 2) if _is_province(folded[-most:])), len(words))
    return len([word for word in words[:ends] if mark_of(word) not in _official()]) > 1


def _is_of_a_group(before: str) -> bool:
    return bool(before.strip()) and before.lower().split()[-1] in _words("groups")


def _is_province(words: list[str]) -> bool:
    return any(is_province(key) for key in names().get(" ".join(words), ()))


# --- names from the lists ---------------------------------------------------------------------------------------------


@cache
def _names_in(province: str) -> Mapping[str, tuple[PlaceKey, ...]]:
    """What lies in a province, by every folded name; a name that the province bears itself tells nothing more."""
    found = {}
    for name, keys in names().items():
        here = [key for key in keys if units()[key].province == province]
        if here and not any(map(is_province, here)) and not name.replace(" ", "").isdigit():
            found[name] = tuple(here)
    return found


def _units(said: str, place: PlaceKey, is_name: bool) -> Iterator[tuple[int, int]]:
    """Names of what lies in the same province, written like names or with their own marks."""
    province = units()[place].province
    known, ours, own = _names_in(province), by_words(), added_by_words(added.current())
    words = list(_WORD.finditer(said))
    folded = [fold(word.group()) for word in words]
    for first in range(len(words)):
        for last in range(first + 1, min(first + _MOST_WORDS, len(words)) + 1):
            name, typed = " ".join(folded[first:last]), [word.group() for word in words[first:last]]
            start = words[first].start()
            mark = own.get(name) or ours.get(name)
            is_there = mark is not None and _stands_in(mark, province) and _agrees_with(mark, typed)
            keys = known.get(name, ())
            if last - first == 1:
                is_led = first > 0 and (is_name or folded[first - 1] in _words("leads"))
                is_meant = bool(keys) and is_led and _is_town(keys, typed[0])
            elif typed[0].islower() and " ".join(folded[max(0, first - 1) : first + 1]) in _phrases("inside"):
                is_meant = False
            else:
                is_house = is_name or _is_of_a_group(said[:start])
                is_meant = bool(keys) and _is_meant(name, keys, typed, place, said.isupper(), is_house)
            if is_there or is_meant:
                yield start, words[last - 1].end()


def _stands_in(mark: Landmark, province: str) -> bool:
    return any(units()[key].province == province for spot in mark.spots for key in spot)


def _agrees_with(mark: Landmark, typed: list[str]) -> bool:
    """Whether a landmark is written with its marks, or like a name."""
    marks = [mark_of(word.lower()) for word in typed]
    ways = [[mark_of(word.lower()) for word in _WORD.findall(way)] for way in mark.ways]
    is_plain = all(word.isascii() for word in typed)
    return marks in ways and not is_plain if not typed[-1][0].isupper() else marks in ways or is_plain


def _is_town(keys: tuple[PlaceKey, ...], word: str) -> bool:
    """Names of one syllable: a town or a commune of today, in a capital and with its marks."""
    towns = [key for key in keys if key.tier in (Tier.OLD_DISTRICT, Tier.NEW_COMMUNE)]
    return word[0].isupper() and any(marks_of(key) == (mark_of(word.lower()),) for key in towns)


def _is_meant(
    name: str, keys: tuple[PlaceKey, ...], typed: list[str], place: PlaceKey, is_shouted: bool, is_house: bool
) -> bool:
    """Whether these words are that name. `is_house`: they stand where a house or a group is named."""
    marks = tuple(mark_of(word.lower()) for word in typed)
    is_plain = all(word.isascii() for word in typed)
    agrees = any(marks_of(key) == marks for key in keys)
    if not (agrees or is_plain):
        return False
    if any(key in _own(place) for key in keys):
        return True
    is_capital = not is_shouted and all(word[0].isupper() for word in typed)
    if _is_everyday(name, keys):
        return is_capital and not is_house
    return is_capital or not is_plain


def _is_everyday(name: str, keys: tuple[PlaceKey, ...]) -> bool:
    """Ordinary words that some commune is called by: "Bình Yên" is the name of many a house."""
    return name in _ordinary() and not any(key.tier is Tier.OLD_DISTRICT for key in keys)


def _own(place: PlaceKey) -> frozenset[PlaceKey]:
    """The place itself, the district it is in, the communes it became."""
    if is_province(place):
        return frozenset()
    unit = units()[place]
    district = {PlaceKey(Tier.OLD_DISTRICT, unit.parent)} if unit.parent else set()
    return frozenset({place, *district, *(PlaceKey(Tier.NEW_COMMUNE, code) for code in unit.communes)})


def _read(said: str, place: PlaceKey, is_name: bool) -> Iterator[tuple[int, int]]:
    """What is read as a place in a message: without marks, in short letters, in slips of the thumb."""
    reading, province = read(said), units()[place].province
    toks = lay_out(reading)
    for span in find(toks):
        keys = [key for spot in span.landmark.spots for key in spot] if span.landmark else span.keys
        here = tuple(key for key in keys if units()[key].province == province)
        if span.evidence < span.need or not here or any(map(is_province, here)):
            continue
        first = toks[span.start]
        beside = " ".join(tok.plain for tok in toks[max(0, span.start - 1) : span.start + 1])
        if beside in _phrases("inside") and not first.is_capital:
            continue
        is_house = is_name or _is_of_a_group(reading.text[: first.word.start])
        is_own = any(key in _own(place) for key in here)
        if not is_own and _is_everyday(span.name, here) and (is_house or not first.is_capital):
            continue
        part = reading.text[first.word.start : toks[span.end - 1].word.end]
        at = said.find(part)
        yield (at, at + len(part)) if at >= 0 else (0, len(said))


forget_with_lists(_names_in)

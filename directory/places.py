"""Which place is meant: the names people say, from before and after the reforms, with or without marks."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from sys import intern

from directory import reforms
from directory.gazetteer import (
    Located,
    PlaceKey,
    Tier,
    Unit,
    centre_of,
    coarse,
    communes_of,
    distance_km,
    forget_with_lists,
    is_province,
    kept_of_lists,
    kind_on,
    locate,
    located,
    name_of,
    province_of,
    provinces,
    units,
    use_folder,
    words_of,
)
from directory.landmarks import Landmark
from directory.place_cues import Tok, lay_out
from directory.place_spans import Span, find, follows_move
from directory.place_words import contains, content, name_set
from directory.reading import Reading, fold

__all__ = [
    "Located",
    "PlaceGuess",
    "PlaceKey",
    "PlaceReading",
    "Tier",
    "Unit",
    "centre_of",
    "coarse",
    "communes_of",
    "distance_km",
    "kind_on",
    "locate",
    "located",
    "name_of",
    "province_of",
    "provinces",
    "read",
    "units",
    "use_folder",
    "words_of",
]


@dataclass(frozen=True, slots=True)
class PlaceGuess:
    """A place a message names, how sure we are (0 to 1), and which words (token positions) say so."""

    key: PlaceKey
    name: str
    score: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PlaceReading:
    """The places a message names, best first. `is_ambiguous`: a careful person would ask back."""

    places: tuple[PlaceGuess, ...] = ()
    is_ambiguous: bool = False


_RANK = {
    Tier.OLD_DISTRICT: 0.94,
    Tier.NEW_PROVINCE: 0.92,
    Tier.OLD_PROVINCE: 0.9,
    Tier.NEW_COMMUNE: 0.8,
    Tier.OLD_WARD: 0.7,
}
_MOST = 10
_TOWN = 2  # see `_level`
_MOST_SPANS = 12  # nobody looks for help in more places at once


# Which of the names found are meant; the rules are asked where nobody knows better.
Choose = Callable[[Sequence[Span], Sequence[Tok]], list[Span]]


def read(reading: Reading, province: str | None = None, *, choose: Choose | None = None) -> PlaceReading:
    """The places a message names. `province` (one of the 34) is where we already know the person to be."""
    if (whole := _written_out(reading)) is not None:
        return PlaceReading((whole,))
    toks = lay_out(reading)
    found = find(toks)
    spans = choose(found, toks) if choose else _meant([one for one in found if one.evidence >= one.need], toks)
    spans = [_of_its_type(span, spans) for span in _as_it_was(_where_they_stand(spans[:_MOST_SPANS]), toks)]
    if not spans:
        return PlaceReading()
    guesses: list[PlaceGuess] = []
    is_ambiguous = any(span.evidence < span.need for span in spans)  # words that are seldom a name: rather asked
    for span in spans:
        if any(other is not span and _says_more(other, span) for other in spans):
            continue  # the smaller place beside it says more
        keys, is_open = _settled(span, spans, province)
        is_ambiguous = is_ambiguous or is_open
        first, last = toks[span.start].at, toks[span.end - 1].at + 1
        guesses += [PlaceGuess(key, name_of(key), _score(key, at), first, last) for at, key in enumerate(keys[:_MOST])]
    return PlaceReading(tuple(guesses), is_ambiguous)


def _score(key: PlaceKey, at: int) -> float:
    return round(_RANK[key.tier] - 0.01 * at, 2)


def _meant(spans: list[Span], toks: list[Tok]) -> list[Span]:
    """Without where somebody comes from or has left, and without what she says it is not."""
    spans = [span for span in spans if not (span.is_denied or span.is_aside)]
    others = [span for span in spans if not (span.is_home or span.is_left)]
    return others or [span for span in spans if not (span.is_home and follows_move(span, toks))]


_CHANGE = frozenset(["gio", "nay", "cu", "moi", "nhap", "sap"])
_NEAR = 3  # words


def _as_it_was(spans: list[Span], toks: list[Tok]) -> list[Span]:
    """ "Bạc Liêu, giờ là Cà Mau" and "Tuyên Quang (Hà Giang cũ)" name the old province, not a town in the new one."""
    for old in spans:
        provinces_then = [key for key in old.keys if key.tier is Tier.OLD_PROVINCE]
        for new in spans:
            today = {units()[key].province for key in new.keys if key.tier is Tier.NEW_PROVINCE}
            is_gone = any(units()[key].province in today for key in provinces_then) and new.name != old.name
            said = toks[max(0, min(old.start, new.start) - 1) : max(old.end, new.end) + 2]
            if max(new.start - old.end, old.start - new.end) > _NEAR:
                said = toks[max(old.end, new.start - _NEAR) : new.start]  # "…, nay thuộc Cà Mau"
            if new is not old and is_gone and any(tok.plain in _CHANGE for tok in said):
                return [
                    replace(one, keys=tuple(provinces_then)) if one is old else one for one in spans if one is not new
                ]
    return spans


def _of_its_type(span: Span, spans: Sequence[Span]) -> Span:
    """What fits with its type word: "quận X" is only a quận. Where its province is named beside it and nothing there
    is of this type, the province says more: "bản xa, Tam Đường, Lai Châu" is no commune elsewhere."""
    if span.landmark or not span.kind:
        return span
    keys = _narrowed(list(span.keys), span.kind)
    outer = [key for other in spans if other is not span and other.has_province for key in other.keys]
    if len(keys) < len(span.keys) and outer and not any(contains(one, key) for one in outer for key in keys):
        keys = [key for key in span.keys if any(contains(one, key) for one in outer)] or keys
    return replace(span, keys=tuple(keys))


def _where_they_stand(spans: list[Span]) -> list[Span]:
    """Without landmarks of other towns: "bệnh viện Thống Nhất, Đồng Tháp" is not the one in Sài Gòn."""
    return [span for span in spans if not (span.landmark and _is_elsewhere(span, spans))]


def _is_elsewhere(span: Span, spans: Sequence[Span]) -> bool:
    beside = [
        other
        for other in spans
        if other.landmark is None
        and 0 <= other.start - span.end <= 1
        and (other.has_province or _level(other) == _TOWN)
    ]
    named = {units()[key].province for other in beside for key in other.keys}
    return bool(named) and not any(units()[key].province in named for key in span.keys)


def _says_more(inner: Span, outer: Span) -> bool:
    """Whether `outer` is only there to say where `inner` is."""
    if _level(inner) >= _level(outer):
        return False
    if inner.landmark and any(key in outer.keys for key in inner.keys):
        return True
    return any(contains(one, other) for one in outer.keys for other in inner.keys)


def _level(span: Span) -> int:
    """3 a province, 2 a district, 1 anything smaller."""
    if span.landmark:
        return 1
    return 3 if span.has_province else _TOWN if any(key.tier is Tier.OLD_DISTRICT for key in span.keys) else 1


def _settled(span: Span, spans: Sequence[Span], province: str | None) -> tuple[list[PlaceKey], bool]:
    """The keys that fit with the type word and with what stands beside it; and whether several towns remain."""
    others = [other for other in spans if other is not span]
    beside = [key for other in others for key in other.keys]
    if span.landmark:
        return _spots(span.landmark, beside, province)
    keys = list(span.keys)
    held = [key for key in keys if any(contains(outer, key) for outer in beside)]
    towns = [key for other in others if _level(other) == _TOWN for key in other.keys]
    held = [key for key in held if any(contains(outer, key) for outer in towns)] or held  # "phường 5, quận 3, TP.HCM"
    if held:
        keys = _with_the_same_district(held, keys)
    elif province and (known := [key for key in keys if units()[key].province == province]):
        keys = known
    return _ranked(span, keys)


def _with_the_same_district(held: list[PlaceKey], keys: list[PlaceKey]) -> list[PlaceKey]:
    """A ward that its district settles; the commune of today of the same name belongs to it."""
    codes = {code for key in held for code in units()[key].communes}
    return [key for key in keys if key in held or (key.tier is Tier.NEW_COMMUNE and key.code in codes)]


def _spots(landmark: Landmark, beside: Sequence[PlaceKey], province: str | None) -> tuple[list[PlaceKey], bool]:
    """Where the landmark stands: where its town is named, or in the province we know of; else everywhere it stands."""
    named = [spot for spot in landmark.spots if any(one in spot or contains(one, spot[0]) for one in beside)]
    known = [spot for spot in landmark.spots if province and units()[spot[0]].province == province]
    spots = named or known or list(landmark.spots)
    if named and len(spots[0]) > 1 and words_of(units()[spots[0][1]].name) == words_of(landmark.name):
        return [*spots[0][1:], spots[0][0]], False  # it is named like its ward, and the district stands beside it
    return [key for spot in spots for key in spot], len(spots) > 1


def _narrowed(keys: list[PlaceKey], kind: str) -> list[PlaceKey]:
    """A type word narrows: "quận X" is only a quận, "phường X" only a phường; nothing fits: all stay."""
    if not kind:
        return keys
    wanted = content()["types"][kind]
    fitting = [key for key in keys if units()[key].kind == wanted]
    if kind == "tinh":
        fitting = [key for key in keys if is_province(key)]
    elif kind == "thanh pho" and any(key.tier is Tier.OLD_DISTRICT for key in fitting):
        fitting = [key for key in fitting if not is_province(key)]
    return fitting or keys


def _ranked(span: Span, keys: list[PlaceKey]) -> tuple[list[PlaceKey], bool]:
    """Province before district of the same name, district before commune; ambiguous if the best lie far apart."""
    if len(keys) > 1 and span.name in content()["short"] and (homes := {_named_home(key) for key in keys}):
        return keys, len(homes) > 1 or len({key.tier for key in keys} - {Tier.NEW_PROVINCE, Tier.OLD_PROVINCE}) > 0
    top = [key for key in keys if is_province(key)]
    kind = content()["types"].get(span.kind)
    is_typed = any(units()[key].kind == kind for key in keys)  # "quan soc trang" is a quán, no quận
    if top and not (is_typed and not any(units()[key].kind == kind for key in top)):
        main = {units()[key].province for key in top}
        rest = [
            key for key in keys if key not in top and units()[key].province in main and key.tier is not Tier.OLD_WARD
        ]
        is_open = len(main) > 1 or (span.name in content()["short"] and len({_named_home(key) for key in keys}) > 1)
        return sorted(top, key=lambda key: -_RANK[key.tier]) + sorted(rest, key=lambda key: -_RANK[key.tier]), is_open
    districts = [key for key in keys if key.tier is Tier.OLD_DISTRICT]
    if districts:
        towns = {units()[key].province for key in districts}
        communes = [key for key in keys if key.tier is Tier.NEW_COMMUNE]
        near = [key for key in communes if units()[key].province in towns]
        far = [key for key in communes if key not in near and _is_rival(span, key)]
        return [*districts, *near, *far], len(towns) > 1 or bool(far) or _are_twins(span, districts)
    communes = [key for key in keys if key.tier is Tier.NEW_COMMUNE]
    wards = [key for key in keys if key.tier is Tier.OLD_WARD]
    homes = {_home(key) for key in wards} | ({units()[key].province for key in communes} if not wards else set())
    is_open = len(homes) > 1 or len({units()[key].province for key in keys}) > 1
    return ([*wards, *communes] if span.kind != "dac khu" else [*communes, *wards]), is_open


def _are_twins(span: Span, districts: Sequence[PlaceKey]) -> bool:
    """A town and the district around it with one name (Cai Lậy, Cao Lãnh), or two of which it is half the name: Hàm
    Thuận."""
    called = {(units()[key].old_province, units()[key].name) for key in districts}
    is_half = len(called) > 1 and not any(" ".join(words_of(name)) == span.name for _, name in called)
    return len(called) < len(districts) or is_half


def _named_home(key: PlaceKey) -> str:
    """The province of the time in which people named it so: Nha Trang and Ninh Thuận share one only today."""
    return units()[key].old_province or units()[key].province


def _home(key: PlaceKey) -> str:
    """What tells two places of one name apart: the district of a ward, else the province."""
    unit = units()[key]
    return unit.parent or unit.province


def _is_rival(span: Span, key: PlaceKey) -> bool:
    """A ward of today in another province that bears a district's name; a well-known district has no rivals."""
    return units()[key].kind == "Phường" and (span.name not in name_set("known") or span.name in name_set("ordinary"))


_WARDS = frozenset({"phuong", "xa", "tran", "p", "tt"})  # of phường, xã, thị trấn


@cache
def _whole_names() -> dict[tuple[str, ...], PlaceKey]:
    """Districts by their whole name, type and province included; names that two districts share are left out."""
    return kept_of_lists("whole-names", _write_out)


def _write_out() -> dict[tuple[str, ...], PlaceKey]:
    found: dict[tuple[str, ...], set[PlaceKey]] = {}
    for key in units():
        if key.tier is Tier.OLD_DISTRICT:
            found.setdefault(tuple(map(intern, words_of(name_of(key)))), set()).add(key)
    return {words: next(iter(keys)) for words, keys in found.items() if len(keys) == 1}


@cache
def _whole_starts() -> frozenset[str]:
    return frozenset(words[0] for words in _whole_names())


def _written_out(reading: Reading) -> PlaceGuess | None:
    """A district written out in full, as forms and tables do: no guessing needed. A ward before it says more."""
    if _whole_starts().isdisjoint(reading.tokens):
        return None
    words = tuple(re.findall(r"[^\W_]+", fold(reading.text[:2000])))
    for start, first in enumerate(words):
        if first in _whole_starts():
            for length in range(min(9, len(words) - start), 3, -1):
                key = _whole_names().get(tuple(words[start : start + length]))
                if key is not None:
                    if not _WARDS.isdisjoint(words[:start]):
                        return None
                    return PlaceGuess(key, name_of(key), 0.97, start, start + length)
    return None


for _known in (_whole_names, _whole_starts):
    forget_with_lists(_known)

became = reforms.became

"""Judges the whole of understanding on labelled messages: by author, by way of typing, by region; with the misses."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from bot.understanding.examples import Example
from bot.understanding.noises import NOISES
from directory.gazetteer import PlaceKey, Tier, is_province, units
from directory.place_words import contains
from directory.places import communes_of
from directory.reading import fold

# Names that labels use and the lists of June 2025 no longer had.
_RENAMED = {
    "thua thien hue": "hue", "huyen thuy nguyen": "thanh pho thuy nguyen", "thi xa cua lo": "thanh pho vinh",
    "thanh pho phan rang thap cham": "thanh pho phan rang-thap cham",
    "thanh pho phan rang - thap cham": "thanh pho phan rang-thap cham",
}  # fmt: skip
# What is understood of a text; a parameter, so that two versions can be compared.
Reader = Callable[[str], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Judged:
    """One example and what was understood of it, in the shape that other programs rely on."""

    example: Example
    told: Mapping[str, object]

    @property
    def level(self) -> str:
        danger = self.told["danger"]
        assert isinstance(danger, Mapping)
        return str(danger["level"])


def judge(many: Iterable[Example], reader: Reader) -> list[Judged]:
    """Read every example."""
    return [Judged(example, reader(example.text)) for example in many]


def figures(judged: Sequence[Judged]) -> dict[str, object]:
    """Shares of one group of messages; each with how many messages it is a share of."""
    harmless = [one for one in judged if one.example.levels == ("none",)]
    return {
        "messages": len(judged),
        "danger seen": _share(one.level != "none" for one in judged if one.example.level != "none"),
        "now as now": _share(one.level == "now" for one in judged if one.example.level == "now"),
        "harmless asked": _share(one.level != "none" for one in harmless),
        "harmless alarmed": _share(one.level == "now" for one in harmless),
        "first need": _share(_need_is_right(one) for one in judged if one.example.needs),
        "place right": _share(_place_is_right(one) for one in judged if one.example.place),
        "place silently wrong": _share(_place_is_silently_wrong(one) for one in judged if one.example.place),
        "place invented": _share(
            bool(one.told["places"]) for one in judged if _has_columns(one) and not one.example.place
        ),
        "intent": _share(one.told["intent"] == one.example.intent for one in judged if one.example.intent),
        "article first": _share(
            _ids(one, "articles", "id")[:1] == list(one.example.topics[:1]) for one in _asking(judged)
        ),
        "article among three": _share(
            bool(set(_ids(one, "articles", "id")[:3]) & set(one.example.topics)) for one in _asking(judged)
        ),
    }  # fmt: skip


def report(many: Sequence[Example], reader: Reader) -> Iterator[dict[str, object]]:
    """Figures for all, for each author, region and style, then for each noise beside the same messages as written."""
    judged = judge(many, reader)
    yield {"of": "all", **figures(judged)}
    for kind in ("author", "region", "style"):
        for value in sorted({getattr(one.example, kind) for one in judged} - {""}):
            yield {"of": f"{kind} {value}", **figures([one for one in judged if getattr(one.example, kind) == value])}
    for name, noise in NOISES.items():
        random = Random(7)
        noisy = [reader(noise(one.example.text, random)) for one in judged]
        pairs = [(one, Judged(one.example, told)) for one, told in zip(judged, noisy, strict=True)]
        same = _share(before.level == after.level for before, after in pairs)
        yield {"of": f"noise {name}", "same danger": same, **figures([after for _, after in pairs])}


def misses(judged: Iterable[Judged]) -> Iterator[dict[str, object]]:
    """Danger that was not seen or not alarmed, and alarms for nothing, word for word."""
    for one in judged:
        if one.level not in one.example.levels:
            told = {"is": one.example.levels, "told": one.told["danger"], "text": one.example.text}
            yield {"author": one.example.author, **told}


def _share(facts: Iterable[bool]) -> list[float | int] | None:
    counted = list(facts)
    return [round(sum(counted) / len(counted), 4), len(counted)] if counted else None


def _has_columns(one: Judged) -> bool:
    """Whether the author filled in place and intent at all."""
    return one.example.intent is not None


def _asking(judged: Iterable[Judged]) -> list[Judged]:
    return [one for one in judged if one.example.topics]


def _ids(one: Judged, key: str, name: str) -> list[str]:
    found = one.told[key]
    assert isinstance(found, list)
    return [str(guess[name]) for guess in found]


def _need_is_right(one: Judged) -> bool:
    codes = _ids(one, "needs", "code")
    return bool(codes) and codes[0] in (*one.example.needs, *one.example.more_needs)


def _place_is_right(one: Judged) -> bool:
    """An acceptable place is among the guesses; where a careful person asks back, it is also asked."""
    return _is_meant(one) and (not (one.example.place or "").startswith("?") or bool(one.told["place_is_ambiguous"]))


def _place_is_silently_wrong(one: Judged) -> bool:
    return bool(_guessed(one)) and not one.told["place_is_ambiguous"] and not _is_meant(one)


def _is_meant(one: Judged) -> bool:
    """Labels are old units: a commune of today that the message names counts for the old unit it lies in."""
    wanted, guessed = places_meant(one.example), _guessed(one)
    if wanted & guessed:
        return True
    text = fold(one.example.text)
    named = {key for key in guessed if fold(units()[key].name) in text}
    communes = {key.code for key in named if key.tier is Tier.NEW_COMMUNE}
    if any(communes & communes_of(key) for key in wanted if not is_province(key)):
        return True
    # "Cam Ranh, Khánh Hòa" where the label has the province: the town that is named says more than the label.
    return any(is_province(outer) and contains(outer, key) for outer in wanted for key in named if key not in wanted)


def _guessed(one: Judged) -> set[PlaceKey]:
    found = zip(_ids(one, "places", "tier"), _ids(one, "places", "code"), strict=True)
    return {PlaceKey(Tier(tier), code) for tier, code in found}


def places_meant(example: Example) -> set[PlaceKey]:
    """Every unit that "phường Bãi Cháy, thành phố Hạ Long, Quảng Ninh" may mean; " / " parts several."""
    wanted: set[PlaceKey] = set()
    for written in (example.place or "").removeprefix("?").split(" / "):
        parts = [fold(part).strip() for part in written.split(",")]
        name, province = _RENAMED.get(parts[0], parts[0]), _province(parts[-1])
        wanted |= _named().get((name, province)) or _of_another_kind(name, province)
    return wanted


_TOWNS = ("huyen ", "thi xa ", "thanh pho ")


def _of_another_kind(name: str, province: str) -> set[PlaceKey]:
    """A "thị xã Gò Công" that became a city meanwhile: the district of the same name in the same province."""
    bare = next((name.removeprefix(kind) for kind in _TOWNS if name.startswith(kind)), None)
    found = (_named().get((kind + bare, province), set()) for kind in _TOWNS) if bare else ()
    return {key for keys in found for key in keys}


def _province(folded: str) -> str:
    plain = folded.removeprefix("tinh ").removeprefix("thanh pho ").removeprefix("tp ").replace("tp. ", "").strip()
    return _RENAMED.get(plain, plain)


@cache
def _named() -> dict[tuple[str, str], set[PlaceKey]]:
    """Units by their folded name with its kind and by the province they were or are in."""
    names = {unit.key: _province(fold(unit.name)) for unit in units().values() if is_province(unit.key)}
    found: dict[tuple[str, str], set[PlaceKey]] = {}
    for unit in units().values():
        if unit.key in names:
            for kind in ("tinh ", "thanh pho ", ""):
                found.setdefault((kind + names[unit.key], names[unit.key]), set()).add(unit.key)
            continue
        for key in (PlaceKey(Tier.OLD_PROVINCE, unit.old_province), PlaceKey(Tier.NEW_PROVINCE, unit.province)):
            if key in names:
                found.setdefault((fold(f"{unit.kind} {unit.name}"), names[key]), set()).add(unit.key)
    return found

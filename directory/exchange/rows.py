"""A listing as a row of cells, and a row of cells as a listing: what spreadsheets spoil is mended or named."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID, uuid5

from directory import drafts, languages, needs, places, wording
from directory.drafts import Draft
from directory.editing import Known
from directory.exchange.leaving import veiled
from directory.listings import FRIENDLY, written_attributes
from directory.places import PlaceKey, Tier
from directory.reading import fold, read
from directory.wording import t

TEXTS = ("reception", "price", "papers")
LISTS = ("needs", "hours", "phones", "audience", "languages", "attributes")
LINES = ("organisation", "service", "kind", "street", "directions", "point", "source")
COLUMNS = (
    "id", "service", "organisation", "kind", "needs", "place", "place_tier", "place_code", "street", "directions",
    "point", "is_sealed", "is_staff_only", "hours", "phones",
    *(f"{name}.{spoken}" for name in TEXTS for spoken in drafts.LANGUAGES),
    "audience", "languages", "attributes", "source", "state", "revision", "friendly",
)  # fmt: skip
# A table without these columns leaves them as they are.
ABLE_TO_MISS = ("source", "directions", "street", "point", "is_staff_only")
NEEDED = frozenset({"service", "organisation", "kind", "needs"})
_SPACE = UUID("0b9f2c51-7a0c-4c58-9b3f-6b6a8f1f5e10")
APART = "apart"  # days with hours of their own: not a column, but a thing that a file may be unable to carry
_BETWEEN = "; "
_CODE_LENGTH = {Tier.OLD_PROVINCE: 2, Tier.NEW_PROVINCE: 2, Tier.OLD_DISTRICT: 3, Tier.OLD_WARD: 5, Tier.NEW_COMMUNE: 5}
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff")) | {ord("\u00a0"): " "}
_ROUNDED = re.compile(r"^\d(?:[.,]\d+)?[eE]\+?\d+$")


@dataclass(frozen=True, slots=True)
class Row:
    """One row understood: the listing it is about, what it says, and which fields its file cannot carry."""

    number: int
    id: str
    draft: Draft
    keeps: frozenset[str] = frozenset()
    service_id: str = ""  # where the file says of which service it is one place


@dataclass(frozen=True, slots=True)
class Trouble:
    """One mistake, as a sentence an operator can mend: `row 7, column hours: …`."""

    row: int
    column: str
    says: str
    unit: str = "row"
    key: str = field(default="", compare=False)  # the same in the words of the console, about `what`
    what: str = field(default="", compare=False)

    def __str__(self) -> str:
        part = "column" if self.unit == "row" else "field"
        return f"{self.unit} {self.row}, {part} {self.column}: {self.says}"


def cells(known: Known) -> dict[str, str]:
    """The row of a listing; of a sealed one without what is sealed."""
    friendly = f"{known.friendly.why} {known.friendly.on.isoformat()}" if known.friendly else ""
    marks = {"state": known.state, "revision": str(known.revision), "friendly": friendly}
    return {**said(veiled(known.draft)), "id": known.id, **marks}


def said(draft: Draft) -> dict[str, str]:
    """What a draft says, cell by cell."""
    found = {name: getattr(draft, name) for name in LINES}
    found |= {name: _BETWEEN.join(getattr(draft, name) or ()) for name in LISTS}
    for name in TEXTS:
        found |= {f"{name}.{spoken}": getattr(draft, name).get(spoken, "") for spoken in drafts.LANGUAGES}
    if draft.place is not None:
        found |= {"place": places.name_of(draft.place), "place_tier": str(draft.place.tier)}
        found["place_code"] = f"{draft.place.code}"
    marks = {name: "yes" if getattr(draft, name) else "" for name in ("is_sealed", "is_staff_only")}
    return found | marks


def column_of(header: str) -> str | None:
    """Which of our columns a header means, in Vietnamese or English, however it is written."""
    return _headers().get(_plain(header))


@cache
def _headers() -> Mapping[str, str]:
    found = {_plain(name): name for name in COLUMNS}
    for name in COLUMNS:
        for language in ("en", "vi"):
            found.setdefault(_plain(header_of(name, language)), name)
    return found


def header_of(column: str, language: str) -> str:
    """What stands over a column; texts of a language that no catalogue names have its own name behind them."""
    key = f"exchange.column.{column}"
    what, _, spoken = column.partition(".")
    is_named = not spoken or key in wording.catalogue(wording.FALLBACK)
    return t(key, language) if is_named else text_label(what, spoken, language)


def text_label(what: str, spoken: str, language: str) -> str:
    """`Papers (Tày)`."""
    return t("listing.text.of", language, what=t(f"listing.text.{what}", language), spoken=languages.named(spoken))


def _plain(header: str) -> str:
    return " ".join(re.findall(r"\w+", fold(unicodedata.normalize("NFC", header)).replace("_", " ")))


def tidy(cell: str) -> str:
    """One way to write every letter (NFC), no unseen signs, no space around."""
    return unicodedata.normalize("NFC", cell.translate(_UNSEEN)).strip(" ")


def understand(
    number: int, told: Mapping[str, str], *, is_demo: bool = False
) -> tuple[Row, tuple[Trouble, ...]]:
    """The row, and every mistake in it."""
    lists = {name: tuple(one.strip() for one in told.get(name, "").split(";") if one.strip()) for name in LISTS}
    lines: dict[str, Any] = {name: told.get(name, "") for name in LINES}
    texts: dict[str, Any] = {
        name: {spoken: text for spoken in drafts.LANGUAGES if (text := told.get(f"{name}.{spoken}", ""))}
        for name in TEXTS
    }
    draft = Draft(
        **{**lines, "kind": _code("kind", lines["kind"])},
        **texts,
        needs=tuple(_code("needs", one) for one in lists["needs"]),
        hours=lists["hours"] or None,
        phones=tuple(whole_phone(one) for one in lists["phones"]),
        audience=tuple(_code("audience", one) for one in lists["audience"]),
        languages=lists["languages"] or ("vi",),
        attributes=written_attributes(_code("attributes", one) for one in lists["attributes"]),
        place=_place(told),
        is_sealed=_is_yes(told.get("is_sealed", "")),
        is_staff_only=_is_yes(told.get("is_staff_only", "")),
    )
    absent = [name for name in ABLE_TO_MISS if name not in told]
    unsaid = [name for what in TEXTS for spoken in drafts.LANGUAGES if (name := f"{what}.{spoken}") not in told]
    row = Row(number, _id(told.get("id", ""), draft), draft, frozenset((*absent, *unsaid)))
    wrong = mistakes(number, draft, is_demo=is_demo)
    return row, (*wrong, *_rounded(number, lists["phones"]))


def _is_yes(cell: str) -> bool:
    return fold(cell) in ("yes", "true", "1", "x", "co")


def _rounded(number: int, phones: Iterable[str]) -> list[Trouble]:
    says = "was turned into a rounded number by a spreadsheet: write the number again, as text"
    key = "console.import.problem.rounded"
    return [Trouble(number, "phones", f"“{one}” {says}", key=key, what=one) for one in phones if _ROUNDED.match(one)]


def whole_phone(number: str) -> str:
    """Spreadsheets take the first zero from a number: nine or ten digits that begin like one of ours get it back."""
    bare = number.removesuffix(".0")
    is_short_of_one = bare.isdigit() and len(bare) in (9, 10) and bare[0] in "235789"
    return f"0{bare}" if is_short_of_one and bare[:4] not in ("1800", "1900") else number


def _place(told: Mapping[str, str]) -> PlaceKey | None:
    tier, code = told.get("place_tier", ""), told.get("place_code", "").removesuffix(".0")
    if tier and code:
        if tier not in set(Tier):
            return None
        return PlaceKey(Tier(tier), code.zfill(_CODE_LENGTH[Tier(tier)]) if code.isdigit() else code)
    named = places.read(read(told.get("place", "")))
    return named.places[0].key if named.places and not named.is_ambiguous else None


def _id(written: str, draft: Draft) -> str:
    """Our own ids stay; other systems' ids, or none, become the same one of ours each time."""
    try:
        return str(UUID(written))
    except ValueError:
        return str(uuid5(_SPACE, written or f"{draft.organisation}\x1f{draft.service}\x1f{draft.place}"))


def _code(field: str, written: str) -> str:
    """A code, or what people call it."""
    return _codes().get((field, _plain(written)), written)


@cache
def _codes() -> Mapping[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for language in ("vi", "en"):
        labels = [("kind", one, t(f"console.kind.{one}", language)) for one in drafts.KINDS]
        labels += [("needs", one, needs.label(one, language)) for one in needs.NEEDS]
        labels += [("audience", one, t(f"console.audience.{one}", language)) for one in drafts.AUDIENCES]
        qualities = (*drafts.ATTRIBUTES, FRIENDLY)
        labels += [("attributes", one, t(f"console.attributes.{one}", language)) for one in qualities]
        for name, code, label in labels:
            found.setdefault((name, _plain(label)), code)
    return found


_WHY = {
    "listing.problem.empty": "is empty",
    "listing.problem.long": "is longer than 200 characters",
    "listing.problem.demo_name": "must say (mẫu) in the demonstration",
    "listing.problem.real_name": "may say (mẫu) in the demonstration only",
    "listing.problem.no_need": "names no need",
    "listing.problem.hours_twice": "says two things of the same days",
    "listing.problem.place": "names no place we know: give a district and a province, or tier and code",
    "listing.problem.sealed": "a sealed place has no street and no directions",
    "listing.problem.tells_where": "tells where a sealed place is: leave out streets, wards, landmarks, links, points",
    "listing.problem.no_phone": "is empty, and the listing is shown: it needs one",
    "listing.problem.open_shelter": "a shelter that is shown stays sealed",
    "listing.problem.not_verified": "nobody has checked how to reach it, and the listing is shown",
    "listing.problem.not_agreed": "the place has not agreed, and the listing is shown: ask it, note its yes first",
    "listing.problem.staff_or_sealed": "is for colleagues only or sealed, not both",
    "listing.problem.sealed_point": "a sealed place has no point on the map",
    "listing.problem.point": "is no point: write degrees north, then east, like 21.0285, 105.8542",
    "listing.problem.point_turned": "has east before north: turn the two round",
    "listing.problem.point_abroad": "lies outside of Vietnam",
    "listing.problem.point_far": "lies far away from the place that is named",
    "listing.problem.unseal": "is empty, and the place is sealed: two persons open it in the console, no file does",
    "listing.problem.real_phone": "is a made-up number",
    "listing.problem.demo_phone": "must be 0000 000 NNN in the demonstration",
}


def mistakes(number: int, draft: Draft, *, is_demo: bool, unit: str = "row") -> tuple[Trouble, ...]:
    """Every mistake of a draft, as sentences."""
    return troubles(number, drafts.problems(draft, is_demo=is_demo), unit=unit)


def troubles(number: int, found: Iterable[drafts.Problem], *, unit: str = "row") -> tuple[Trouble, ...]:
    """Problems of a listing as mistakes of the row that asks for it."""
    return tuple(Trouble(number, one.field, _says(one), unit, one.key, one.what) for one in found)


_ABOUT = {
    "listing.problem.phone": "cannot be dialled in Vietnam: write the whole number with its area code",
    "listing.problem.hours_far": "names a day of another century: write a year such as 2026",
    "listing.problem.hours_same": "opens and closes at the same time: round the clock is 00:00-24:00",
    "listing.problem.hours_clash": "overlap on the same day: keep one",
}


def _says(problem: drafts.Problem) -> str:
    about = _ABOUT.get(problem.key, "is not known or not well written")
    return _WHY.get(problem.key) or f"“{problem.what[:60]}” {about}"

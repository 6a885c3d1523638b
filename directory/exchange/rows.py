"""A listing as a row of cells, and a row of cells as a listing: what spreadsheets spoil is mended or named."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from uuid import UUID, uuid5

from directory import drafts, languages, places, wording
from directory.drafts import Draft
from directory.editing import Known
from directory.exchange import said_cells, said_hours, said_places
from directory.exchange.leaving import veiled
from directory.exchange.said_codes import LANGUAGE, code_of, is_code, is_everyday, plain
from directory.listings import Hours, ListingProblem, written_attributes
from directory.reading import fold
from directory.wording import t

TEXTS = ("reception", "price", "papers")
LISTS = ("needs", "hours", "phones", "audience", "languages", "attributes")
LINES = ("organisation", "service", "kind", "street", "directions", "point", "source")
COLUMNS = (
    "id", "service_id", "service", "organisation", "kind", "needs", "place", "place_tier", "place_code", "street",
    "directions", "point", "is_sealed", "is_staff_only", "hours", "phones",
    *(f"{name}.{spoken}" for name in TEXTS for spoken in drafts.LANGUAGES),
    "audience", "languages", "attributes", "source", "state", "revision", "friendly",
)  # fmt: skip
# A table without these columns leaves them as they are.
ABLE_TO_MISS = (
    "source", "directions", "street", "point", "is_staff_only", "is_sealed", "hours", "phones", "audience", "languages",
    "attributes",
)  # fmt: skip
NEEDED = frozenset({"service", "organisation", "kind", "needs"})
_SPACE = UUID("0b9f2c51-7a0c-4c58-9b3f-6b6a8f1f5e10")
APART = "apart"  # days with hours of their own: not a column, but a thing that a file may be unable to carry
_BETWEEN = "; "
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff")) | {ord("\u00a0"): " "}
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # no workbook can hold them
_LINE_END = re.compile(r"\r\n?|[\x85\u2028\u2029]")
_BREAK = re.compile(r" *[\t\n]+ *")
_ONE_LINE = ("organisation", "service", "kind", "street")
_ROUNDED = re.compile(r"^\d(?:[.,]\d+)?[eE]\+?\d+$")


# What people write over a column besides; folded.
_ALSO = {
    "service": "ten dich vu; ten co so; ten noi; co so; service name",
    "organisation": "ten to chuc; don vi; ten don vi; co quan; don vi quan ly; organization",
    "kind": "loai; loai hinh; loai co so; type",
    "needs": "cac nhu cau; need",
    "place": "dia ban; dia phuong; location",
    "street": "dia chi; so nha; so nha duong; address",
    "phones": "sdt; sdt lien he; dt; so dien thoai; so dt; dien thoai lien he; hotline; tel; phone; telephone",
    "hours": "gio; gio lam viec; thoi gian lam viec; gio hoat dong; thoi gian hoat dong; lich lam viec; opening hours",
    "price.vi": "gia; gia ca; chi phi",
    "papers.vi": "giay to; giay to can mang; giay to can co",
    "reception.vi": "cach don tiep; don tiep",
    "audience": "doi tuong; doi tuong tiep nhan",
    "source": "nguon tin; nguon thong tin",
    "is_sealed": "kin; bao mat; bi mat; giu bi mat; sealed; confidential",
}

# The place in columns of its own.
_PLACE_PARTS = {
    "place.ward": "phuong xa; xa phuong; phuong; xa; phuong xa thi tran; xa phuong thi tran; ward; commune",
    "place.district": "quan huyen; huyen quan; quan; huyen; quan huyen thi xa; tp quan huyen; district",
    "place.province": "tinh; tinh thanh; tinh tp; tinh thanh pho; thanh pho; tp; province; city",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row understood: the listing it is about, what it says, and which fields its file cannot carry."""

    number: int
    id: str
    draft: Draft
    keeps: frozenset[str] = frozenset()
    has_foreign_id: bool = False  # the id in the file is that of another system, or a running number
    service_id: str = ""  # where the file says of which service it is one place
    # cells that are understood otherwise than letter by letter: column, what stands there, what is meant
    read_as: tuple[tuple[str, str, str], ...] = field(default=(), compare=False)


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
    return {**said(veiled(known.draft)), "id": known.id, "service_id": known.service_id, **marks}


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
    return _headers().get(plain(header))


@cache
def _headers() -> Mapping[str, str]:
    found = {plain(name): name for name in COLUMNS}
    for name in COLUMNS:
        for language in ("en", "vi"):
            found.setdefault(plain(header_of(name, language)), name)
    for name, others in (*_ALSO.items(), *_PLACE_PARTS.items()):
        found |= {other: name for other in others.split("; ") if other not in found}
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


def tidy(cell: str) -> str:
    """One way to write every letter (NFC) and every end of a line, no unseen signs, no space around."""
    return unicodedata.normalize("NFC", _UNWRITABLE.sub("", _LINE_END.sub("\n", cell)).translate(_UNSEEN)).strip()


def in_one_way(column: str, cell: str) -> str:
    """What a cell of a column says, to be compared: names and streets are one line."""
    told = tidy(cell)
    return _BREAK.sub(" ", told) if column in _ONE_LINE else told


def understand(number: int, told: Mapping[str, str], *, is_demo: bool = False) -> tuple[Row, tuple[Trouble, ...]]:
    """The row, and every mistake in it."""
    lists = {name: _pieces(name, told.get(name, "")) for name in LISTS}
    lines: dict[str, Any] = {name: told.get(name, "") for name in LINES}
    lines |= {name: in_one_way(name, lines[name]) for name in _ONE_LINE}
    texts: dict[str, Any] = {
        name: {spoken: text for spoken in drafts.LANGUAGES if (text := told.get(f"{name}.{spoken}", ""))}
        for name in TEXTS
    }
    marks = {name: said_cells.is_yes(told.get(name, "")) for name in ("is_sealed", "is_staff_only")}
    told = _with_place(told)
    place = (told.get(name, "") for name in ("place", "place_tier", "place_code"))
    where = said_places.said(*place, is_sealed=marks["is_sealed"] is not False)
    kind = code_of("kind", lines["kind"])
    if "is_staff_only" not in told:
        marks["is_staff_only"] = kind in drafts.COLLEAGUES_KINDS
    draft = Draft(
        **{**lines, "kind": kind},
        **texts,
        needs=lists["needs"],
        hours=lists["hours"] or None,
        phones=said_cells.numbers(told.get("phones", "")),
        audience=lists["audience"],
        languages=lists["languages"] or ("vi",),
        attributes=written_attributes(lists["attributes"]),
        place=where.key,
        is_sealed=marks["is_sealed"] is not False,
        is_staff_only=bool(marks["is_staff_only"]),
    )
    absent = [name for name in ABLE_TO_MISS if name not in told]
    unsaid = [name for what in TEXTS for spoken in drafts.LANGUAGES if (name := f"{what}.{spoken}") not in told]
    keeps, read_as = frozenset((*absent, *unsaid)), tuple(_read_otherwise(told, draft))
    own = told.get("id", "")
    more: dict[str, Any] = {"service_id": _uuid(told.get("service_id", "")), "read_as": read_as}
    row = Row(number, _id(own, draft), draft, keeps, has_foreign_id=bool(own and not _uuid(own)), **more)
    # Of a place that may have to stay hidden or not, nothing is said but that.
    looked_at = draft if marks["is_sealed"] is not None else replace(draft, is_sealed=False)
    wrong = list(mistakes(number, looked_at, is_demo=is_demo))
    if where.why:
        key = f"console.import.problem.place_{where.why}"
        wrong = [Trouble(number, "place", _WHERE[where.why].format(where.what), key=key, what=where.what), *(
            one for one in wrong if one.column != "place"
        )]  # fmt: skip
    wrong += [_neither(number, name, told[name]) for name, is_it in marks.items() if is_it is None]
    wrong += unknown_languages(number, draft.languages)
    return row, (*wrong, *_rounded(number, draft.phones))


def _with_place(told: Mapping[str, str]) -> Mapping[str, str]:
    """The cells with the place of several columns as one; a ward or a district without its type, "5", gets it."""
    said = [said_places.with_type(part, told.get(f"place.{part}", "")) for part in said_places.PARTS]
    one = ", ".join(filter(None, said))
    return told if told.get("place") or not one else {**told, "place": one}


def _pieces(name: str, cell: str) -> tuple[str, ...]:
    """What stands in a cell beside each other, in our own words where they are known."""
    if name == "phones":
        return ()
    if name == "hours":
        return hours_of(cell)
    pieces = _parted(cell)
    found: list[str] = []
    for piece in pieces:
        parts = [part.strip() for part in piece.split(",") if part.strip()]
        is_many = not is_code(name, piece) and all(is_code(name, part) for part in parts)
        found += [code_of(name, part) for part in (parts if is_many else [piece])]
    return tuple(found)


def hours_of(cell: str) -> tuple[str, ...]:
    """Our lines of what somebody wrote of hours; as it stands, to be named, where that is not plain."""
    pieces = _parted(cell)
    return pieces if not pieces or all(map(_is_line, pieces)) else said_hours.lines_of(cell) or pieces


def _parted(cell: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in re.split(r"[;\n]", cell) if one.strip())


def _is_line(piece: str) -> bool:
    try:
        Hours.parse([piece])
    except ListingProblem:
        return False
    return True


def _read_otherwise(told: Mapping[str, str], draft: Draft) -> Iterable[tuple[str, str, str]]:
    """The cells that are taken to mean something that they do not say letter by letter: column, cell, meaning."""
    meant = said(draft)
    for name in ("hours", "phones", "place"):
        cell = told.get(name, "")
        plain = re.sub(r"\s*[;\n]\s*", "; ", cell)
        is_same = fold(meant.get(name, "")) == fold(plain) if name == "place" else meant.get(name) == plain
        if cell and meant.get(name) and not is_same:
            yield name, cell, meant[name]
    if any(is_everyday("needs", piece) for piece in re.split(r"[;,\n]", told.get("needs", ""))):
        yield "needs", told["needs"], meant["needs"]


def _neither(number: int, column: str, cell: str) -> Trouble:
    says = f"“{cell[:60]}” is neither yes nor no: write yes, or leave it empty"
    return Trouble(number, column, says, key="console.import.problem.neither", what=cell)


def unknown_languages(number: int, codes: Iterable[str], *, unit: str = "row") -> list[Trouble]:
    """What has not even the form of a code of a language."""
    says = "is no language we know: write its name or its code, such as vi, en, hmn"
    key = "console.import.problem.language"
    unknown = (code for code in codes if not LANGUAGE.match(code))
    return [Trouble(number, "languages", f"“{code[:60]}” {says}", unit, key, code) for code in unknown]


def _rounded(number: int, phones: Iterable[str]) -> list[Trouble]:
    says = "was turned into a rounded number by a spreadsheet: write the number again, as text"
    key = "console.import.problem.rounded"
    return [Trouble(number, "phones", f"“{one}” {says}", key=key, what=one) for one in phones if _ROUNDED.match(one)]


_WHERE = {
    "several": "may be several places: write tier and code of one of them ({})",
    "other": "is another place than tier and code say ({}): change both, or leave tier and code empty",
    "code": "tier and code name no place we know ({}): mend them, or leave both empty",
    "ward": "names a ward or commune that we do not know there ({}): mend its name, or leave it out",
}


def _id(written: str, draft: Draft) -> str:
    """Our own ids stay; other systems' ids, or none, become the same one of ours each time."""
    name = written or f"{draft.organisation}\x1f{draft.service}\x1f{draft.place}"
    return _uuid(written) or str(uuid5(_SPACE, name))


def _uuid(written: str) -> str:
    """One of our ids; nothing for those of other systems."""
    try:
        return str(UUID(written))
    except ValueError:
        return ""


_WHY = {
    "listing.problem.empty": "is empty",
    "listing.problem.long": "is longer than 200 characters",
    "listing.problem.long_street": "is longer than 300 characters",
    "listing.problem.long_text": "is longer than 10,000 characters",
    "listing.problem.unseen": "holds a sign that cannot be seen: write it again",
    "listing.problem.demo_name": "must say (mẫu) in the demonstration",
    "listing.problem.real_name": "may say (mẫu) in the demonstration only",
    "listing.problem.no_need": "names no need",
    "listing.problem.colleagues_kind": "is for colleagues only: say yes under is_staff_only",
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
    "listing.problem.merged": "this listing went into another one: change that one",
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
    "listing.problem.own_of_a_person": "is one person's own: leave it out, the place's number belongs under phones",
    "listing.problem.phone": "cannot be dialled in Vietnam: write the whole number with its area code",
    "listing.problem.hours_far": "names a day of another century: write a year such as 2026",
    "listing.problem.hours_same": "opens and closes at the same time: round the clock is 00:00-24:00",
    "listing.problem.hours_clash": "overlap on the same day: keep one",
}


def _says(problem: drafts.Problem) -> str:
    about = _ABOUT.get(problem.key, "is not known or not well written")
    return _WHY.get(problem.key) or f"“{problem.what[:60]}” {about}"

"""The directory as a table for any spreadsheet, out and back in: all rows or none, every mistake with its row."""

import csv
import io
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from directory import drafts, editing, places, verification
from directory.drafts import Draft, as_json
from directory.editing import Known
from directory.places import PlaceKey, Tier
from directory.reading import read
from directory.tables import place_of_service

_TEXTS = ("reception", "price", "papers")
_LISTS = ("needs", "hours", "phones", "audience", "languages", "attributes")
_LINES = ("organisation", "service", "kind", "street", "directions", "source")
COLUMNS = (
    "id", "service", "organisation", "kind", "needs", "place", "place_tier", "place_code", "street", "directions",
    "is_sealed", "hours", "phones", *(f"{name}.{spoken}" for name in _TEXTS for spoken in drafts.LANGUAGES),
    "audience", "languages", "attributes", "source", "state", "revision",
)  # fmt: skip
_SPACE = uuid.UUID("0b9f2c51-7a0c-4c58-9b3f-6b6a8f1f5e10")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BETWEEN = "; "


@dataclass(frozen=True, slots=True)
class Row:
    """One row understood: the listing it is about, and what it says."""

    number: int
    id: str
    draft: Draft


@dataclass(frozen=True, slots=True)
class Trouble:
    """One mistake, as a sentence an operator can mend: `row 7, column hours: …`."""

    row: int
    column: str
    says: str

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column}: {self.says}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did, or would do."""

    new: int
    changed: int
    same: int


class NotATable(Exception):
    """The file cannot be read as a table with our columns; the message says what is missing."""


def everything(connection: Connection) -> tuple[Known, ...]:
    """All listings, in whatever state, by id."""
    ids = connection.execute(select(place_of_service.c.id).order_by(place_of_service.c.id)).scalars().all()
    return tuple(known for one in ids if (known := editing.look_up(connection, one)) is not None)


def as_csv(listings: Iterable[Known]) -> str:
    """A table with a byte-order mark, so that spreadsheets show Vietnamese letters."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for known in listings:
        writer.writerow({name: _safe(value) for name, value in _cells(known).items()})
    return "\ufeff" + out.getvalue()


def as_ndjson(listings: Iterable[Known]) -> str:
    """One listing a line."""
    lines = ({"id": one.id, **as_json(one.draft), "state": one.state, "revision": one.revision} for one in listings)
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _cells(known: Known) -> dict[str, str]:
    draft = known.draft
    cells = {name: getattr(draft, name) for name in _LINES}
    cells |= {name: _BETWEEN.join(getattr(draft, name) or ()) for name in _LISTS}
    for name in _TEXTS:
        cells |= {f"{name}.{spoken}": getattr(draft, name).get(spoken, "") for spoken in drafts.LANGUAGES}
    if draft.place is not None:
        cells |= {"place": places.name_of(draft.place), "place_tier": str(draft.place.tier)}
        cells["place_code"] = f"{draft.place.code}"
    cells |= {"id": known.id, "is_sealed": "yes" if draft.is_sealed else ""}
    return {**cells, "state": known.state, "revision": str(known.revision)}


def _safe(cell: str) -> str:
    """A cell that begins like a formula would be run by some spreadsheets; the quote in front is taken off again."""
    return f"'{cell}" if cell.startswith((*_FORMULA, "'")) else cell


def _bare(cell: str | None) -> str:
    told = (cell or "").strip(" ")
    return told[1:] if told.startswith("'") and told[1:].startswith((*_FORMULA, "'")) else told


def parse(text: str, *, is_demo: bool = False) -> tuple[tuple[Row, ...], tuple[Trouble, ...]]:
    """(rows that can be taken, mistakes). A row with a mistake is not among the rows. Raises NotATable."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    missing = {"service", "organisation", "kind", "needs"} - set(reader.fieldnames or ())
    if missing:
        raise NotATable(f"The table lacks the columns {', '.join(sorted(missing))}.")
    good: list[Row] = []
    wrong: list[Trouble] = []
    seen: dict[str, int] = {}
    try:
        for number, told in enumerate(reader, 2):
            row = _row(number, {name: _bare(cell) for name, cell in told.items() if isinstance(name, str)})
            found = [Trouble(number, one.field, _says(one)) for one in drafts.problems(row.draft, is_demo=is_demo)]
            if row.id in seen:
                found.append(Trouble(number, "id", f"the same as in row {seen[row.id]}"))
            seen[row.id] = number
            wrong += found
            if not found:
                good.append(row)
    except csv.Error as problem:
        raise NotATable(f"The table breaks off: {problem}.") from None
    return tuple(good), tuple(wrong)


_WHY = {
    "listing.problem.empty": "is empty",
    "listing.problem.long": "is longer than 200 characters",
    "listing.problem.demo_name": "must say (mẫu) in the demonstration",
    "listing.problem.real_name": "may say (mẫu) in the demonstration only",
    "listing.problem.no_need": "names no need",
    "listing.problem.place": "names no place we know: give a district and a province, or tier and code",
    "listing.problem.sealed": "a sealed place has no street and no directions",
    "listing.problem.real_phone": "is a made-up number",
    "listing.problem.demo_phone": "must be 0000 000 NNN in the demonstration",
}


def _says(problem: drafts.Problem) -> str:
    return _WHY.get(problem.key) or f"“{problem.what[:60]}” is not known or not well written"


def _row(number: int, cells: Mapping[str, str]) -> Row:
    texts: dict[str, Any] = {
        name: {spoken: said for spoken in drafts.LANGUAGES if (said := cells.get(f"{name}.{spoken}", ""))}
        for name in _TEXTS
    }
    lists = {name: tuple(one.strip() for one in cells.get(name, "").split(";") if one.strip()) for name in _LISTS}
    lines: dict[str, Any] = {name: cells.get(name, "") for name in _LINES}
    draft = Draft(
        **lines,
        **texts,
        needs=lists["needs"],
        hours=lists["hours"] or None,
        phones=lists["phones"],
        audience=lists["audience"],
        languages=lists["languages"] or ("vi",),
        attributes=lists["attributes"],
        place=_place(cells),
        is_sealed=cells.get("is_sealed", "").casefold() in ("yes", "true", "1", "x", "có"),
    )
    return Row(number, _id(cells.get("id", ""), draft), draft)


def _place(cells: Mapping[str, str]) -> PlaceKey | None:
    tier, code = cells.get("place_tier", ""), cells.get("place_code", "")
    if tier and code:
        return PlaceKey(Tier(tier), code) if tier in set(Tier) else None
    named = places.read(read(cells.get("place", "")))
    return named.places[0].key if named.places and not named.is_ambiguous else None


def _id(written: str, draft: Draft) -> str:
    """Our own ids stay; other systems' ids, or none, become the same one of ours each time."""
    try:
        return str(uuid.UUID(written))
    except ValueError:
        return str(uuid.uuid5(_SPACE, written or f"{draft.organisation}\x1f{draft.service}\x1f{draft.place}"))


def take_over(connection: Connection, rows: Sequence[Row], *, now: datetime, is_dry: bool = False) -> Outcome:
    """Write what is new or changed. New listings are drafts, unchecked and hidden, whatever the table says of them."""
    new = changed = same = 0
    for row in rows:
        known = editing.look_up(connection, row.id)
        if known is None:
            new += 1
            if not is_dry:
                editing.propose(connection, row.draft, staff_id=None, now=now, place_id=row.id)
        elif known.draft == row.draft:
            same += 1
        else:
            changed += 1
            if not is_dry:
                editing.save(connection, row.id, row.draft, expected=known.revision, staff_id=None, now=now)
    return Outcome(new, changed, same)


def put_on_the_shelf(connection: Connection, rows: Sequence[Row], *, staff_id: int, now: datetime) -> None:
    """For rehearsals: bring the rows in and show them at once, as if this colleague had checked every part today."""
    for row in rows:
        if editing.look_up(connection, row.id) is None:
            is_demo = "(mẫu)" in row.draft.service
            editing.propose(connection, row.draft, staff_id=staff_id, now=now, is_demo=is_demo, place_id=row.id)
            verification.verify(connection, row.id, verification.GROUPS, method="rehearsal", staff_id=staff_id, now=now)
            editing.publish(connection, row.id, staff_id=staff_id, now=now)

"""The directory as a table for any spreadsheet, out and in: every mistake with its row, every change with its cell."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from directory import editing, verification
from directory.drafts import Draft, whole
from directory.editing import Known
from directory.exchange import one_service, sheets
from directory.exchange import rows as rows_
from directory.exchange.differences import tells
from directory.exchange.leaving import unveiled, veiled
from directory.exchange.rows import APART, COLUMNS, Row, Trouble, cells, header_of
from directory.exchange.sheets import Cells, NotATable
from directory.hours import apart_lines
from directory.known import all_known

__all__ = ["COLUMNS", "NotATable", "Outcome", "Row", "Trouble"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did, or would do."""

    new: int
    changed: int
    same: int
    moved: tuple[str, ...] = field(default=(), compare=False)  # other places of a service that changed with it


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that a file would change: `row 7, column phones: “…” → “…”`."""

    row: int
    column: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column}: “{self.before}” → “{self.after}”"


def everything(connection: Connection) -> tuple[Known, ...]:
    """All listings, in whatever state, by id."""
    return tuple(all_known(connection).values())


def as_csv(listings: Iterable[Known], *, language: str = "", without: frozenset[str] = frozenset()) -> str:
    """All listings as CSV, the header in our own names or in the words of a language, `without` some columns."""
    return sheets.as_csv(_head(language, without), (_line(one, without) for one in listings))


def as_xlsx(listings: Iterable[Known], *, language: str = "", without: frozenset[str] = frozenset()) -> bytes:
    """All listings as a workbook."""
    from directory.exchange import workbook  # its library loads slowly, and most commands never need it

    return workbook.as_xlsx(_head(language, without), (_line(one, without) for one in listings))


def as_ndjson(listings: Iterable[Known]) -> str:
    """One listing a line, in our own words; of sealed ones without what is sealed."""
    lines = (
        {"id": one.id, "service_id": one.service_id, **whole(veiled(one.draft)), **_marks(one)} for one in listings
    )
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _marks(one: Known) -> dict[str, object]:
    """Written out, never read."""
    friendly = {"why": one.friendly.why, "on": one.friendly.on.isoformat()} if one.friendly else None
    return {"state": one.state, "revision": one.revision, "friendly": friendly}


def _head(language: str, without: frozenset[str]) -> list[str]:
    return [header_of(name, language) if language else name for name in COLUMNS if name not in without]


def _line(known: Known, without: frozenset[str]) -> list[str]:
    told = cells(known)
    return [told.get(name, "") for name in COLUMNS if name not in without]


def parse(
    text: str, *, is_demo: bool = False, left_out: list[str] | None = None
) -> tuple[tuple[Row, ...], tuple[Trouble, ...]]:
    """(rows to be taken, mistakes) of a CSV text. A row with a mistake is not among the rows. Raises NotATable.

    Columns and sheets that hold something and are not read are added to `left_out`, by their names.
    """
    return _sorted(sheets.csv_rows(text, left_out), is_demo=is_demo)


def parse_file(
    path: Path, *, is_demo: bool = False, left_out: list[str] | None = None
) -> tuple[tuple[Row, ...], tuple[Trouble, ...]]:
    """The same of a CSV or XLSX file, whatever it is called. Raises NotATable, OSError."""
    return parse_bytes(sheets.content(path), is_demo=is_demo, left_out=left_out)


def parse_bytes(
    raw: bytes, *, is_demo: bool = False, most_rows: int = sheets.MOST_ROWS,
    most_unpacked: int = sheets.MOST_UNPACKED, left_out: list[str] | None = None,
) -> tuple[tuple[Row, ...], tuple[Trouble, ...]]:  # fmt: skip
    """The same of what somebody sent, a workbook or CSV by its first bytes. Raises NotATable."""
    if raw.startswith(b"PK\x03\x04"):
        from directory.exchange import workbook

        table = workbook.rows_of(raw, most_unpacked=most_unpacked, left_out=left_out)
    else:
        table = sheets.csv_rows(sheets.text_of(raw), left_out)
    return _sorted(_at_most(table, most_rows), is_demo=is_demo)


def _at_most(table: Iterator[Cells], most: int) -> Iterator[Cells]:
    for count, row in enumerate(table):
        if count >= most:
            raise NotATable(f"The table has more than {most} rows: split it into smaller ones.", "rows", str(most))
        yield row


def _sorted(table: Iterator[Cells], *, is_demo: bool) -> tuple[tuple[Row, ...], tuple[Trouble, ...]]:
    good: list[Row] = []
    wrong: list[Trouble] = []
    seen: dict[str, int] = {}
    for number, told in table:
        over = told.pop(sheets.OVER, "")
        spoilt = {name: why for name, cell in told.items() if (why := _spoilt(name, cell))}
        row, found = rows_.understand(number, told, is_demo=is_demo)
        found = tuple(one for one in found if one.column not in spoilt)
        found += tuple(_trouble(number, name, why) for name, why in spoilt.items())
        found += (_trouble(number, list(told)[-1], "over", over),) if over else ()
        if row.id in seen:
            key, first = "console.import.problem.twice", str(seen[row.id])
            found += (Trouble(number, "id", f"the same as in row {first}", key=key, what=first),)
        seen.setdefault(row.id, number)
        wrong += found
        if not found:
            good.append(row)
    return tuple(good), tuple(wrong)


_SPOILT = {
    "formula": "holds a formula: write its value instead",
    "day": "was turned into a day or an hour by a spreadsheet: write it again, as text",
    "error": "holds an error of the spreadsheet: write the value",
    "over": "more cells follow than there are headers: put what holds a comma in quotes",
}
_MARKS = {sheets.IS_FORMULA: "formula", sheets.IS_DAY: "day", sheets.IS_ERROR: "error"}
ERRORS = frozenset({"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"})
# What is left in a CSV table of "12/5" or "1-2", which a spreadsheet took for a day.
_TURNED = re.compile(
    r"(?:\d{1,2}-(?:thg|[A-Z][a-z]{2})(?: ?\d{1,2})?|(?:Thg \d{1,2}|[A-Z][a-z]{2})-\d\d|\d{4}-\d\d-\d\d 00:00:00)"
)
_SHORT = ("id", "service", "organisation", "street", "phones", "place", "point")
_UNREAD = ("state", "revision", "friendly")


def _spoilt(column: str, cell: str) -> str:
    """What a spreadsheet made of a cell, if it holds no words any more."""
    if column in _UNREAD:
        return ""
    found = _MARKS.get(cell) or ("error" if cell in ERRORS else "")
    return found or ("day" if column in _SHORT and _TURNED.fullmatch(cell) else "")


def _trouble(number: int, column: str, why: str, what: str = "") -> Trouble:
    return Trouble(number, column, _SPOILT[why], key=f"console.import.problem.{why}", what=what)


def settled(row: Row, known: Draft) -> Draft:
    """What a listing will say after this row: what its file could not carry stays."""
    unsaid = {name for name in row.keeps if "." in name}
    bare = row.keeps - {APART} - unsaid
    # Languages that nobody speaks of are Vietnamese by themselves.
    silent = (name for name in bare if not getattr(row.draft, name) or name == "languages")
    kept: dict[str, Any] = {name: getattr(known, name) for name in silent}
    for what, spoken in (name.split(".") for name in sorted(unsaid)):
        if text := getattr(known, what).get(spoken):
            kept[what] = {**getattr(row.draft, what), **kept.get(what, {}), spoken: text}
    if APART in row.keeps and row.draft.hours is not None:
        kept["hours"] = (*row.draft.hours, *apart_lines(known.hours or ()))
    return unveiled(replace(row.draft, **kept), known)


def _is_same(a: Draft, b: Draft) -> bool:
    """Whether two drafts say the same, however their letters are put together."""
    first, second = rows_.said(a), rows_.said(b)
    return all(rows_.in_one_way(name, first[name]) == rows_.in_one_way(name, second[name]) for name in first)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file would do: the rows that change something, each changed cell, and what stands in the way."""

    outcome: Outcome
    rows: tuple[Row, ...]
    differences: tuple[Difference, ...]
    wrong: tuple[Trouble, ...]
    revisions: Mapping[str, int] = field(default_factory=dict)  # of the listings that it would change, as looked at


def plan(connection: Connection, rows: Sequence[Row], *, consent_kinds: Collection[str] = ()) -> Plan:
    """Look at everything and change nothing; `consent_kinds`: those that need their own yes to be shown."""
    todo: list[Row] = []
    found: list[Difference] = []
    wrong: list[Trouble] = []
    new = bad = 0
    everyone = all_known(connection)
    reached = one_service.reached(everyone, [row for row in rows if row.id not in everyone])
    contradicting = one_service.contradictions(everyone, rows)
    for row in rows:
        if row.number in contradicting:
            wrong.append(contradicting[row.number])
            continue
        known = everyone.get(row.id)
        if known is None:
            of, kinds = row.service_id, consent_kinds
            if of and (hindered := editing.hindrances_elsewhere(connection, of, row.draft, consent_kinds=kinds)):
                bad += 1
                wrong += rows_.troubles(row.number, hindered)
                continue
            new += 1
            todo.append(row)
            found.append(Difference(row.number, "service", "", row.draft.service))
            hides = row.draft.is_sealed
            found += (Difference(row.number, *one) for one in row.read_as if not (hides and one[0] == "place"))
            found += (one for other in reached.get(row.number, ()) for one in _follows(row, other))
            continue
        if misled := _misled(row, known):
            bad += 1
            wrong.append(misled)
            continue
        if cells_changed := tuple(_changed(row, known.draft)):
            after = settled(row, known.draft)
            hindered = editing.hindrances(connection, known, after, consent_kinds=consent_kinds)
            if editing.shared(after) != editing.shared(known.draft):
                of, kinds = known.service_id, consent_kinds
                hindered += editing.hindrances_elsewhere(connection, of, after, but=known.id, consent_kinds=kinds)
            if hindered:
                bad += 1
                wrong += rows_.troubles(row.number, hindered)
                continue
            todo.append(row)
            found += cells_changed
    outcome = Outcome(new, len(todo) - new, len(rows) - len(todo) - bad)
    revisions = {row.id: everyone[row.id].revision for row in todo if row.id in everyone}
    return Plan(outcome, tuple(todo), tuple(found), tuple(wrong), revisions)


def _misled(row: Row, known: Known) -> Trouble | None:
    """A row that is about another listing than the one it would change, or makes it a place of another service."""
    if row.service_id not in ("", known.service_id):
        says = "is a place of another service here: leave this cell empty"
        return Trouble(row.number, "service_id", says, key="console.import.problem.service_id")
    names = ("service", "organisation")
    if row.has_foreign_id and all(_one_line(row.draft, name) != _one_line(known.draft, name) for name in names):
        says = "is that of another listing here, from another table: leave this cell empty"
        return Trouble(row.number, "id", says, key="console.import.problem.other_listing")
    return None


def _one_line(draft: Draft, name: str) -> str:
    return rows_.in_one_way(name, getattr(draft, name))


def _follows(row: Row, other: Known) -> Iterator[Difference]:
    """Every cell of another place of the service that a new place of it would change."""
    will = rows_.said(replace(other.draft, **editing.shared(row.draft)))
    for name, before in rows_.said(other.draft).items():
        if rows_.in_one_way(name, before) != rows_.in_one_way(name, will[name]):
            yield Difference(row.number, name, before, will[name])


def _changed(row: Row, known: Draft) -> Iterator[Difference]:
    """Every cell that a row would change, however its letters are put together. What is sealed is not told."""
    after = settled(row, known)
    was, will = rows_.said(known), rows_.said(after)
    is_veiled, places = known.is_sealed or after.is_sealed, {known.place, after.place}
    for name in COLUMNS:
        before, then = was.get(name, ""), will.get(name, "")
        if rows_.in_one_way(name, before) != rows_.in_one_way(name, then):
            hides = is_veiled and tells(name, (before, then), places)
            yield Difference(row.number, name, *(("…", "…") if hides else (before, then)))


def take_over(
    connection: Connection, rows: Sequence[Row], *, now: datetime, is_dry: bool = False, is_demo: bool = False,
    staff_id: int | None = None, revisions: Mapping[str, int] | None = None, consent_kinds: Collection[str] = (),
) -> Outcome:  # fmt: skip
    """Write what is new or changed. New listings are drafts, unchecked and hidden, whatever the table says of them.

    With `revisions`, those that were looked at: raises EditedMeanwhile for a listing that is another by now.
    """
    new = changed = same = 0
    moved: list[str] = []
    for row in rows:
        known = editing.look_up(connection, row.id)
        if revisions is not None and not _is_as_seen(known, revisions.get(row.id), moved.count(row.id)):
            raise editing.EditedMeanwhile
        if known is None:
            new += 1
            if not is_dry:
                _propose(connection, row, staff_id=staff_id, now=now, is_demo=is_demo, consent_kinds=consent_kinds)
            continue
        draft = settled(row, known.draft)
        if _is_same(known.draft, draft):
            same += 1
        else:
            changed += 1
            if not is_dry:
                moved += editing.save(
                    connection, row.id, draft, expected=known.revision, staff_id=staff_id, now=now,
                    consent_kinds=consent_kinds,
                )  # fmt: skip
    return Outcome(new, changed, same, tuple(moved))


def _propose(
    connection: Connection, row: Row, *, staff_id: int | None, now: datetime, is_demo: bool,
    consent_kinds: Collection[str],
) -> None:  # fmt: skip
    try:
        editing.propose(
            connection, row.draft, staff_id=staff_id, now=now, is_demo=is_demo, place_id=row.id,
            service_id=row.service_id or None, consent_kinds=consent_kinds,
        )  # fmt: skip
    except IntegrityError:  # another import of the same file wrote it at the same moment
        raise editing.EditedMeanwhile from None


def _is_as_seen(known: Known | None, revision: int | None, moved: int) -> bool:
    """Whether a listing is still the one that was looked at; `moved`: how often this file has changed it since."""
    return revision is None if known is None else revision is not None and known.revision == revision + moved


def put_on_the_shelf(connection: Connection, rows: Sequence[Row], *, staff_id: int, now: datetime) -> None:
    """For rehearsals: bring the rows in and show them at once, as if this colleague had checked every part today."""
    for row in rows:
        if editing.look_up(connection, row.id) is None:
            is_demo = "(mẫu)" in row.draft.service
            editing.propose(
                connection, row.draft, staff_id=staff_id, now=now, is_demo=is_demo, place_id=row.id,
                service_id=row.service_id or None,
            )  # fmt: skip
            verification.verify(connection, row.id, verification.GROUPS, method="rehearsal", staff_id=staff_id, now=now)
            editing.publish(connection, row.id, staff_id=staff_id, now=now)

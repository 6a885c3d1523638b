"""A table that somebody sends: what it would do, looked at before anything is written, and carried from page to page.

Nothing is kept between the look and the yes: the page carries the file itself, and the yes is looked at anew.
"""

import base64
import hashlib
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.console.permissions import About, Deed, may
from bot.staff import StaffMember
from directory import places
from directory.exchange import one_service, spreadsheet
from directory.exchange.rows import Row, Trouble, header_of
from directory.exchange.sheets import NotATable, as_csv
from directory.exchange.spreadsheet import Difference, Outcome
from directory.known import all_known
from directory.wording import t

MOST_BYTES = 1_000_000  # of a file; larger ones are brought in by the command
MOST_CARRIED = 1_600_000  # of the form that carries it on
MOST_ROWS = 2_000
MOST_UNPACKED = 20_000_000


@dataclass(frozen=True, slots=True)
class Look:
    """What a file would do, now and for this colleague."""

    outcome: Outcome
    rows: tuple[Row, ...]
    differences: tuple[Difference, ...]
    wrong: tuple[Trouble, ...]
    revisions: Mapping[str, int]  # of the listings that it would change
    left_out: tuple[str, ...] = ()  # columns and sheets that hold something and are not read

    @property
    def wrong_rows(self) -> int:
        return len({one.row for one in self.wrong})

    @property
    def mark(self) -> str:
        """Another one as soon as the file would do anything else."""
        told = repr((self.rows, self.differences, self.wrong, sorted(self.revisions.items())))
        return hashlib.sha256(told.encode()).hexdigest()


def understood(raw: bytes, *, is_demo: bool) -> tuple[tuple[Row, ...], tuple[Trouble, ...], tuple[str, ...]]:
    """The rows of a file that is not too large, every mistake in them, and what is not read. Raises NotATable."""
    if len(raw) > MOST_BYTES:
        raise NotATable("The file is too large.", "large", str(MOST_BYTES // 1_000_000))
    left_out: list[str] = []
    most = {"most_rows": MOST_ROWS, "most_unpacked": MOST_UNPACKED}
    rows, wrong = spreadsheet.parse_bytes(raw, is_demo=is_demo, left_out=left_out, **most)
    return rows, wrong, tuple(left_out)


def look(
    connection: Connection, member: StaffMember, rows: Sequence[Row], wrong: Sequence[Trouble],
    *, consent_kinds: Collection[str], left_out: tuple[str, ...] = (),
) -> Look:  # fmt: skip
    """Look at everything and change nothing. A row about another region is a mistake, unless it changes nothing."""
    plan = spreadsheet.plan(connection, rows, consent_kinds=consent_kinds)
    known = all_known(connection)
    where = {one.id: known[one.id].province for one in plan.rows if one.id in known}
    reached = one_service.reached(known, plan.rows)
    far = [
        one
        for one in plan.rows
        if not _is_near(member, one, where.get(one.id))
        or not all(
            may(member, Deed.IMPORT_LISTINGS, About(other.province))
            for other in (*reached.get(one.number, ()), *one_service.beside(known, one))
            if other.state != "withdrawn"
        )
    ]
    numbers = {one.number for one in far}
    mine = tuple(one for one in plan.rows if one.number not in numbers)
    key = "console.import.problem.far"
    found = (*wrong, *plan.wrong, *(Trouble(one.number, "place", "is not in your provinces", key=key) for one in far))
    new = sum(one.id not in known for one in mine)
    return Look(
        Outcome(new, len(mine) - new, plan.outcome.same),
        mine,
        tuple(one for one in plan.differences if one.row not in numbers),
        tuple(sorted(found, key=lambda one: one.row)),
        {one.id: known[one.id].revision for one in mine if one.id in known},
        left_out,
    )


def _is_near(member: StaffMember, row: Row, now_in: str | None) -> bool:
    """Neither from a province that is another's, nor into one."""
    goes_to = places.province_of(row.draft.place) if row.draft.place else None
    return all(may(member, Deed.IMPORT_LISTINGS, About(province)) for province in (now_in, goes_to))


def said(trouble: Trouble, language: str) -> str:
    return t(trouble.key, language, what=trouble.what[:60]) if trouble.key else trouble.says


def report(found: Look, language: str) -> str:
    """Every mistake and every change in one table."""
    heads = [t(f"console.import.report.{one}", language) for one in ("what", "row", "column", "before", "after")]
    mistake, change = (t(f"console.import.report.{one}", language) for one in ("mistake", "change"))
    rows = [[mistake, str(one.row), column(one.column, language), "", said(one, language)] for one in found.wrong]
    rows += [[mistake, "", name, "", t("console.import.left_out", language, what=name)] for name in found.left_out]
    rows += [[change, str(one.row), column(one.column, language), one.before, one.after] for one in found.differences]
    return as_csv(heads, rows)


def column(name: str, language: str) -> str:
    """What stands over a column; a field that is several columns keeps its own name."""
    return header_of(name, language) if name in spreadsheet.COLUMNS else name


def carried(raw: bytes) -> str:
    """A file as a field of a form."""
    return base64.urlsafe_b64encode(zlib.compress(raw)).decode()


def brought_back(field: str) -> bytes:
    """The file again. Raises NotATable."""
    try:
        unpacking = zlib.decompressobj()
        return unpacking.decompress(base64.urlsafe_b64decode(field.encode()), MOST_BYTES + 1)
    except (ValueError, zlib.error):
        raise NotATable("The form was spoilt on its way.") from None

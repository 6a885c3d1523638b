"""What stands beside the form of a listing: its history, who checked it, its other places, what looks like it."""

from sqlalchemy import Connection

from bot import staff
from bot.console import veil
from bot.console.layout import Console
from bot.staff import StaffMember
from directory import catalogue, duplicates, editing, merging, places, unsealing, verification
from directory.drafts import TEXTS
from directory.editing import Known
from directory.exchange import differences
from directory.exchange.leaving import veiled
from directory.exchange.rows import header_of
from directory.wording import t

MOST = 30  # changes on one page
FIELDS = (
    "phones", "hours", "place", "street", "directions", "point", "service", "organisation", "kind", "needs",
    "reception", "price", "papers", "audience", "attributes", "languages", "is_sealed", "is_staff_only",
)  # fmt: skip


def field_name(field: str, language: str) -> str:
    """What stands over a field; a text has one name in all its languages."""
    return t(f"history.{field}", language) if field in TEXTS else header_of(field, language)


def changes(
    connection: Connection, known: Known, member: StaffMember, *, before: str = "", only: str = ""
) -> list[tuple[editing.Change, str, tuple[differences.Cell, ...]]]:
    """Each change, who made it, and what it changed; also of the listings that were merged into this one.

    `before`: the number of the change where the page before ended; `only`: a field.
    """
    names = {one.id: one.alias for one in staff.everyone(connection)}
    older = int(before) if before.isdecimal() and len(before) <= 9 else None
    field = only if only in FIELDS else ""
    with_ = merging.merged_into(connection, known.id)
    found = editing.history(connection, known.id, with_=with_, before=older, only=field, limit=MOST)
    is_sealed, hidden = known.draft.is_sealed, veil.hidden_from(member, known)
    return [
        (
            one, names.get(one.staff_id or 0, "–"),
            differences.cells(one.before, one.after, is_sealed=is_sealed, hidden=hidden),
        )
        for one in found
    ]  # fmt: skip


def asked(connection: Connection, known: Known, console: Console) -> tuple[unsealing.Asked, str] | None:
    """That this sealed place be opened, and who asks it."""
    found = unsealing.asked(connection, known.id, now=console.clock.now()) if known.draft.is_sealed else None
    names = {one.id: one.alias for one in staff.everyone(connection)}
    return (found, names.get(found.staff_id or 0, "–")) if found else None


def elsewhere(connection: Connection, known: Known, language: str) -> tuple[tuple[str, str], ...]:
    """The other places of the same service, by id and name; of a sealed one the province."""
    ids = editing.places_of(connection, known.service_id, but=known.id)
    others = [one for id in ids if (one := editing.look_up(connection, id)) is not None and one.merged_into is None]
    drafts_ = [(one.id, veiled(one.draft).place) for one in others]
    return tuple((id, places.name_of(place, language)) for id, place in drafts_ if place is not None)


def checks(connection: Connection, known: Known) -> list[tuple[verification.Check, str]]:
    """Who checked which part, when and how."""
    names = {one.id: one.alias for one in staff.everyone(connection)}
    return [(one, names.get(one.staff_id or 0, "–")) for one in verification.checks(connection, known.id)]


def alike(connection: Connection, known: Known) -> tuple[tuple[str, str], ...]:
    """Listings that may be this one, by id and name: seen when a new one is written down."""
    entries = {one.id: one for one in catalogue.entries_of(connection)}
    mine = entries.get(known.id)
    apart = merging.pairs_apart(connection, (known.id,))
    pairs = duplicates.like(mine, entries.values()) if mine else ()
    asked = [two for two in pairs if (two.first, two.second) not in apart]
    others = [two.second if two.first == known.id else two.first for two in asked]
    return tuple((id, entries[id].service) for id in others[:5])

"""Everything published, as an unchanging copy in memory; a new copy replaces it when something has changed."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Select, bindparam, func, select

from directory import adding, overlay
from directory import gone as gone_
from directory.added import NOTHING, Added
from directory.articles import Library
from directory.freshness import CHANGED
from directory.gone import Gone
from directory.listing_index import EMPTY, ListingIndex, build
from directory.listings import FRIENDLY, Friendly, Hours, Listing, Notice, written_attributes
from directory.places import PlaceKey, Tier
from directory.sealing import cut, silent, telling
from directory.tables import (
    directory_audit,
    notice,
    organisation,
    phone,
    place_of_service,
    service,
    service_need,
    verification,
)

LATE = 1_000  # of two changes at once the one begun first may be seen last: so many numbers back are looked through
MOST_AT_ONCE = 500  # of more changes everything is read: a statement holds only so many names
SHOWN = ("published", "stale")
STAFF = "staff"
_BESIDE = ("notice", "notice_ended", "notice_over", "report_wrong", "review_over")


class Shelf:
    """All listings that may be shown. Never changes once made."""

    def __init__(
        self,
        index: ListingIndex = EMPTY,
        seq: int = 0,
        *,
        library: Library | None = None,
        revision: int = 0,
        aliases: Mapping[str, str] | None = None,
        added: Added = NOTHING,
        gone: Mapping[str, Gone] | None = None,
        known: frozenset[int] = frozenset(),
    ) -> None:
        self.index = index
        self._listings = index.by_id
        self.seq = seq
        self.library = library
        self.revision = revision
        self._aliases = aliases or {}
        self.added = added
        self.gone = gone or {}
        self.known = known  # the numbers of the last changes that it holds

    def get(self, id: str) -> Listing | None:
        """The listing; an old id leads to the one that took over."""
        return self._listings.get(self._aliases.get(id, id))

    def __iter__(self) -> Iterator[Listing]:
        return iter(self._listings.values())

    def __len__(self) -> int:
        return len(self._listings)


class ShelfKeeper:
    """Holds the current shelf and swaps it for a newer one."""

    def __init__(self) -> None:
        self.shelf = Shelf()

    def load(self, connection: Connection) -> None:
        """Read everything published."""
        seq, revision = _seq(connection), overlay.newest(connection)
        known = frozenset(_changes(connection, seq - LATE))
        index = build(read_listings(connection))
        library, own = overlay.library(connection), adding.added(connection)
        self.shelf = Shelf(
            index, seq, library=library, revision=revision, aliases=aliases(connection), added=own,
            gone=gone_.gone(connection), known=known,
        )  # fmt: skip

    def refresh(self, connection: Connection) -> bool:
        """Take over what changed since; True if anything did."""
        newer = self.look(connection)
        return newer is not None and self.put(newer)

    def look(self, connection: Connection) -> Shelf | None:
        """The shelf as it should be now, not shown yet; None if nothing changed."""
        old, revision = self.shelf, overlay.newest(connection)
        if _is_all(connection, old) and revision == old.revision:
            return None
        library, added = old.library, old.added
        if revision != old.revision:
            library, added = overlay.library(connection), adding.added(connection)
        there = _changes(connection, old.seq - LATE)
        seq = max(there, default=old.seq)
        changed = dict.fromkeys(id for number, id in there.items() if number not in old.known)
        ids = _with_their_owners(connection, list(changed))
        if len(ids) > MOST_AT_ONCE:
            index, gone = build(read_listings(connection)), gone_.gone(connection)
        else:
            index = old.index.changed(ids, read_listings(connection, ids))
            gone = {**{id: old.gone[id] for id in old.gone.keys() - set(ids)}, **gone_.gone(connection, ids)}
        return Shelf(
            index, seq, library=library, revision=revision, aliases=aliases(connection), added=added, gone=gone,
            known=frozenset(number for number in there if number > seq - LATE),
        )  # fmt: skip

    def put(self, newer: Shelf) -> bool:
        """Show it from now on, unless one at least as new is shown already."""
        now = self.shelf
        if (newer.seq, newer.revision, newer.known) == (now.seq, now.revision, now.known):
            return False
        if newer.seq < now.seq or newer.revision < now.revision or (newer.seq == now.seq and newer.known < now.known):
            return False
        self.shelf = newer
        return True


def _with_their_owners(connection: Connection, ids: list[str]) -> list[str]:
    """What else is of an organisation that is called otherwise since: it is told with another id."""
    if not ids or len(ids) > MOST_AT_ONCE:
        return ids
    mine = select(service.c.organisation_id).join(place_of_service, place_of_service.c.service_id == service.c.id)
    owners = mine.where(place_of_service.c.id.in_(ids))
    renamed = select(organisation.c.id).where(organisation.c.id.in_(owners), organisation.c.known_by.is_not(None))
    theirs = select(place_of_service.c.id).join(service, service.c.id == place_of_service.c.service_id)
    more = connection.execute(theirs.where(service.c.organisation_id.in_(renamed))).scalars()
    return list(dict.fromkeys((*ids, *more)))


def is_withdrawn(connection: Connection, id: str) -> bool:
    """Looked up live: what was taken down a second ago is not shown."""
    return bool(withdrawn(connection, (id,)))


def withdrawn(connection: Connection, ids: Collection[str]) -> frozenset[str]:
    """Those of a few listings that may not be shown any more, looked up live."""
    there = connection.execute(_STILL_SHOWN, {"ids": list(ids)}).scalars() if ids else ()
    return frozenset(ids) - frozenset(there)


_STILL_SHOWN = select(place_of_service.c.id).where(
    place_of_service.c.id.in_(bindparam("ids", expanding=True)), place_of_service.c.state.in_(SHOWN),
    place_of_service.c.hidden_at.is_(None), place_of_service.c.visibility != STAFF,
)  # fmt: skip


def read_listings(
    connection: Connection, ids: list[str] | None = None, *, states: tuple[str, ...] = SHOWN, for_staff: bool = False
) -> list[Listing]:
    """Listings in these states, all or only `ids`; none that is hidden for its age.

    Those for colleagues only are never among the others: `for_staff` reads them alone.
    """
    wanted = (
        select(
            place_of_service,
            service.c.name.label("service"),
            service.c.kind,
            organisation.c.name.label("owner"),
            organisation.c.known_by,
        )
        .join(service, service.c.id == place_of_service.c.service_id)
        .join(organisation, organisation.c.id == service.c.organisation_id)
        .where(place_of_service.c.state.in_(states), place_of_service.c.hidden_at.is_(None))
        .where((place_of_service.c.visibility == STAFF) if for_staff else (place_of_service.c.visibility != STAFF))
        .order_by(place_of_service.c.id)
    )
    if ids is not None:
        wanted = wanted.where(place_of_service.c.id.in_(ids))
    rows = list(connection.execute(wanted))
    needs = _needs(connection, None if ids is None else sorted({row.service_id for row in rows}))
    phones, checked, notices = _phones(connection, ids), _verified(connection, ids), _notices(connection, ids)
    told = _told_beside(connection, ids)
    return [_listing(row, needs, phones, checked, notices, told) for row in rows]


def _listing(
    row: Any,
    needs: Mapping[str, Any],
    phones: Mapping[str, Any],
    checked: Mapping[str, Any],
    notices: Mapping[str, list[Notice]],
    told_beside: Mapping[str, datetime],
) -> Listing:
    texts = {name: getattr(row, name) for name in ("reception", "price", "papers")}
    told, place = notices.get(row.id, ()), PlaceKey(Tier(row.place_tier), row.place_code)
    if row.is_sealed:  # what was written before such words were refused is not shown either
        texts = {name: silent(said, place) for name, said in texts.items()}
        told = [one for one in told if one.code or not telling(one.text, place)]
    owner = cut(row.owner, place) if row.is_sealed else row.owner
    return Listing(
        id=row.id,
        service_id=row.service_id,
        organisation=owner,
        service=cut(row.service, place) if row.is_sealed else row.service,
        kind=row.kind,
        needs=tuple(needs.get(row.service_id, ())),
        place=place,
        province=row.province,
        hours=Hours.parse(row.hours),
        phones=tuple(phones.get(row.id, ())),
        **texts,
        audience=tuple(row.audience),
        languages=tuple(row.languages),
        attributes=(*written_attributes(row.attributes), *((FRIENDLY,) if row.friendly_why else ())),
        verified_on=dict(checked.get(row.id, {})),
        state=row.state,
        is_sealed=row.is_sealed,
        is_demo=row.is_demo,
        is_under_review=row.under_review_at is not None,
        revision=row.revision,
        street=None if row.is_sealed else row.street,
        directions="" if row.is_sealed else row.directions,
        point=None if row.is_sealed or not (row.lat and row.lon) else (float(row.lat), float(row.lon)),
        notices=tuple(told),
        modified_at=max(row.modified_at, told_beside.get(row.id, row.modified_at)),
        friendly=Friendly(row.friendly_why, row.friendly_on) if row.friendly_why else None,
        known_by="" if owner != row.owner else row.known_by or row.owner,
    )


def _of(column: Column[Any], ids: Sequence[str] | None) -> Select[Any]:
    """A table's rows, all or those of a few listings: one change does not read everything."""
    wanted = select(column.table)
    return wanted if ids is None else wanted.where(column.in_(ids))


def _needs(connection: Connection, ids: Sequence[str] | None) -> Mapping[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in connection.execute(_of(service_need.c.service_id, ids).order_by(service_need.c.position)):
        found[row.service_id].append(row.need)
    return found


def _phones(connection: Connection, ids: Sequence[str] | None) -> Mapping[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in connection.execute(_of(phone.c.place_id, ids).order_by(phone.c.position)):
        found[row.place_id].append(row.number)
    return found


def _verified(connection: Connection, ids: Sequence[str] | None) -> Mapping[str, dict[str, Any]]:
    """What was checked as it stands. Under a number that nobody has rung the other days would mislead."""
    found: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for row in connection.execute(_of(verification.c.place_id, ids)):
        found[row.place_id][row.field_group] = None if row.method == CHANGED else row.verified_on
    unrung = [id for id, days in found.items() if days.get("contact", ...) is None]
    whole = {id: {group: on for group, on in days.items() if on} for id, days in found.items()}
    return whole | {id: {} for id in unrung}


def _notices(connection: Connection, ids: Sequence[str] | None) -> Mapping[str, list[Notice]]:
    found: defaultdict[str, list[Notice]] = defaultdict(list)
    for row in connection.execute(_of(notice.c.place_id, ids).order_by(notice.c.starts_on, notice.c.id)):
        found[row.place_id].append(Notice(row.text, row.starts_on, row.ends_on, row.code or "", row.language))
    return found


def _told_beside(connection: Connection, ids: Sequence[str] | None) -> Mapping[str, datetime]:
    """When what is told beside a listing last changed: its notices, a review."""
    log = directory_audit.c
    wanted = select(log.place_id, func.max(log.at).label("at")).where(log.deed.in_(_BESIDE)).group_by(log.place_id)
    if ids is not None:
        wanted = wanted.where(log.place_id.in_(ids))
    return {row.place_id: row.at for row in connection.execute(wanted)}


def aliases(connection: Connection) -> Mapping[str, str]:
    """Where old ids lead at last, also over several merges."""
    into = place_of_service.c.merged_into
    merged = connection.execute(select(place_of_service.c.id, into).where(into.is_not(None)))
    step = {row.id: row.merged_into for row in merged}
    found = {}
    for id in step:
        end = id
        for _ in range(len(step)):
            end = step.get(end, end)
        found[id] = end
    return found


def _is_all(connection: Connection, shelf: Shelf) -> bool:
    """Whether there is no change but those that the shelf holds."""
    newest, many = connection.execute(_COUNTED, {"after": shelf.seq - LATE}).one()
    return (newest or 0, many) == (shelf.seq, len(shelf.known))


_COUNTED = select(func.max(directory_audit.c.seq), func.count()).where(directory_audit.c.seq > bindparam("after"))


def _changes(connection: Connection, after: int) -> Mapping[int, str]:
    """The numbers of the changes behind one, and the listings that were changed."""
    log = directory_audit.c
    rows = connection.execute(select(log.seq, log.place_id).where(log.seq > after).order_by(log.seq))
    return {row.seq: row.place_id for row in rows}


def _seq(connection: Connection) -> int:
    return int(connection.execute(select(func.max(directory_audit.c.seq))).scalar_one() or 0)

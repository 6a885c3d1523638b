"""What persons say about places: counted without who, decided by those who keep the directory."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy import case as when

from bot.db import Tx
from bot.keystore import KeyDestroyed
from bot.masking import Masked
from bot.policy import Policy
from bot.seals import KeyId, SealBroken, Seals
from bot.tables import lane, remark, remark_key, remark_token
from directory import friendly, merging, verification
from directory.editing import NotNow
from directory.tables import place_of_service
from directory.wording import HCMC

COMPLAINTS = ("phone", "hours", "closed", "address", "rude", "papers", "other")
# What a check of this part settles; "" of any part. How somebody was received no check can settle.
SETTLED_BY = {"phone": "contact", "hours": "hours", "closed": "hours", "address": "address", "other": ""}
HARMS_FRIENDLY = frozenset({"rude", "papers"})
VERDICTS = ("confirmed", "dismissed")
WINDOW_DAYS = 30  # so long two remarks can be told apart, and no longer
KEPT = timedelta(days=365)
WORDS_KEPT = timedelta(days=90)
LONGEST = 600


@dataclass(frozen=True, slots=True)
class Group:
    """What was said of one part of one place, and how often by persons told apart."""

    place_id: str
    what: str
    n: int
    apart: int
    last: date


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A place that somebody named; only its words, never whose."""

    id: int
    province: str | None
    day: date
    words: str = field(repr=False)


def note(tx: Tx, lane_id: int, place_id: str, what: str, *, now: datetime, policy: Policy) -> None:
    """One remark, without who. As many of a kind as the policy says, told apart, put the place under review."""
    if what not in (*COMPLAINTS, "good"):
        raise ValueError(what)
    place_id = merging.resolve(tx.connection, place_id)  # a list sent before two became one still names the old id
    place = tx.execute(
        select(place_of_service.c.province, place_of_service.c.under_review_at).where(place_of_service.c.id == place_id)
    ).one_or_none()
    if place is None:
        return
    today = now.astimezone(HCMC).date()
    row = {"place_id": place_id, "province": place.province, "what": what, "day": today, "state": "open"}
    is_new = is_apart(tx, lane_id, f"{place_id}:{what}", now=now)
    tx.execute(insert(remark).values(**row, is_apart=is_new, forget_at=now + KEPT))
    if what == "good" or place.under_review_at is not None:
        return
    mine = (remark.c.place_id == place_id, remark.c.what == what, remark.c.state == "open", remark.c.is_apart)
    days = tx.execute(select(remark.c.day).where(*mine)).scalars()
    if sum(_window(day) == _window(today) for day in days) >= policy.complaints_for_review:
        verification.report_wrong(tx.connection, place_id, now=now)


def suggest(tx: Tx, lane_id: int, words: Masked, *, province: str | None, now: datetime) -> None:
    """A new place, in the words of whoever names it, masked and sealed. One a day from the same account."""
    today = now.astimezone(HCMC).date()
    said = words.strip()[:LONGEST]
    if not said or not is_apart(tx, lane_id, f"new:{today}", now=now):
        return
    sealed = tx.seals.close(said, about="remark:new")
    row = {"province": province, "what": "new", "sealed": sealed, "is_apart": True, "day": today, "state": "open"}
    tx.execute(insert(remark).values(**row, forget_at=now + WORDS_KEPT))


def decide(tx: Tx, place_id: str, what: str, verdict: str, *, staff_id: int, now: datetime) -> bool:
    """Somebody has looked. False: a colleague was first. A true complaint about how one is received ends "friendly"."""
    if verdict not in VERDICTS:
        raise ValueError(verdict)
    mine = (remark.c.place_id == place_id, remark.c.what == what, remark.c.state == "open")
    values = {"state": verdict, "staff_id": staff_id, "decided_at": now}
    if tx.execute(update(remark).where(*mine).values(values)).rowcount == 0:
        return False
    if verdict == "confirmed" and what in HARMS_FRIENDLY:
        friendly.take_away(tx.connection, place_id, "complaint", staff_id=staff_id, now=now)
    if verdict == "dismissed":
        _end_review(tx.connection, place_id, staff_id, now)
    return True


def checked(
    connection: Connection,
    place_id: str,
    groups: tuple[str, ...],
    *,
    method: str,
    staff_id: int,
    now: datetime,
    policy: Policy,
) -> None:
    """Somebody has just checked the place. A review stays while something waits that no check answers.

    Raises NotNow: it was merged into another, which is the one to check.
    """
    if merging.resolve(connection, place_id) != place_id:
        raise NotNow("listing.problem.merged")
    settle_facts(connection, place_id, groups, staff_id=staff_id, now=now)
    waits, fresh_days = _waits(connection, place_id), policy.fresh_days_of
    verification.verify(
        connection, place_id, groups, method=method, staff_id=staff_id, now=now, fresh_days=fresh_days,
        keeps_review=waits,
    )  # fmt: skip


def settle_facts(
    connection: Connection, place_id: str, groups: tuple[str, ...], *, staff_id: int, now: datetime
) -> None:
    """Somebody has just checked these parts of the place: what was said of them is answered."""
    answered = [what for what, group in SETTLED_BY.items() if not group or group in groups]
    mine = (remark.c.place_id == place_id, remark.c.what.in_(answered), remark.c.state == "open")
    values = {"state": "dismissed", "staff_id": staff_id, "decided_at": now}
    connection.execute(update(remark).where(*mine).values(values))


def drop(tx: Tx, number: int, *, staff_id: int, now: datetime) -> bool:
    """A suggestion has been dealt with; its words go at once."""
    mine = (remark.c.id == number, remark.c.what == "new", remark.c.state == "open")
    values = {"state": "confirmed", "staff_id": staff_id, "decided_at": now, "sealed": None}
    return tx.execute(update(remark).where(*mine).values(values)).rowcount == 1


def waiting(connection: Connection) -> tuple[Group, ...]:
    """Complaints nobody has decided about, those with the most independent voices first."""
    apart = func.sum(when((remark.c.is_apart, 1), else_=0))
    wanted = (
        select(remark.c.place_id, remark.c.what, func.count(), apart, func.max(remark.c.day))
        .where(remark.c.state == "open", remark.c.what.in_(COMPLAINTS), remark.c.place_id.is_not(None))
        .group_by(remark.c.place_id, remark.c.what)
    )
    rows = connection.execute(wanted).all()
    found = [Group(str(row[0]), str(row[1]), int(row[2]), int(row[3] or 0), row[4]) for row in rows]
    return tuple(sorted(found, key=lambda one: (-one.apart, one.last, one.place_id, one.what)))


def suggestions(connection: Connection, seals: Seals) -> tuple[Suggestion, ...]:
    """New places that were named, oldest first."""
    mine = (remark.c.what == "new", remark.c.state == "open", remark.c.sealed.is_not(None))
    found = []
    for row in connection.execute(select(remark).where(*mine).order_by(remark.c.id)):
        try:
            found.append(Suggestion(row.id, row.province, row.day, seals.open(row.sealed, about="remark:new")))
        except SealBroken:
            continue
    return tuple(found)


def good(connection: Connection, place_id: str, *, now: datetime) -> int:
    """Good reports of the last twelve months that are surely of different persons.

    Only those of the same thirty days can be told apart: the best such days count, none from before it was taken away.
    """
    today = now.astimezone(HCMC).date()
    since = max(today - KEPT, friendly.taken_on(connection, place_id) or date.min)
    mine = (remark.c.place_id == place_id, remark.c.what == "good", remark.c.is_apart, remark.c.day > since)
    counted = Counter(_window(day) for day in connection.execute(select(remark.c.day).where(*mine)).scalars())
    return max(counted.values(), default=0)


def good_by_place(connection: Connection, *, now: datetime) -> Mapping[str, int]:
    """The same for every place that has any."""
    ids = connection.execute(select(remark.c.place_id).where(remark.c.what == "good").distinct()).scalars()
    return {str(id): n for id in ids if id is not None and (n := good(connection, id, now=now))}


# --- below ------------------------------------------------------------------------------------------------------------


def _end_review(connection: Connection, place_id: str, staff_id: int, now: datetime) -> None:
    if not _waits(connection, place_id):
        verification.end_review(connection, place_id, staff_id=staff_id, now=now)


def _waits(connection: Connection, place_id: str) -> bool:
    """Whether something was said of it that nobody has decided about."""
    left = select(remark.c.id).where(
        remark.c.place_id == place_id, remark.c.state == "open", remark.c.what.in_(COMPLAINTS)
    )
    return connection.execute(left.limit(1)).first() is not None


def _window(day: date) -> int:
    return day.toordinal() // WINDOW_DAYS


def is_apart(tx: Tx, lane_id: int, about: str, *, now: datetime) -> bool:
    """Whether this account has not said the same in these thirty days. The key goes with them, and all tokens."""
    today = now.astimezone(HCMC).date()
    handle = tx.execute(select(lane.c.handle).where(lane.c.id == lane_id)).scalar_one()
    begins = date.fromordinal(_window(today) * WINDOW_DAYS)
    until = datetime(begins.year, begins.month, begins.day, tzinfo=HCMC) + timedelta(days=WINDOW_DAYS)
    token = _token(tx, _window(today), until, f"{handle}:{about}")
    if tx.execute(select(remark_token.c.token).where(remark_token.c.token == token)).first() is not None:
        return False
    tx.execute(insert(remark_token).values(token=token, forget_at=until))
    return True


def _token(tx: Tx, window: int, until: datetime, told: str) -> str:
    """Made with the window's own key; one that was lost in a restored backup is made anew."""
    mine = remark_key.c.window == window
    key_id = tx.execute(select(remark_key.c.key_id).where(mine)).scalar_one_or_none()
    if key_id is not None:
        try:
            return tx.seals.token_with(KeyId(key_id), told)
        except KeyDestroyed:
            tx.execute(remark_key.delete().where(mine))
    fresh = tx.seals.new_key()
    tx.execute(insert(remark_key).values(window=window, key_id=fresh, forget_at=until))
    return tx.seals.token_with(fresh, told)

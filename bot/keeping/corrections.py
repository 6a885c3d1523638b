"""A new phone, hours or address of a place that somebody in the chat tells: sealed, without who, until decided."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from bot.db import Tx
from bot.keeping import remarks
from bot.seals import SealBroken, Seals
from bot.tables import remark
from directory import editing, merging
from directory.drafts import Draft
from directory.tables import place_of_service
from directory.wording import HCMC

FIELDS = {"phone": "phones", "hours": "hours", "address": "street"}  # what was said to be wrong → which field of ours
LONGEST = 200
MOST_A_DAY = 5  # of one account: more is no help but noise
_WHAT = {f"new_{part}": part for part in FIELDS}


@dataclass(frozen=True, slots=True)
class Correction:
    """What somebody told. The words may be anybody's phone: only who decides about the place reads them."""

    id: int
    place_id: str
    province: str
    part: str
    day: date
    words: str = field(repr=False)


def tell(tx: Tx, lane_id: int, place_id: str, part: str, words: str, *, now: datetime) -> bool:
    """Keep it sealed for those who keep the place; one a day of a part from the same account, and not many in all.

    Never where a sealed place is: whoever tells it to us would have it written down.
    """
    if part not in FIELDS:
        raise ValueError(part)
    mine = select(place_of_service.c.province, place_of_service.c.is_sealed).where(place_of_service.c.id == place_id)
    place = tx.execute(mine).one_or_none()
    said, today = " ".join(words.split())[:LONGEST], now.astimezone(HCMC).date()
    if place is None or not said or (place.is_sealed and part == "address"):
        return False
    if not remarks.is_apart(tx, lane_id, f"{place_id}:new_{part}:{today}", now=now) or not _may_tell(tx, lane_id, now):
        return False
    row = {"place_id": place_id, "province": place.province, "what": f"new_{part}", "day": today, "state": "open"}
    sealed = tx.seals.close(said, about=_about(part))
    tx.execute(insert(remark).values(**row, sealed=sealed, is_apart=True, forget_at=now + remarks.WORDS_KEPT))
    return True


def waiting(connection: Connection, seals: Seals, *, number: int | None = None) -> tuple[Correction, ...]:
    """Those that nobody has decided about, oldest first; or the one of this number.

    What was told of a listing that was merged since is about the one that stayed.
    """
    mine = [remark.c.what.in_(_WHAT), remark.c.state == "open", remark.c.sealed.is_not(None)]
    if number is not None:
        mine.append(remark.c.id == number)
    found = []
    for row in connection.execute(select(remark).where(*mine).order_by(remark.c.id)):
        try:
            words = seals.open(row.sealed, about=_about(_WHAT[row.what]))
        except SealBroken:
            continue
        place_id = merging.resolve(connection, row.place_id)
        found.append(Correction(row.id, place_id, row.province or "", _WHAT[row.what], row.day, words))
    return tuple(found)


def stands(part: str, draft: Draft) -> tuple[str, ...]:
    """What stands in the field now."""
    value = getattr(draft, FIELDS[part]) or ()
    return (value,) if isinstance(value, str) else tuple(value)


def refuse(tx: Tx, number: int, *, staff_id: int, now: datetime) -> bool:
    """It is not so. Its words go at once. False: a colleague was first."""
    return _decide(tx, number, "dismissed", staff_id, now)


def take_over(
    tx: Tx, told: Correction, value: Sequence[str], *, expected: int, staff_id: int, now: datetime
) -> bool:
    """Write it into its field as any change is written, with every check of the form; then its words go.

    False: a colleague was first. Raises DraftProblem, EditedMeanwhile, NotNow, and then nothing was decided.
    """
    if not _decide(tx, told.id, "confirmed", staff_id, now):
        return False
    if merging.resolve(tx.connection, told.place_id) != told.place_id:
        raise editing.EditedMeanwhile
    known = editing.look_up(tx.connection, told.place_id)
    if known is None:
        raise editing.NotNow("listing.problem.unknown")
    draft = _with_field(known.draft, FIELDS[told.part], tuple(value))
    editing.save(tx.connection, told.place_id, draft, expected=expected, staff_id=staff_id, now=now)
    told_of = tx.execute(select(remark.c.place_id).where(remark.c.id == told.id)).scalar_one()
    for place_id in {told.place_id, told_of}:
        remarks.decide(tx, place_id, told.part, "confirmed", staff_id=staff_id, now=now)
    return True


def _decide(tx: Tx, number: int, verdict: str, staff_id: int, now: datetime) -> bool:
    mine = (remark.c.id == number, remark.c.what.in_(_WHAT), remark.c.state == "open")
    values = {"state": verdict, "staff_id": staff_id, "decided_at": now, "sealed": None}
    return tx.execute(update(remark).where(*mine).values(values)).rowcount == 1


def _may_tell(tx: Tx, lane_id: int, now: datetime) -> bool:
    today = now.astimezone(HCMC).date()
    return any(remarks.is_apart(tx, lane_id, f"new:{today}:{n}", now=now) for n in range(MOST_A_DAY))


def _about(part: str) -> str:
    return f"remark:new_{part}"


def _with_field(draft: Draft, name: str, lines: tuple[str, ...]) -> Draft:
    """The same with another phone, hours or street: lines where the field has lines, else one line."""
    now: dict[str, Any] = {"hours": lines or None, "phones": lines, "street": " ".join(lines)}
    return replace(draft, **{name: now[name]})

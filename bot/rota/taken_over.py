"""Writes a plan that was brought in: shifts give way where a new plan covers them; the rest replaces its namesake."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from bot import audit
from bot.db import Tx
from bot.rota.brought import Away, Entry, Fallback
from bot.rota.changes import KEPT, look_soon
from bot.rota.plan import Hours, Rotation, Shift
from bot.tables import centre_fallback, centre_hours, rota_change, rotation, rotation_member, shift


def take_over(tx: Tx, entries: Sequence[Entry], *, now: datetime) -> Mapping[int, int]:
    """All entries of one table, which are of one kind. Returns of whom how many shifts gave way."""
    shifts = [one for one in entries if isinstance(one, Shift)]
    gone = _shifts(tx, shifts) if shifts else {}
    hours = [one for one in entries if isinstance(one, Hours)]
    for centre_id in {one.centre_id for one in hours}:
        tx.execute(delete(centre_hours).where(centre_hours.c.centre_id == centre_id))
    for entry in entries:
        match entry:
            case Rotation():
                _rotation(tx, entry)
            case Away():
                _away(tx, entry, now)
            case Hours(centre_id, day, begins, ends):
                row = {"centre_id": centre_id, "day": day, "begins": begins, "ends": ends}
                tx.execute(insert(centre_hours).values(**row))
            case Fallback(centre_id, fallback_id):
                tx.execute(delete(centre_fallback).where(centre_fallback.c.centre_id == centre_id))
                tx.execute(insert(centre_fallback).values(centre_id=centre_id, fallback_id=fallback_id))
    audit.write(tx, None, "rota_imported", "rota", str(len(entries)), now=now)
    look_soon(tx, now)
    return gone


def _shifts(tx: Tx, planned: Sequence[Shift]) -> Mapping[int, int]:
    """From the first to the last hour of the plan only its shifts are left; those around it are cut.

    That goes for what the plan is about: other centres, provinces and kinds keep theirs.
    """
    begins, ends = min(one.starts_at for one in planned), max(one.ends_at for one in planned)
    posts = {_about(one) for one in planned}
    same_again = {(one.post.rung, one.staff_id, one.starts_at, one.ends_at, *_about(one)) for one in planned}
    gone: Counter[int] = Counter()
    touching = (shift.c.starts_at < ends, shift.c.ends_at > begins)
    for row in tx.execute(select(shift).where(*touching)).all():
        about = (row.centre_id, row.province, row.kind)
        if about not in posts:
            continue
        if (row.rung, row.staff_id, row.starts_at, row.ends_at, *about) not in same_again:
            gone[row.staff_id] += 1
        mine = shift.c.id == row.id
        if row.ends_at > ends:
            same = ("staff_id", "centre_id", "province", "kind", "rung")
            rest = {name: getattr(row, name) for name in same}
            tx.execute(insert(shift).values(**rest, starts_at=ends, ends_at=row.ends_at))
        if row.starts_at < begins:
            tx.execute(update(shift).where(mine).values(ends_at=begins))
        else:
            tx.execute(delete(shift).where(mine))
    for one in planned:
        post = {"centre_id": one.post.centre_id, "province": one.post.province, "kind": one.post.kind}
        made = insert(shift).values(**post, rung=one.post.rung, staff_id=one.staff_id)
        tx.execute(made.values(starts_at=one.starts_at, ends_at=one.ends_at))
    return gone


def _about(one: Shift) -> tuple[int, str | None, str]:
    return one.post.centre_id, one.post.province, str(one.post.kind)


def _rotation(tx: Tx, one: Rotation) -> None:
    """A rotation of the same name is replaced; the others go on."""
    old = tx.execute(select(rotation.c.id).where(rotation.c.name == one.name)).scalar_one_or_none()
    if old is not None:
        tx.execute(delete(rotation_member).where(rotation_member.c.rotation_id == old))
        tx.execute(delete(rotation).where(rotation.c.id == old))
    post = {"centre_id": one.post.centre_id, "province": one.post.province, "kind": one.post.kind}
    days = "".join(str(day) for day in sorted(one.weekdays))
    row = insert(rotation).values(
        **post,
        name=one.name,
        rung=one.post.rung,
        first_day=one.first_day,
        last_day=one.last_day,
        begins=one.begins,
        minutes=one.minutes,
        turn_days=one.turn_days,
        weekdays=days,
        days_off=one.days_off,
    )
    made = tx.execute(row.returning(rotation.c.id)).scalar_one()
    for position, staff_id in enumerate(one.members):
        tx.execute(insert(rotation_member).values(rotation_id=made, position=position, staff_id=staff_id))


def _away(tx: Tx, one: Away, now: datetime) -> None:
    kind = "cover" if one.cover_id is not None else "leave"
    row = {"kind": kind, "staff_id": one.staff_id, "cover_id": one.cover_id}
    when = {"starts_at": one.starts_at, "ends_at": one.ends_at, "agreed_at": now, "forget_at": one.ends_at + KEPT}
    tx.execute(insert(rota_change).values(**row, **when))

"""Wakes colleagues with one-time links, and calls the alarm off again once somebody has answered."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select, update

from bot import events
from bot.db import Tx
from bot.helpline import reach
from bot.helpline.casebook import Case, Colleague, colleague, colleagues, record
from bot.outbox import tell_staff
from bot.policy import Policy
from bot.ports import Choice, ChoiceToken
from bot.tables import alarm, case, outbox
from directory.wording import t

THE_ROTA = "/console/rota"
_ALARM = insert(alarm).returning(alarm.c.id)
_CALLED = (
    update(case)
    .where(case.c.id == bindparam("which"))
    .values(
        alarmed=case.c.alarmed + bindparam("more"),
        alarmed_at=func.coalesce(case.c.alarmed_at, bindparam("now", type_=case.c.alarmed_at.type)),
    )
)


def raise_rung(tx: Tx, known: Case, whom: Sequence[int], *, now: datetime, policy: Policy) -> None:
    """Alarm these colleagues: name of the case, rough place, urgency, a link that takes it. No words of the person.

    Those in charge who may not have it hear that it waits; anybody else who may not is left in peace.
    """
    if not whom:
        return
    there = colleagues(tx.connection, whom)
    able = set(reach.allowed(tx, known, [one for one in whom if one in there and there[one].may_answer]))
    called = [there[one] for one in whom if one in able or (one in there and there[one].is_in_charge)]
    for who in called:
        _raise(tx, known, who, is_notice=who.id not in able, now=now, policy=policy)
    if not called:
        return
    tx.execute(_CALLED, {"which": known.id, "more": len(called), "now": now})
    record(tx, known.id, "alarmed", now=now, detail=str(len(called)))
    events.happened(tx, "alarm", now=now, province=known.province, need=known.need)


def _raise(tx: Tx, known: Case, who: Colleague, *, is_notice: bool, now: datetime, policy: Policy) -> None:
    """A link that takes the case; to whoever may not have it a notice, with the way to where others can be called."""
    token = secrets.token_urlsafe(24)
    row = {
        "case_id": known.id,
        "staff_id": who.id,
        "rung": known.rung,
        "round": known.round,
        "token_hash": tx.seals.token_hash(token),
        "expires_at": now + timedelta(minutes=policy.take_link_minutes),
        "at": now,
        "is_notice": is_notice,
    }
    alarm_id = tx.execute(_ALARM, row).scalar_one()
    urgency = t(f"alarm.urgency.{known.urgency}", who.language)
    said, way = ("alarm.notice", "alarm.rota") if is_notice else ("alarm.text", "alarm.take")
    text = t(said, who.language, alias=known.alias, place=known.place_name(who.language), urgency=urgency)
    url = THE_ROTA if is_notice else f"/t/{token}"
    link = Choice(ChoiceToken(""), t(way, who.language), kind="url", url=url)
    tell_staff(
        tx,
        who.id,
        text,
        now=now,
        choices=(link,),
        urgent=known.urgency != "request",
        case_id=known.id,
        case_alias=known.alias,
        alarm_id=alarm_id,
        wakes=known.urgency == "now",
    )
    tx.ring(f"staff:{who.id}")


def waiting_for(tx: Tx, case_id: int) -> set[int]:
    """Colleagues who could still take this case by an alarm: they have neither answered nor been called off."""
    return set(tx.execute(select(alarm.c.staff_id).where(alarm.c.case_id == case_id, *_live())).scalars())


def _live() -> tuple[ColumnElement[bool], ...]:
    """Nobody knows yet how it ends: it could be taken, and was not, nor declined, nor called off, nor undeliverable."""
    ended = (alarm.c.used_at, alarm.c.declined_at, alarm.c.recalled_at, alarm.c.unreached_at)
    return (alarm.c.is_notice.is_(False), *(one.is_(None) for one in ended))


def recall(tx: Tx, known: Case, *, key: str, now: datetime, except_for: int | None = None, **values: str) -> None:
    """Call off every alarm of this case. Who may have seen one is told kindly why; the rest are left in peace."""
    live = tx.execute(
        select(alarm.c.id, alarm.c.staff_id)
        .where(alarm.c.case_id == known.id, alarm.c.used_at.is_(None), alarm.c.recalled_at.is_(None))
    ).all()
    if not live:
        return
    ids = [row.id for row in live]
    tx.execute(update(alarm).where(alarm.c.id.in_(ids)).values(recalled_at=now))
    unsent = set(tx.execute(select(outbox.c.alarm_id).where(outbox.c.alarm_id.in_(ids))).scalars())
    tx.execute(delete(outbox).where(outbox.c.alarm_id.in_(ids)))
    seen = {row.staff_id for row in live if row.id not in unsent} - {except_for}
    for staff_id in sorted(seen):
        tell_colleague(tx, known, staff_id, key, now=now, urgent=False, wakes=False, **values)


def tell_colleague(
    tx: Tx,
    known: Case,
    staff_id: int,
    key: str,
    *,
    now: datetime,
    urgent: bool = False,
    wakes: bool = False,
    **values: str,
) -> None:
    """Tell a colleague a sentence about a case, in her or his own language. `values` may name the case as {alias}.

    `wakes`: danger now; it rings through what wakes a sleeper.
    """
    who = colleague(tx.connection, staff_id)
    if who is None or who.state == "left":
        return
    text = t(key, who.language, **{"alias": known.alias, **values})
    tell_staff(tx, staff_id, text, now=now, urgent=urgent, case_id=known.id, case_alias=known.alias, wakes=wakes)
    tx.ring(f"staff:{staff_id}")


def tell_of_failure(tx: Tx, staff_id: int, *, now: datetime, wakes: bool = False) -> None:
    """Tell a colleague that a message could not be processed; nothing of it is told. `wakes`: it may be a cry."""
    who = colleague(tx.connection, staff_id)
    if who is None or who.state == "left":
        return
    tell_staff(tx, staff_id, t("staff.set_aside", who.language), now=now, urgent=True, wakes=wakes)
    tx.ring(f"staff:{staff_id}")

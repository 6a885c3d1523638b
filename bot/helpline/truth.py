"""What the person hears while the ladder is climbed: how many were called, since when, and that nobody has answered."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select

from bot.db import Tx
from bot.helpline.casebook import Case, language_of, last_time, record, tell
from bot.helpline.ladder import Step
from bot.policy import Policy
from bot.tables import alarm
from directory import lines
from directory.wording import HCMC, clock_time, t

TELL_AGAIN = timedelta(hours=1)
A_MOMENT = timedelta(minutes=1)
EACH_STEP = timedelta(minutes=31)  # so long every step is told; later once an hour


def tell_step(
    tx: Tx,
    known: Case,
    step: Step,
    is_anyone: bool,
    ahead: datetime | None,
    *,
    since: datetime,
    now: datetime,
    policy: Policy,
    is_asked: bool,
) -> None:
    """Say what just happened. `ahead`: when somebody comes on duty, or the line opens again."""
    if known.urgency == "request":
        return  # the daytime queue: said once when it was opened, nothing is promised for the minute
    if not is_anyone:
        _tell_nobody(tx, known, step, ahead, since, now, policy, is_asked)
        return
    is_again = last_time(tx.connection, known.id, "waiting") is not None  # somebody had it, or an hour was agreed
    if known.rung == 0 and known.round == 0:
        if is_again and not is_asked and step.whom:
            tell(tx, known, "case.person.alarmed_again", now=now, is_asked=False, n=len(step.whom))
        else:
            tell(tx, known, "case.person.alarmed", now=now, is_asked=is_asked)
        return
    before = last_time(tx.connection, known.id, "told_waiting")
    is_due = before is None or not since <= before <= now or now - before >= TELL_AGAIN  # or the clock was set back
    if is_due or now - since < EACH_STEP or step.kind == "manager":
        language = language_of(tx, known.lane_id)
        n, first = called_so_far(tx.connection, known.id, since)
        in_vain = called_in_vain(tx.connection, known.id, since, now)
        is_first_round = step.kind == "rung" or known.round == 0
        if now - (first or since) < A_MOMENT and (in_vain == 0 or is_first_round):
            return  # somebody could not come, the next one is called already: nobody was kept waiting yet
        key = "case.person.still_waiting_again" if is_again else "case.person.still_waiting"
        key, n = ("case.person.reached_nobody", in_vain) if in_vain else (key, n)
        more = _what_next(known, step, now, policy, language)
        tell(tx, known, key, now=now, more=more, n=n, time=lasted(now - (first or since), language))
        record(tx, known.id, "told_waiting", now=now)


def _what_next(known: Case, step: Step, now: datetime, policy: Policy, language: str) -> str:
    """Others are called yet, or all were and are called again: how often, and that she need not wait here for it."""
    if step.kind == "rung" or known.round == 0:
        return t("case.person.calling_on", language)
    every = timedelta(minutes=policy.repeat_now_minutes) if known.urgency == "now" else TELL_AGAIN
    said = t("case.person.all_called_again", language, every=lasted(every, language))
    numbers = _numbers(known, now, policy, language) if known.round == 1 else ""
    return "\n".join((said, t("danger.numbers", language), numbers)) if numbers else said


_SO_FAR = select(func.count(alarm.c.staff_id.distinct()), func.min(alarm.c.at)).where(
    alarm.c.case_id == bindparam("which"), alarm.c.at >= bindparam("since")
)


def called_so_far(connection: Connection, case_id: int, since: datetime) -> tuple[int, datetime | None]:
    """How many colleagues were called since the case waits, and when the first was."""
    row = connection.execute(_SO_FAR, {"which": case_id, "since": since}).one()
    return int(row[0]), row[1]


_CALLED = select(alarm.c.staff_id, alarm.c.unreached_at).where(
    alarm.c.case_id == bindparam("which"), alarm.c.at >= bindparam("since"), alarm.c.at < bindparam("before")
)


def called_in_vain(connection: Connection, case_id: int, since: datetime, before: datetime) -> int:
    """How many were called before this moment, if no own channel of any of them took it; 0 if somebody was reached."""
    rows = connection.execute(_CALLED, {"which": case_id, "since": since, "before": before}).all()
    return 0 if any(row.unreached_at is None for row in rows) else len({row.staff_id for row in rows})


def lasted(span: timedelta, language: str) -> str:
    """`10 phút`, `6 giờ`."""
    minutes = round(span.total_seconds() / 60)
    if minutes < 120:
        return t("case.person.minutes", language, n=minutes)
    return t("case.person.hours", language, n=minutes // 60)


def _tell_nobody(
    tx: Tx,
    known: Case,
    step: Step,
    ahead: datetime | None,
    since: datetime,
    now: datetime,
    policy: Policy,
    is_asked: bool,
) -> None:
    before = last_time(tx.connection, known.id, "told_nobody")
    is_first = before is None or not since <= before <= now
    is_late = now - since >= timedelta(hours=policy.stop_after_hours)
    if not is_first and not (is_late and before is not None and now - before >= TELL_AGAIN):
        return
    language = language_of(tx, known.lane_id)
    if step.kind == "closed":
        key = "case.person.closed_hours" if is_first else "case.person.still_closed"
    elif is_first:
        key = "case.person.nobody_until" if ahead else "case.person.nobody"
    else:
        key = "case.person.still_nobody"
    told = t("case.person.in_charge_told", language, n=len(step.whom)) if step.whom and is_first else ""
    numbers = _numbers(known, now, policy, language) if is_first else ""
    more = "\n".join(one for one in (numbers, told) if one)
    tell(tx, known, key, now=now, more=more, is_asked=is_asked, when=when(ahead, now, language))
    record(tx, known.id, "told_nobody", now=now)


def _numbers(known: Case, now: datetime, policy: Policy, language: str) -> str:
    needs = (known.need,) if known.need else ("violence.physical",)
    shown = lines.for_trouble(needs=needs, province=known.province, now=now, recorded=policy.recorded_lines)
    return lines.card(shown, language)


def when(moment: datetime | None, now: datetime, language: str = "vi") -> str:
    """`21:00`, or `21:00 2/10` when it is another day."""
    if moment is None:
        return ""
    there = moment.astimezone(HCMC)
    if there.date() == now.astimezone(HCMC).date():
        return clock_time(moment)
    return t("case.person.when_day", language, time=clock_time(moment), day=f"{there.day}/{there.month}")

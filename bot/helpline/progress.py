"""How far a person's case is, said truthfully when she asks: who was called, since when, and who has it."""

from datetime import datetime

from sqlalchemy import Connection

from bot.helpline import visibility
from bot.helpline.casebook import colleague, last_time, of_lane
from bot.helpline.escalation import when
from bot.helpline.moves import State
from bot.helpline.truth import called_in_vain, called_so_far
from directory.wording import t


def progress_if_called(connection: Connection, lane_id: int, *, now: datetime, language: str) -> str | None:
    """The same, where a colleague is called or there for more than a talk, and may read her: nobody is offered then."""
    known = of_lane(connection, lane_id)
    if known is None or known.urgency == "request" or not visibility.is_open(connection, known.id):
        return None
    return progress(connection, lane_id, now=now, language=language)


def progress(connection: Connection, lane_id: int, *, now: datetime, language: str) -> str | None:
    """One or two sentences; None without an open case."""
    known = of_lane(connection, lane_id)
    if known is None:
        return None
    who = colleague(connection, known.staff_id) if known.staff_id is not None else None
    if known.state is State.TAKEN and who is not None:
        return t("case.person.state_taken", language, who=who.alias)
    if known.state is State.HANDED and who is not None:
        return t("case.person.state_handed", language, who=who.alias)
    if known.state is State.HELD and known.held_until is not None:
        return t("case.person.state_held", language, when=when(known.held_until, now, language))
    if known.urgency == "request":
        return t("case.person.state_queue", language)
    since = last_time(connection, known.id, "waiting") or known.opened_at
    n, _ = called_so_far(connection, known.id, since)
    if n == 0:
        return t("case.person.state_nobody", language)
    minutes = max(int((now - since).total_seconds() // 60), 0)
    if called_in_vain(connection, known.id, since, now):
        return t("case.person.state_reached_nobody", language, n=n, minutes=minutes)
    return t("case.person.state_waiting", language, n=n, minutes=minutes)

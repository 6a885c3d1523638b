"""Buttons of a listing's page: called friendly or not any more, agrees to be listed or not any more."""

from sqlalchemy import Connection

from bot.console.layout import Console, Visit
from bot.keeping import remarks
from directory import consent, merging, notices, showing, unsealing
from directory import friendly as friendly_
from directory.editing import Known, NotNow


def friendly(connection: Connection, known: Known, visit: Visit, console: Console) -> None:
    """A peer went there; or good reports came in, as many as the policy asks for."""
    me, now, policy = visit.seat.member, console.clock.now(), console.policy
    why = "peer_visit" if me.role == "peer" else "good_reports"
    if why == "good_reports" and remarks.good(connection, known.id, now=now) < policy.good_reports_for_friendly:
        raise NotNow("listing.problem.few_reports")
    agrees = visit.given("agrees") == "yes" or "friendly" not in policy.consent_kinds
    friendly_.grant(connection, known.id, why, has_consent=agrees, staff_id=me.id, now=now)


def unfriendly(connection: Connection, known: Known, visit: Visit, console: Console) -> None:
    """Said by mistake. A complaint that proves true takes it away by itself."""
    friendly_.take_away(connection, known.id, "mistake", staff_id=visit.seat.member.id, now=console.clock.now())


def agreed(connection: Connection, known: Known, visit: Visit, console: Console) -> None:
    """The place was asked and agrees to be listed."""
    how = visit.given("how") if visit.given("how") in showing.WAYS else showing.WAYS[0]
    consent.give(connection, known.id, how, staff_id=visit.seat.member.id, now=console.clock.now())


def agrees_no_more(connection: Connection, known: Known, visit: Visit, console: Console) -> None:
    """The place wants to be listed no more: one tap takes it down."""
    consent.end(connection, known.id, staff_id=visit.seat.member.id, now=console.clock.now())


def end_notices(connection: Connection, known: Known, visit: Visit, console: Console) -> None:
    notices.end(connection, known.id, staff_id=visit.seat.member.id, now=console.clock.now())


def unmerge(connection: Connection, known: Known, visit: Visit, console: Console) -> None:
    me, days = visit.seat.member.id, console.policy.fresh_days_of
    merging.undo(connection, known.id, staff_id=me, fresh_days=days, now=console.clock.now())


def ask_unseal(connection: Connection, known: Known, visit: Visit, console: Console) -> None:
    unsealing.ask(connection, known.id, staff_id=visit.seat.member.id, now=console.clock.now())


def unseal(connection: Connection, known: Known, visit: Visit, console: Console) -> None:
    """A second person agrees that the place be sealed no more."""
    unsealing.agree(connection, known.id, staff_id=visit.seat.member.id, now=console.clock.now())


def keep_sealed(connection: Connection, known: Known, visit: Visit, console: Console) -> None:
    unsealing.refuse(connection, known.id, staff_id=visit.seat.member.id, now=console.clock.now())

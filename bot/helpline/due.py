"""Which deed belongs to which timer: of the help line, and of the directory's keepers."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.db import Tx
from bot.helpline import check_ins, company, escalation, referrals, rota_watch, silence, turns, worsening
from bot.keeping import reminders
from bot.policy import Policy
from bot.rota.changes import WATCH

DueDeed = Callable[[Tx, int, datetime, Policy], None]


def _escalate(tx: Tx, case_id: int, now: datetime, policy: Policy) -> None:
    escalation.escalate(tx, case_id, now=now, policy=policy)


def _hold_over(tx: Tx, case_id: int, now: datetime, policy: Policy) -> None:
    turns.hold_over(tx, case_id, now=now, policy=policy)


def _handed_over(tx: Tx, case_id: int, now: datetime, policy: Policy) -> None:
    turns.handed_over(tx, case_id, now=now, policy=policy)


def _silent(tx: Tx, case_id: int, now: datetime, policy: Policy) -> None:
    turns.silent(tx, case_id, now=now, policy=policy)


def _her_silence(tx: Tx, case_id: int, now: datetime, policy: Policy) -> None:
    silence.hers(tx, case_id, now=now)


def _doubt_left(tx: Tx, case_id: int, now: datetime, policy: Policy) -> None:
    worsening.doubt_left(tx, case_id, now=now, policy=policy)


def _shift_end(tx: Tx, case_id: int, now: datetime, policy: Policy) -> None:
    turns.shift_end(tx, case_id, now=now, policy=policy)


def _check_in(tx: Tx, number: int, now: datetime, policy: Policy) -> None:
    check_ins.send(tx, number, now=now, policy=policy)


def _check_in_silent(tx: Tx, number: int, now: datetime, policy: Policy) -> None:
    check_ins.unanswered(tx, number, now=now, policy=policy)


def _referral_lost(tx: Tx, number: int, now: datetime, policy: Policy) -> None:
    referrals.lost(tx, number, now=now)


def _company(tx: Tx, number: int, now: datetime, policy: Policy) -> None:
    company.look_again(tx, number, now=now)


def _watch(tx: Tx, subject_id: int, now: datetime, policy: Policy) -> None:
    rota_watch.watch(tx, now, policy)


OF_A_CASE = ("escalate", "hold_over", "handed_over", "silent", "shift_end", silence.ALONE)
"""Timers that bring a case on; the others only remind somebody, or their subject is a row of their own."""

DUE: Mapping[str, DueDeed] = {
    "escalate": _escalate,
    "hold_over": _hold_over,
    "handed_over": _handed_over,
    "silent": _silent,
    "shift_end": _shift_end,
    silence.HERS: _her_silence,
    silence.ALONE: _doubt_left,
    "check_in": _check_in,
    "check_in_silent": _check_in_silent,
    referrals.TIMER: _referral_lost,
    company.TIMER: _company,
    WATCH: _watch,
    **reminders.DUE,
}
"""The deed may set the same timer again: take the due row away before running it, in the same transaction."""

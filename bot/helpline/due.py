"""Which deed belongs to which timer of the help line."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.db import Tx
from bot.helpline import escalation, rota_watch, turns
from bot.policy import Policy
from bot.rota.changes import WATCH

DueDeed = Callable[[Tx, int, datetime, Policy], None]


def _escalate(tx: Tx, case_id: int, now: datetime, policy: Policy) -> None:
    escalation.escalate(tx, case_id, now=now, policy=policy)


def _hold_over(tx: Tx, case_id: int, now: datetime, policy: Policy) -> None:
    turns.hold_over(tx, case_id, now=now, policy=policy)


def _handed_over(tx: Tx, case_id: int, now: datetime, policy: Policy) -> None:
    turns.handed_over(tx, case_id, now=now, policy=policy)


def _watch(tx: Tx, subject_id: int, now: datetime, policy: Policy) -> None:
    rota_watch.watch(tx, now, policy)


DUE: Mapping[str, DueDeed] = {
    "escalate": _escalate,
    "hold_over": _hold_over,
    "handed_over": _handed_over,
    WATCH: _watch,
}
"""The deed may set the same timer again: take the due row away before running it, in the same transaction."""

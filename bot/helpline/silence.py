"""A colleague who has a case and does not write: after a while it is called out again, so that nobody waits in vain."""

from datetime import datetime, timedelta

from bot.db import Tx
from bot.helpline.casebook import Case
from bot.timers import clear_timer, due_at, set_timer

SILENT_NOW = timedelta(minutes=5)
SILENT = timedelta(minutes=30)


def begin(tx: Tx, known: Case, *, now: datetime) -> None:
    """The person wrote, or the case was just taken: from now on an answer is waited for; in danger now not for long.

    What she writes while an answer is waited for gives no more time, and a worsening shortens it.
    """
    latest = now + (SILENT_NOW if known.urgency == "now" else SILENT)
    planned = due_at(tx, "silent", known.id)
    if planned is None or planned > latest:
        set_timer(tx, "silent", known.id, due_at=latest)


def answered(tx: Tx, case_id: int) -> None:
    """The colleague wrote."""
    clear_timer(tx, "silent", case_id)

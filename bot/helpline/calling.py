"""A colleague phones for help before writing: the case is kept meanwhile, and called out again if nothing follows."""

from datetime import datetime, timedelta

from bot import audit
from bot.db import Tx
from bot.helpline.casebook import Case, colleague, get, move, record, tell
from bot.helpline.moves import Deed, State
from bot.policy import Policy
from bot.timers import set_timer


def keep_while_calling(tx: Tx, known: Case, staff_id: int, *, now: datetime, policy: Policy) -> Case:
    """Keep a case that was just taken for the minutes of the policy; pressed twice, it is kept once."""
    until = now + timedelta(minutes=policy.help_call_minutes)
    who = colleague(tx.connection, staff_id)
    if who is not None and known.state is State.TAKEN and move(tx, known, Deed.HOLD, held_until=until):
        set_timer(tx, "hold_over", known.id, due_at=until)
        record(tx, known.id, "calling_help", now=now, staff_id=staff_id)
        audit.write(tx, staff_id, "calling_help", f"case:{known.id}", now=now)
        tell(tx, known, "case.person.calling", now=now, who=who.alias)
    found = get(tx.connection, known.id)
    assert found is not None
    return found

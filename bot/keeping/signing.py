"""A change of the directory keeps the role in which it was made, as the colleague had it then, and by which way."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import func, select, update

from bot.db import Tx
from bot.staff import StaffMember
from directory.tables import directory_audit

T = TypeVar("T")
OPERATOR = "operator"  # beside the roles of colleagues: whoever may run commands on the machine


def signed(member: StaffMember, deed: Callable[[Tx], T], *, source: str = "console") -> Callable[[Tx], T]:
    """The deed, with its rows of the directory's audit signed in the same transaction."""

    def done(tx: Tx) -> T:
        log = directory_audit.c
        newest = tx.execute(select(func.max(log.seq))).scalar_one() or 0
        found = deed(tx)
        mine = (log.seq > newest, log.staff_id == member.id, log.role.is_(None))
        tx.execute(update(directory_audit).where(*mine).values(role=member.role, source=source))
        return found

    return done


def signed_by_hand(deed: Callable[[Tx], T]) -> Callable[[Tx], T]:
    """The same of a command of whoever runs the house, where no colleague is named: the role is kept, nobody's name."""

    def done(tx: Tx) -> T:
        log = directory_audit.c
        newest = tx.execute(select(func.max(log.seq))).scalar_one() or 0
        found = deed(tx)
        mine = (log.seq > newest, log.staff_id.is_(None), log.role.is_(None))
        tx.execute(update(directory_audit).where(*mine).values(role=OPERATOR, source="import"))
        return found

    return done

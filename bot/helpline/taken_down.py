"""A place was taken down: the referrals to it are listed by number alone, and their colleagues are told."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from bot import audit
from bot.db import Tx
from bot.helpline.casebook import get
from bot.helpline.referrals import Way
from bot.helpline.ringing import tell_colleague
from bot.tables import referral
from directory.merging import merged_into

_ENDED = (Way.DONE, Way.DECLINED, Way.LOST)


@dataclass(frozen=True, slots=True)
class Affected:
    """One referral to the place: its number, how far it came and when it was made; nothing of whose it is."""

    number: int
    state: Way
    at: datetime

    @property
    def is_open(self) -> bool:
        return self.state not in _ENDED


def affected(connection: Connection, place_id: str) -> tuple[Affected, ...]:
    """The referrals to the place that are kept, also by its old ids, oldest first."""
    here = referral.c.place_id.in_((place_id, *merged_into(connection, place_id)))
    rows = connection.execute(select(referral).where(here).order_by(referral.c.id))
    return tuple(Affected(row.id, Way(row.state), row.at) for row in rows)


def after_takedown(tx: Tx, place_id: str, *, staff_id: int, now: datetime) -> int:
    """Write every affected referral into the chain of deeds, and tell the colleague of each open case, once a case.

    Nobody but that colleague can tell the person, and does so by what is known of her danger. Returns how many.
    """
    found = affected(tx.connection, place_id)
    audit.write(tx, staff_id, "place_down", f"listing:{place_id}", str(len(found)), now=now)
    for one in found:
        audit.write(tx, staff_id, "place_down", f"referral:{one.number}", one.state, now=now)
    ids = [one.number for one in found if one.is_open]
    cases = tx.execute(select(referral.c.case_id).where(referral.c.id.in_(ids)).distinct().order_by(referral.c.case_id))
    for case_id in list(cases.scalars()):
        known = get(tx.connection, case_id)
        if known is not None and known.is_open and known.staff_id is not None:
            tell_colleague(tx, known, known.staff_id, "takedown.told", now=now, urgent=True)
    return len(found)

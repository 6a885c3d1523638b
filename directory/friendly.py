"""Which places are called friendly: who may say so, on what ground, and what takes it away."""

from datetime import date, datetime

from sqlalchemy import Connection, select, update

from directory.editing import NotNow
from directory.tables import directory_audit, place_of_service
from directory.verification import note
from directory.wording import HCMC

WHYS = ("peer_visit", "good_reports")
TAKEN = ("complaint", "mistake")


def grant(connection: Connection, place_id: str, why: str, *, has_consent: bool, staff_id: int, now: datetime) -> None:
    """Call a place friendly, and say why. Raises NotNow: unknown, friendly already, or the place has not agreed."""
    if why not in WHYS:
        raise ValueError(why)
    if not has_consent:
        raise NotNow("listing.problem.no_consent")
    today = now.astimezone(HCMC).date()
    mine = (
        place_of_service.c.id == place_id,
        place_of_service.c.friendly_why.is_(None),
        place_of_service.c.merged_into.is_(None),
    )
    _move(connection, mine, {"friendly_why": why, "friendly_on": today}, now)
    told: dict[str, object] = {"why": why, "on": today.isoformat()}
    note(connection, "friendly", place_id, staff_id=staff_id, now=now, after=told)


def take_away(connection: Connection, place_id: str, why: str, *, staff_id: int, now: datetime) -> bool:
    """The place is called friendly no more, and why is kept. False: it was not."""
    if why not in TAKEN:
        raise ValueError(why)
    mine = (place_of_service.c.id == place_id, place_of_service.c.friendly_why.is_not(None))
    before = connection.execute(
        select(place_of_service.c.friendly_why, place_of_service.c.friendly_on).where(*mine)
    ).one_or_none()
    if before is None:
        return False
    _move(connection, mine, {"friendly_why": None, "friendly_on": None}, now)
    note(connection, "unfriendly", place_id, staff_id=staff_id, now=now, after={"why": why})
    return True


def taken_on(connection: Connection, place_id: str) -> date | None:
    """When it was last taken away: good reports from before count no more."""
    mine = (directory_audit.c.place_id == place_id, directory_audit.c.deed == "unfriendly")
    last = connection.execute(
        select(directory_audit.c.at).where(*mine).order_by(directory_audit.c.seq.desc()).limit(1)
    ).scalar_one_or_none()
    return last.astimezone(HCMC).date() if last else None


def _move(connection: Connection, mine: tuple[object, ...], values: dict[str, object], now: datetime) -> None:
    moved = {"revision": place_of_service.c.revision + 1, "modified_at": now, **values}
    if connection.execute(update(place_of_service).where(*mine).values(moved)).rowcount != 1:  # type: ignore[arg-type]
        raise NotNow("listing.problem.not_now")

"""What waits on its way while somebody else may hold the phone: it does not go out, and nothing of hers is lost."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from bot.db import Tx
from bot.helpline.casebook import language_of
from bot.outbox import Letter, tell_person, unpack
from bot.seals import KeyDestroyed, KeyId, SealBroken
from bot.tables import outbox, transcript
from directory.wording import t


def hold(tx: Tx, lane_id: int, *, of_case_only: bool, now: datetime) -> datetime:
    """Take back what has not left the house yet; returns since when her colleague's words are unshown, `now` if none.

    The colleague's words stay in the case and come when it is she. Of the rest what she asked for can be asked again.
    That the chat is to be cleaned still holds: it is done, and said in a line that tells nothing.
    """
    mine = [outbox.c.lane_id == lane_id, outbox.c.state.in_(("pending", "leased")), outbox.c.last.is_(False)]
    if of_case_only:
        mine.append(outbox.c.case_id.is_not(None))
    waiting = tx.execute(select(outbox).where(*mine).order_by(outbox.c.id)).all()
    if not waiting:
        return now
    tx.execute(delete(outbox).where(outbox.c.id.in_([row.id for row in waiting])))
    if any(_cleans(tx, row) for row in waiting):
        said = t("guard.later", language_of(tx, lane_id))
        tell_person(tx, lane_id, said, now=now, urgent=True, takes_back=True, instead=(said, said))
    unshown = transcript.c.outbox_key.in_([row.key for row in waiting])
    first: datetime | None = tx.execute(select(func.min(transcript.c.at)).where(unshown)).scalar_one()
    tx.execute(update(transcript).where(unshown).values(outbox_key=None))
    return now if first is None else min(first, now)


def _cleans(tx: Tx, row: Any) -> bool:
    """Whether this message first takes back what was said before."""
    letter = _opened(tx, row)
    return letter is not None and letter.takes_back is not None


def _opened(tx: Tx, row: Any) -> Letter | None:
    try:
        return unpack(tx.seals.open_with(KeyId(row.key_id), row.sealed, about=f"outbox:{row.key}"))
    except (KeyDestroyed, SealBroken):
        return None

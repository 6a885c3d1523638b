"""What waits on its way while somebody else may hold the phone: it does not go out, and nothing of hers is lost."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, select, update

from bot.db import Tx
from bot.helpline.casebook import language_of
from bot.outbox import Letter, tell_person, unpack
from bot.seals import KeyDestroyed, KeyId, SealBroken
from bot.tables import case, outbox, transcript, webchat_frame, webchat_session
from directory.wording import t


def hold(tx: Tx, lane_id: int, *, of_case_only: bool, now: datetime) -> None:
    """Take back what has not left the house yet, and of her colleague's words what her page has not fetched.

    The colleague's words stay in the case and come when it is she. Of the rest what she asked for can be asked again.
    That the chat is to be cleaned still holds: it is done, and said in a line that tells nothing.
    """
    _from_the_page(tx, lane_id)
    mine = [outbox.c.lane_id == lane_id, outbox.c.state.in_(("pending", "leased")), outbox.c.last.is_(False)]
    if of_case_only:
        mine.append(outbox.c.case_id.is_not(None))
    waiting = tx.execute(select(outbox).where(*mine).order_by(outbox.c.id)).all()
    if not waiting:
        return
    tx.execute(delete(outbox).where(outbox.c.id.in_([row.id for row in waiting])))
    if any(_cleans(tx, row) for row in waiting):
        said = t("guard.later", language_of(tx, lane_id))
        tell_person(tx, lane_id, said, now=now, urgent=True, takes_back=True, instead=(said, said))
    _mark(tx, [row.key for row in waiting])


def everything(tx: Tx, lane_id: int) -> None:
    """She goes on with another phone: of her colleague's words nothing reaches the old one that it has not shown."""
    _from_the_page(tx, lane_id)
    _not_sent(tx, lane_id, outbox.c.lane_id == lane_id)


def refused(tx: Tx, lane_id: int) -> None:
    """Words of her colleague that a network did not take are no more on their way: they can be brought again."""
    _not_sent(tx, lane_id, outbox.c.state == "failed")


def unshown(connection: Connection, case_id: int) -> frozenset[int]:
    """The numbers of the lines that a colleague wrote and no phone of hers has been sent, or has fetched."""
    lines = (transcript.c.case_id == case_id, transcript.c.direction == "worker", transcript.c.outbox_key.is_(None))
    return frozenset(connection.execute(select(transcript.c.seq).where(*lines)).scalars())


def _not_sent(tx: Tx, lane_id: int, which: ColumnElement[bool]) -> None:
    gone = delete(outbox).where(which, outbox.c.key.in_(_relayed(lane_id))).returning(outbox.c.key)
    _mark(tx, list(tx.execute(gone).scalars()))


def _from_the_page(tx: Tx, lane_id: int) -> None:
    """A page that was closed, or without a network, has not shown what it did not fetch."""
    mine = webchat_session.c.id == webchat_frame.c.session_id
    unseen = (mine, webchat_frame.c.seq > webchat_session.c.acked_seq, webchat_frame.c.key.in_(_relayed(lane_id)))
    keys = list(tx.execute(select(webchat_frame.c.key).where(*unseen)).scalars())
    if keys:
        tx.execute(delete(webchat_frame).where(webchat_frame.c.key.in_(keys)))
        _mark(tx, keys)


def _relayed(lane_id: int) -> Select[Any]:
    """The keys under which her colleague's words went out."""
    hers = select(case.c.id).where(case.c.lane_id == lane_id)
    lines = (transcript.c.case_id.in_(hers), transcript.c.direction == "worker", transcript.c.outbox_key.is_not(None))
    return select(transcript.c.outbox_key).where(*lines)


def _mark(tx: Tx, keys: list[str]) -> None:
    tx.execute(update(transcript).where(transcript.c.outbox_key.in_(keys)).values(outbox_key=None))


def _cleans(tx: Tx, row: Any) -> bool:
    """Whether this message first takes back what was said before."""
    letter = _opened(tx, row)
    return letter is not None and letter.takes_back is not None


def _opened(tx: Tx, row: Any) -> Letter | None:
    try:
        return unpack(tx.seals.open_with(KeyId(row.key_id), row.sealed, about=f"outbox:{row.key}"))
    except (KeyDestroyed, SealBroken):
        return None

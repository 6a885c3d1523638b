"""Which words of a case a colleague may see: in danger those from the cry on, otherwise nothing before a yes."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, false, func, select, update

from bot.db import Tx
from bot.tables import case_event, transcript

_OPENS = ("cry", "talk_agreed")
_SHUTS = ("talk_refused", "talk_withdrawn")


_LAST_WORD = (
    select(case_event.c.kind)
    .where(case_event.c.case_id == bindparam("which"), case_event.c.kind.in_((*_OPENS, *_SHUTS)))
    .order_by(case_event.c.id.desc())
    .limit(1)
)


def opens(case_id: ColumnElement[int]) -> ColumnElement[bool]:
    """The same for many cases in one statement."""
    said = select(case_event.c.kind).where(case_event.c.case_id == case_id, case_event.c.kind.in_((*_OPENS, *_SHUTS)))
    return func.coalesce(said.order_by(case_event.c.id.desc()).limit(1).scalar_subquery().in_(_OPENS), false())


def is_open(connection: Connection, case_id: int) -> bool:
    """Whether what the person writes now may be read: a cry or a yes was the last word on it."""
    return connection.execute(_LAST_WORD, {"which": case_id}).scalar_one_or_none() in _OPENS


def is_taken_back(connection: Connection, case_id: int) -> bool:
    """Whether the last word on it was that she took her yes back."""
    return connection.execute(_LAST_WORD, {"which": case_id}).scalar_one_or_none() == "talk_withdrawn"


def open_all(tx: Tx, case_id: int) -> None:
    """She said yes: what she wrote since the case was opened may be read, for that is what she was asked."""
    tx.execute(update(transcript).where(transcript.c.case_id == case_id).values(is_readable=True))


def open_since(tx: Tx, case_id: int, moment: datetime) -> None:
    """She cries for help: what she wrote from that moment on belongs to the cry."""
    written = (transcript.c.case_id == case_id, transcript.c.at >= moment)
    tx.execute(update(transcript).where(*written).values(is_readable=True))


def shut_before(tx: Tx, case_id: int, moment: datetime) -> None:
    """Somebody has the case whom she never named: what was said before, by her or to her, is not shown there."""
    said = (transcript.c.case_id == case_id, transcript.c.at < moment)
    tx.execute(update(transcript).where(*said).values(is_readable=False))


def shut_all(tx: Tx, case_id: int) -> None:
    """She took the yes back: nothing of hers is shown any more, until she cries for help or says yes again."""
    hers = (transcript.c.case_id == case_id, transcript.c.direction == "person")
    tx.execute(update(transcript).where(*hers).values(is_readable=False))

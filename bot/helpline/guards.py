"""Whether her own words may be shown on this phone just now: an agreed word, a check after silence, a neutral voice."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.db import Tx
from bot.helpline import held_back
from bot.helpline.casebook import last_time, of_lane, record
from bot.helpline.ringing import tell_colleague
from bot.seals import Seals
from bot.tables import guard
from directory.reading import fold

SILENCE = timedelta(hours=12)  # after so long we ask first whether she can talk
KEPT = timedelta(days=40)
LONGEST_WORD = 40


class Holder(StrEnum):
    """What we believe about who holds the phone."""

    OPEN = "open"
    ASKING = "asking"  # asked whether she can talk; nothing of the case is shown until she says so
    NEUTRAL = "neutral"  # perhaps somebody else: health information only, nothing is pushed


_STATE = select(guard.c.state).where(guard.c.lane_id == bindparam("whose"))
_SINCE = select(guard.c.since).where(guard.c.lane_id == bindparam("whose"))


def holder(connection: Connection, lane_id: int) -> Holder:
    """What we believe just now."""
    found = connection.execute(_STATE, {"whose": lane_id}).scalar_one_or_none()
    return Holder(found) if found else Holder.OPEN


def since(connection: Connection, lane_id: int) -> datetime | None:
    """Since when nothing of the case is shown."""
    found: datetime | None = connection.execute(_SINCE, {"whose": lane_id}).scalar_one_or_none()
    return found


def has_word(connection: Connection, lane_id: int) -> bool:
    """Whether a word was agreed with this person."""
    wanted = select(guard.c.word_hash).where(guard.c.lane_id == lane_id, guard.c.word_hash.is_not(None))
    return connection.execute(wanted).first() is not None


def agree_word(tx: Tx, lane_id: int, word: str, *, now: datetime) -> bool:
    """Remember the word she chose, as a keyed hash. False: empty or too long to be a word."""
    said = fold(word).strip(" .!")
    if not said or len(said) > LONGEST_WORD:
        return False
    _put(tx, lane_id, now, word_hash=_hash(tx.seals, lane_id, said), word_of=None)
    return True


def is_word(tx: Tx, lane_id: int, text: str) -> bool:
    """Whether this message is the agreed word."""
    said = fold(text).strip(" .!")
    if not said or len(said) > LONGEST_WORD:
        return False
    row = tx.execute(select(guard.c.word_hash, guard.c.word_of).where(guard.c.lane_id == lane_id)).one_or_none()
    return row is not None and row.word_hash == _hash(tx.seals, row.word_of or lane_id, said)


def bring_word(tx: Tx, old: int, new: int, *, now: datetime) -> bool:
    """She goes on with another phone: the word agreed on the old one holds there. False: there is none to bring.

    A word she has chosen on the new phone already stays the one that counts. The word itself is known to nobody,
    so its fingerprint goes along with the number it was made with.
    """
    row = tx.execute(select(guard.c.word_hash, guard.c.word_of).where(guard.c.lane_id == old)).one_or_none()
    if row is None or row.word_hash is None or has_word(tx.connection, new):
        return False
    _put(tx, new, now, word_hash=row.word_hash, word_of=row.word_of or old)
    tx.execute(update(guard).where(guard.c.lane_id == old).values(word_hash=None, word_of=None))
    return True


def _hash(seals: Seals, lane_id: int, said: str) -> str:
    return seals.token_hash(f"word:{lane_id}:{said}")


def go_neutral(tx: Tx, lane_id: int, *, now: datetime) -> None:
    """Somebody else may hold the phone: from now on nothing of a case goes there, and the colleague sees why."""
    if holder(tx.connection, lane_id) is Holder.NEUTRAL:
        return
    held_back.hold(tx, lane_id, of_case_only=False, now=now)
    _put(tx, lane_id, now, state=Holder.NEUTRAL, since=since(tx.connection, lane_id) or now)
    _written(tx, lane_id, "stranger", now)


def ask_first(tx: Tx, lane_id: int, *, now: datetime, of_case_only: bool = True) -> None:
    """Whether she can talk. Until the answer nothing of the case is shown; what was held back already stays so."""
    held_back.hold(tx, lane_id, of_case_only=of_case_only, now=now)
    _put(tx, lane_id, now, state=Holder.ASKING, since=since(tx.connection, lane_id) or now)


def go_quiet(tx: Tx, lane_id: int, *, now: datetime) -> None:
    """She asks us to be still: help is called as before, and nothing more is written until she writes herself."""
    ask_first(tx, lane_id, now=now, of_case_only=False)
    _written(tx, lane_id, "quiet", now)


def asks_who(tx: Tx, lane_id: int, *, now: datetime) -> None:
    """Politely asked who writes: it may well be herself, so she is asked whether she can talk, and not shut out."""
    ask_first(tx, lane_id, now=now, of_case_only=False)
    _written(tx, lane_id, "asks_who", now)


def cry_waits(tx: Tx, lane_id: int, *, now: datetime) -> bool | None:
    """A cry while nothing may be shown: what to ask her with the card. True: for the word that was agreed; False:
    whether she can talk; None: nothing, for a word was agreed and somebody else may hold the phone.

    Whoever helps her is told once that what she is written waits for that answer.
    """
    is_neutral, with_word = holder(tx.connection, lane_id) is Holder.NEUTRAL, has_word(tx.connection, lane_id)
    if is_neutral and not with_word:
        ask_first(tx, lane_id, now=now)
    known, begun = of_lane(tx.connection, lane_id), since(tx.connection, lane_id)
    before = last_time(tx.connection, known.id, "cry_waits") if known is not None else None
    if known is not None and known.staff_id is not None and (before is None or begun is None or before < begun):
        _written(tx, lane_id, "cry_waits", now)
    return None if is_neutral and with_word else with_word


def is_quiet(connection: Connection, lane_id: int, case_id: int) -> bool:
    """Whether she herself has asked us to be still, and has not come back since."""
    begun, asked = since(connection, lane_id), last_time(connection, case_id, "quiet")
    return begun is not None and asked is not None and asked >= begun


def open_again(tx: Tx, lane_id: int, *, now: datetime) -> None:
    """It is she, and she can talk."""
    was = holder(tx.connection, lane_id)
    tx.execute(update(guard).where(guard.c.lane_id == lane_id).values(state=Holder.OPEN, since=None))
    if was is Holder.NEUTRAL:
        _written(tx, lane_id, "stranger_gone", now)


def forget(tx: Tx, lane_id: int) -> None:
    """Nothing is remembered of who held the phone."""
    tx.execute(delete(guard).where(guard.c.lane_id == lane_id))


def _put(tx: Tx, lane_id: int, now: datetime, **values: object) -> None:
    insert = pg_insert if tx.is_postgresql else sqlite_insert
    row = {"lane_id": lane_id, "state": Holder.OPEN, "forget_at": now + KEPT, **values}
    fresh = {**values, "forget_at": now + KEPT}
    tx.execute(insert(guard).values(**row).on_conflict_do_update(index_elements=[guard.c.lane_id], set_=fresh))


def _written(tx: Tx, lane_id: int, kind: str, now: datetime) -> None:
    known = of_lane(tx.connection, lane_id)
    if known is None:
        return
    record(tx, known.id, kind, now=now)
    tx.ring(f"case:{known.id}")
    if known.staff_id is not None:
        tell_colleague(tx, known, known.staff_id, f"staff.{kind}", now=now, urgent=True)

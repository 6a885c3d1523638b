"""Questions that no article answered: counted by people, kept as cleaned words once three have asked alike."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.db import Tx
from bot.seals import KeyId, Seals
from bot.tables import lane, unanswered, unanswered_token
from directory import cleaning

KEPT = timedelta(days=30)
ALIKE = 3  # people; below that nobody reads a word of it
COUNTING, RIPE, DROPPED = "counting", "ripe", "dropped"


@dataclass(frozen=True, slots=True)
class Question:
    """Cleaned words that at least three people have asked in; nobody knows who."""

    id: int
    words: str
    until: datetime


def asked(tx: Tx, lane_id: int, text: str, *, now: datetime) -> None:
    """Somebody asked what no article answers. Before the third person only a keyed hash and tokens are kept."""
    asked_in(tx, lane_id, cleaning.clean(text), now=now)


def asked_in(tx: Tx, lane_id: int, words: tuple[str, ...], *, now: datetime) -> None:
    """The same for words that were cleaned before.

    The token is made with a key of this question alone: destroyed with it, nobody can make the token again.
    """
    person_id = tx.execute(select(lane.c.person_id).where(lane.c.id == lane_id)).scalar_one_or_none()
    if not words or person_id is None:
        return
    row = _row(tx, tx.seals.token_hash(f"question {' '.join(sorted(words))}"), now)
    if row.state != COUNTING:
        return
    token = tx.seals.token_with(KeyId(row.key_id), str(person_id))
    values = {"unanswered_id": row.id, "token": token, "forget_at": row.forget_at}
    tx.execute(_insert(tx, unanswered_token).values(**values).on_conflict_do_nothing())
    people = select(func.count()).where(unanswered_token.c.unanswered_id == row.id)
    if tx.execute(people).scalar_one() >= ALIKE:
        _ripen(tx, row, words, now)


def waiting(connection: Connection, seals: Seals, now: datetime) -> tuple[Question, ...]:
    """What a maintainer may make a phrasing of, oldest first."""
    ripe = (unanswered.c.state == RIPE, unanswered.c.forget_at > now)
    rows = connection.execute(select(unanswered).where(*ripe).order_by(unanswered.c.id))
    return tuple(Question(row.id, _open(seals, row), row.forget_at) for row in rows)


def settle(tx: Tx, question_id: int, *, is_used: bool) -> bool:
    """It became a phrasing and is forgotten; or it was dropped and does not come back for a while. False: gone."""
    mine = (unanswered.c.id == question_id, unanswered.c.state == RIPE)
    key_id = tx.execute(select(unanswered.c.key_id).where(*mine)).scalar_one_or_none()
    if key_id is None:
        return False
    if is_used:
        tx.execute(delete(unanswered).where(*mine))
        _destroy(tx, key_id)
        return True
    fresh = {"state": DROPPED, "sealed": None, "key_id": tx.seals.new_key()}
    done = tx.execute(update(unanswered).where(*mine).values(**fresh)).rowcount == 1
    _destroy(tx, key_id)
    return done


def _row(tx: Tx, words_hash: str, now: datetime) -> Any:
    """The row of this question; one that should be forgotten already is begun anew."""
    same = unanswered.c.words_hash == words_hash
    old = tx.execute(select(unanswered).where(same, unanswered.c.forget_at <= now)).one_or_none()
    if old is not None:
        tx.execute(delete(unanswered_token).where(unanswered_token.c.unanswered_id == old.id))
        tx.execute(delete(unanswered).where(unanswered.c.id == old.id))
        _destroy(tx, old.key_id)
    wanted = select(unanswered).where(same).with_for_update()
    found = tx.execute(wanted).one_or_none()
    if found is None:
        row = {"words_hash": words_hash, "key_id": tx.seals.new_key(), "state": COUNTING, "forget_at": now + KEPT}
        tx.execute(_insert(tx, unanswered).values(**row).on_conflict_do_nothing())
        found = tx.execute(wanted).one()
    return found


def _ripen(tx: Tx, row: Any, words: tuple[str, ...], now: datetime) -> None:
    """The third person: the words may be read now, and nothing is left by which anybody could be told apart."""
    tx.execute(delete(unanswered_token).where(unanswered_token.c.unanswered_id == row.id))
    key_id = tx.seals.new_key()
    sealed = tx.seals.close_with(key_id, " ".join(words), about=f"unanswered:{row.id}")
    fresh = {"state": RIPE, "sealed": sealed, "key_id": key_id, "forget_at": now + KEPT}
    tx.execute(update(unanswered).where(unanswered.c.id == row.id).values(**fresh))
    _destroy(tx, row.key_id)


def _open(seals: Seals, row: Any) -> str:
    return seals.open_with(KeyId(row.key_id), row.sealed, about=f"unanswered:{row.id}")


def _destroy(tx: Tx, key_id: str) -> None:
    seals = tx.seals
    tx.after_commit(lambda: seals.keys.destroy([KeyId(key_id)]))


def _insert(tx: Tx, table: Any) -> Any:
    return postgresql.insert(table) if tx.is_postgresql else sqlite.insert(table)

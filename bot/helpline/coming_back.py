"""Four words bring a person back to the same talk, from another phone or after the page was lost."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.db import Tx
from bot.helpline import blocks, erasure, guards, held_back, relay
from bot.helpline.casebook import Case, of_lane, record
from bot.helpline.ringing import tell_colleague
from bot.outbox import tell_person
from bot.policy import Policy
from bot.seals import Seals
from bot.tables import case, check_in, conversation, lane, outbox, person, return_code
from directory.reading import fold
from directory.wording import t

WORDS = 4  # of 860: thirty-nine bits, and every guess is slow
_FAREWELL_KEPT = timedelta(hours=72)


@dataclass(slots=True)
class Spare:
    """A code made in advance, because its hash is too slow for a deed. Given to one person at most.

    Without words: none was ready, and `is_wanted` says whether one was needed; it is then told a little later."""

    words: str = field(default="", repr=False)
    code_hash: str = field(default="", repr=False)
    is_given: bool = False
    is_wanted: bool = False


@cache
def _words() -> tuple[str, ...]:
    return tuple((Path(__file__).parent / "return-words.txt").read_text(encoding="utf-8").split())


@cache
def _known() -> frozenset[str]:
    return frozenset(_words())


def make(seals: Seals) -> Spare:
    """A new code. Takes a moment: never inside a deed."""
    words = " ".join(secrets.choice(_words()) for _ in range(WORDS))
    return Spare(words, seals.slow_hash(words))


def looks_like(text: str) -> str | None:
    """The four words, if that is all a message is; accents, capitals and dashes do not matter."""
    if len(text) > 80:
        return None
    parts = fold(text).replace("-", " ").replace(",", " ").replace(".", " ").split()
    return " ".join(parts) if len(parts) == WORDS and all(part in _known() for part in parts) else None


_CODE = select(return_code.c.code_hash).where(return_code.c.lane_id == bindparam("whose"))
_GIVE = insert(return_code)


def give(tx: Tx, lane_id: int, spare: Spare | None, *, now: datetime, policy: Policy) -> str | None:
    """The code of this talk, to be shown once; None if it has one already (nobody can show that again)."""
    if spare is None or spare.is_given:
        return None
    if tx.execute(_CODE, {"whose": lane_id}).first() is not None:
        return None
    if not spare.words:
        spare.is_wanted = True
        return None
    until = now + timedelta(hours=policy.conversation_hours)
    tx.execute(_GIVE, {"code_hash": spare.code_hash, "lane_id": lane_id, "forget_at": until})
    spare.is_given = True
    return spare.words


def owner(connection: Connection, code_hash: str, now: datetime) -> int | None:
    """The lane this code belongs to."""
    wanted = (
        select(return_code.c.lane_id)
        .join(lane, lane.c.id == return_code.c.lane_id)
        .where(return_code.c.code_hash == code_hash, return_code.c.forget_at > now, lane.c.erasing_at.is_(None))
    )
    return connection.execute(wanted).scalar_one_or_none()


def resume(tx: Tx, old: int, new: int, *, now: datetime) -> Case | None:
    """The talk goes on in the lane `new`; the old one hears a last sentence and is forgotten. The code is used up.

    Where somebody else may hold the old phone it hears nothing: that she goes on elsewhere is no business of theirs.
    Returns the open case that came along. Call only if `new` has no open case of its own, and `old` is held and was
    parted from: what waits unread there is gone with it.
    """
    is_hers = guards.holder(tx.connection, old) is guards.Holder.OPEN
    tx.execute(delete(return_code).where(return_code.c.lane_id == old))
    held_back.everything(tx, old)
    tx.execute(update(case).where(case.c.lane_id == old).values(lane_id=new))
    tx.execute(update(check_in).where(check_in.c.lane_id == old).values(lane_id=new))
    language = tx.execute(
        select(person.c.language).join(lane, lane.c.person_id == person.c.id).where(lane.c.id == old)
    ).scalar_one()
    mine = select(lane.c.person_id).where(lane.c.id == new).scalar_subquery()
    tx.execute(update(person).where(person.c.id == mine).values(language=language))
    tx.execute(delete(outbox).where(outbox.c.lane_id == old))
    closing = {"erasing_at": now, "generation": lane.c.generation + 1, "forget_at": now + _FAREWELL_KEPT}
    tx.execute(update(lane).where(lane.c.id == old).values(**closing))
    tx.execute(update(conversation).where(conversation.c.lane_id == old).values(sealed=None))
    blocks.bring(tx, old, new)
    has_word = guards.bring_word(tx, old, new, now=now)
    if is_hers:
        tell_person(tx, old, t("returning.moved", language), now=now, is_last=True)
    else:
        keys = erasure.forget_lane(tx, old)
        tx.after_commit(lambda: tx.seals.keys.destroy(keys))
    if has_word:
        tell_person(tx, new, t("returning.word", language), now=now)
    known = of_lane(tx.connection, new)
    if known is None:
        return None
    record(tx, known.id, "came_back", now=now)
    if known.staff_id is not None:
        tell_colleague(tx, known, known.staff_id, "staff.came_back", now=now, urgent=known.urgency == "now")
    _say_again(tx, known, now)
    return known


def _say_again(tx: Tx, known: Case, now: datetime) -> None:
    """What was never shown is sent, and once more what the colleague wrote since the person's last words."""
    lines = relay.words(tx.connection, tx.seals, known.id)
    unshown = held_back.unshown(tx.connection, known.id)
    last = max((line.seq for line in lines if line.direction == "person"), default=0)
    relay.bring_lines(tx, known, [line for line in lines if line.seq > last or line.seq in unshown], now=now)

"""Carries words between a person and the colleague who has the case, under other names and sealed for each case."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, insert, select, update

from bot.db import Tx
from bot.helpline import guards, held_back, silence, visibility
from bot.helpline.casebook import (
    Case,
    NotYours,
    colleague,
    get,
    hold_still,
    language_of,
    latest_of_lane,
    tell,
)
from bot.helpline.moves import State
from bot.helpline.ringing import tell_colleague
from bot.helpline.worsening import doubt, tell_of_cry
from bot.masking import Hidden, Masked, mask
from bot.outbox import Option, tell_person
from bot.seals import KeyDestroyed, KeyId, Seals
from bot.tables import case, staff, transcript
from directory.wording import t

QUIET = timedelta(seconds=30)  # a colleague is not called again for every line of a person who types fast


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the words of a case. `text` is None when the words are gone for good."""

    seq: int
    direction: str  # person | worker
    staff_alias: str | None
    text: str | None = field(repr=False)
    at: datetime
    is_readable: bool = True  # by the colleague


_LAST = (
    select(transcript.c.direction, transcript.c.at)
    .where(transcript.c.case_id == bindparam("which"))
    .order_by(transcript.c.seq.desc())
    .limit(1)
)
_LAST_NUMBER = select(func.max(transcript.c.seq)).where(transcript.c.case_id == bindparam("which"))
_KEEP = insert(transcript)


def from_person(
    tx: Tx, case_id: int, text: Masked, *, now: datetime, is_cry: bool = False, is_doubt: bool = False
) -> bool:
    """Keep what the person writes and let the colleague know that something came. False: the case is closed.

    Also while nobody has taken the case yet: who takes it later reads it from the beginning. `is_cry`: danger now; it
    wakes whoever talks with her, however fast she writes. `is_doubt`: she says that she wants to die; it wakes too.
    """
    known = hold_still(tx, case_id)
    if known is None or not known.is_open:
        return False
    is_quiet = _is_quiet(tx, case_id, now)
    _keep(tx, known, "person", text, None, now)
    is_told = is_doubt and doubt(tx, known, now=now)
    if silence.is_expected(tx.connection, known):
        silence.begin(tx, known, now=now)
    if is_told:
        return True
    if is_cry and known.state is State.TAKEN:
        tell_of_cry(tx, known, now=now)
    elif known.state in (State.TAKEN, State.HELD) and known.staff_id is not None and not is_quiet:
        tell_colleague(tx, known, known.staff_id, "staff.new_words", now=now, urgent=known.urgency == "now")
    return True


def overhear(tx: Tx, case_id: int, text: Masked, *, now: datetime, is_doubt: bool = False) -> None:
    """What is written while somebody else may hold the phone: kept for the colleague, who can tell who writes."""
    known = hold_still(tx, case_id)
    if known is not None and known.is_open:
        _keep(tx, known, "person", text, None, now)
        if is_doubt and doubt(tx, known, now=now) and silence.is_expected(tx.connection, known):
            silence.begin(tx, known, now=now)


def is_colleague_last(connection: Connection, case_id: int) -> bool:
    """Whether the newest line of the case is the colleague's."""
    last = connection.execute(_LAST, {"which": case_id}).one_or_none()
    return last is not None and last.direction != "person"


def last_of_colleague(connection: Connection, case_id: int) -> datetime | None:
    """When the newest line of the case was written, if it is the colleague's."""
    last = connection.execute(_LAST, {"which": case_id}).one_or_none()
    return last.at if last is not None and last.direction != "person" else None


def _is_quiet(tx: Tx, case_id: int, now: datetime) -> bool:
    """True when the last line was the person's own, a moment ago: the colleague has just been told."""
    last = tx.execute(_LAST, {"which": case_id}).one_or_none()
    return last is not None and last.direction == "person" and now - last.at < QUIET


def from_worker(
    tx: Tx, case_id: int, staff_id: int, text: str, *, now: datetime, with_taps: bool = False
) -> frozenset[Hidden]:
    """Bring the colleague's words to the person; returns what was masked in them, so that the page can say so.

    A colleague's words are masked like a person's: a private number or address must not slip out on either side.
    Help-line numbers stay, and the address and phone of a place go out through a referral. `with_taps`: yes, no and
    not sure stand below, for whoever cannot type. After a long silence she is asked first whether she can talk, and
    while somebody else may hold the phone the words only wait. Raises NotYours.
    """
    known = hold_still(tx, case_id)
    who = colleague(tx.connection, staff_id)
    if known is None or known.state is not State.TAKEN or known.staff_id != staff_id:
        raise NotYours
    if who is None or who.state != "active" or not text.strip():
        raise NotYours
    masked = mask(text.strip())
    is_silent = was_silent(tx.connection, case_id, now)
    seq = _keep(tx, known, "worker", masked.text, staff_id, now)
    silence.answered(tx, case_id)
    silence.await_her(tx, known, now=now)
    if known.lane_id is not None:
        language = language_of(tx, known.lane_id)
        if is_silent and guards.holder(tx.connection, known.lane_id) is guards.Holder.OPEN:
            ask_first(tx, known.lane_id, language, now=now)
        said = t("case.person.from_worker", language, who=who.alias, text=masked.text)
        options = _taps(language, seq) if with_taps else ()
        key = tell_person(
            tx, known.lane_id, said, now=now, options=options, purpose="relay", urgent=True, case_id=case_id
        )
        _follow(tx, case_id, seq, key)
    return masked.hidden


def was_silent(connection: Connection, case_id: int, now: datetime) -> bool:
    """Whether the person has not written for so long that somebody else may hold the phone by now."""
    wanted = select(func.max(transcript.c.at)).where(
        transcript.c.case_id == case_id, transcript.c.direction == "person"
    )
    last = connection.execute(wanted).scalar_one()
    return last is not None and now - last >= guards.SILENCE


def ask_first(tx: Tx, lane_id: int, language: str, *, now: datetime) -> None:
    """A neutral question goes out instead of the words; they follow once she says that she can talk."""
    guards.ask_first(tx, lane_id, now=now)
    later = Option("guard", "checked", "later", t("guard.choice.later", language))
    if guards.has_word(tx.connection, lane_id):
        tell_person(tx, lane_id, t("guard.word", language), now=now, options=(later,), purpose="reminder")
        return
    ok = Option("guard", "checked", "ok", t("guard.choice.ok", language))
    tell_person(tx, lane_id, t("guard.can_talk", language), now=now, options=(ok, later), purpose="reminder")


def _taps(language: str, seq: int) -> tuple[Option, ...]:
    keys = ("yes", "no", "unsure")
    return tuple(Option("tapped", "answer", f"{seq}|{key}", t(f"danger.mute.choice.{key}", language)) for key in keys)


def question_before(tx: Tx, case_id: int, seq: int) -> str | None:
    """The words of this line of a colleague, if another has followed: an answer to it is not one to the last."""
    asked = [line for line in words(tx.connection, tx.seals, case_id) if line.direction == "worker" and line.seq >= seq]
    return asked[0].text if len(asked) > 1 and asked[0].seq == seq else None


def bring_unshown(tx: Tx, lane_id: int, *, now: datetime) -> None:
    """It is she: whatever a colleague wrote and she was not shown is sent now, also of a case that ended meanwhile."""
    known = latest_of_lane(tx.connection, lane_id)
    if known is None:
        return
    held_back.refused(tx, lane_id)
    numbers = held_back.unshown(tx.connection, known.id)
    lines = [line for line in words(tx.connection, tx.seals, known.id) if line.seq in numbers] if numbers else []
    bring_lines(tx, known, lines, now=now)
    if lines and not known.is_open:
        tell(tx, known, "case.person.closed", now=now)


def bring_lines(tx: Tx, known: Case, lines: Sequence[Line], *, now: datetime) -> None:
    """What the colleague wrote of these lines, in their order."""
    if known.lane_id is None:
        return
    language = language_of(tx, known.lane_id)
    for line in lines:
        if line.direction == "worker" and line.text is not None:
            said = t("case.person.from_worker", language, who=line.staff_alias or "–", text=line.text)
            key = tell_person(tx, known.lane_id, said, now=now, purpose="relay", urgent=True, case_id=known.id)
            _follow(tx, known.id, line.seq, key)


def _follow(tx: Tx, case_id: int, seq: int, key: str | None) -> None:
    line = (transcript.c.case_id == case_id, transcript.c.seq == seq)
    tx.execute(update(transcript).where(*line).values(outbox_key=key))


def _keep(tx: Tx, known: Case, direction: str, text: Masked, staff_id: int | None, now: datetime) -> int:
    seq = (tx.execute(_LAST_NUMBER, {"which": known.id}).scalar_one() or 0) + 1
    about = _about(known.id, seq, direction)
    try:
        if known.key_id is None:
            raise KeyDestroyed
        sealed = tx.seals.close_with(known.key_id, text, about=about)
    except KeyDestroyed:  # after a restore the old words are gone; new ones must still get through
        sealed = tx.seals.close_with(_fresh_key(tx, known.id), text, about=about)
    row = {"case_id": known.id, "seq": seq, "direction": direction, "staff_id": staff_id, "sealed": sealed, "at": now}
    is_readable = direction != "person" or visibility.is_open(tx.connection, known.id)
    tx.execute(_KEEP, {**row, "is_readable": is_readable})
    tx.ring(f"case:{known.id}")
    return int(seq)


def _fresh_key(tx: Tx, case_id: int) -> KeyId:
    key_id = tx.seals.new_key()
    tx.execute(update(case).where(case.c.id == case_id).values(key_id=key_id))
    return key_id


def _about(case_id: int, seq: int, direction: str) -> str:
    return f"transcript:{case_id}:{seq}:{direction}"


def words(connection: Connection, seals: Seals, case_id: int) -> tuple[Line, ...]:
    """All lines of a case: for herself. A colleague's page shows `readable`, and writes that down before."""
    known = get(connection, case_id)
    if known is None:
        return ()
    both = select(transcript, staff.c.alias).outerjoin(staff, staff.c.id == transcript.c.staff_id)
    rows = connection.execute(both.where(transcript.c.case_id == case_id).order_by(transcript.c.seq))
    found = []
    for row in rows:
        text = _open(seals, known.key_id, row.sealed, _about(case_id, row.seq, row.direction))
        found.append(Line(row.seq, row.direction, row.alias, text, row.at, row.is_readable))
    return tuple(found)


def readable(connection: Connection, seals: Seals, case_id: int) -> tuple[Line, ...]:
    """The lines a colleague may read. Lines that may not be read are not there at all."""
    return tuple(line for line in words(connection, seals, case_id) if line.is_readable)


def _open(seals: Seals, key_id: KeyId | None, sealed: bytes, about: str) -> str | None:
    if key_id is None:
        return None
    try:
        return seals.open_with(key_id, sealed, about=about)
    except KeyDestroyed:
        return None

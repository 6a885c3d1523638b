"""Puts messages into the outbox: to send is to write a row in the same transaction, the mailroom does the rest."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select

from bot.db import Tx
from bot.deeds import Known
from bot.ports import Cap, Channel, Choice, ChoiceToken, Purpose
from bot.seals import KeyDestroyed, KeyId, SealBroken
from bot.tables import conversation, guard, lane, offered, outbox

Recipient = tuple[str, int]  # ("lane", id) or ("staff", id)
Line = tuple[str, int, int | None]  # a recipient, and for a colleague the case

LEASE_URGENT = timedelta(seconds=10)
LEASE = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=2)  # until the next attempt, whatever the network says: it is asked again
KEPT_TO_PERSON = timedelta(hours=72)
KEPT_TO_STAFF = timedelta(hours=24)
OFFERS_KEPT = 5


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a dialogue: where its answer goes (`dialogue`, `step`), what it means (`key`), what it says.

    `location`: a key that shares where the person is, on networks that have one; its answer is a place, no choice.
    `at`: when it was offered, of one that is read back.
    """

    dialogue: str
    step: str
    key: str
    label: str
    kind: Literal["reply", "location"] = "reply"
    at: datetime | None = field(default=None, compare=False)


_KEPT = ("dialogue", "step", "key", "label")


@dataclass(frozen=True, slots=True)
class Letter:
    """What an outbox row holds once opened."""

    text: str = field(repr=False)
    choices: tuple[Choice, ...] = ()
    case: str | None = None
    wakes: bool = False  # to staff: danger now, through what wakes a sleeper
    via: int | None = None  # to staff: through this own channel and no other
    audio: str = ""  # to persons: a recording of the same words
    takes_back: datetime | None = None  # to a person: first take back what was said up to then, in both directions
    instead: tuple[str, str] = field(default=("", ""), repr=False)  # the words if nothing, or too much, is left


@dataclass(frozen=True, slots=True)
class Item:
    """One outbox row, claimed by this process."""

    id: int
    key: str
    recipient: Recipient
    generation: int
    case_id: int | None
    purpose: Purpose
    urgent: bool
    attempts: int
    is_last: bool
    key_id: str | None
    sealed: bytes = field(repr=False)
    leased_until: datetime
    known: Known | None = field(default=None, repr=False, compare=False)  # the way, of what was written a moment ago

    @property
    def line(self) -> Line:
        """What must stay in order: everything to one person; to a colleague what is about one case."""
        return (*self.recipient, None if self.recipient[0] == "lane" else self.case_id)


def lease_of(urgent: bool) -> timedelta:
    """How long a row is held by a process that has died, before another sends it."""
    return LEASE_URGENT if urgent else LEASE


# Statements are built once: building one costs five times as much as running it.
_older = outbox.alias("older")
IS_BEHIND = (
    select(_older.c.id)
    .where(
        _older.c.lane_id == lane.c.id,
        or_(
            _older.c.state == "pending",
            and_(
                _older.c.state == "leased",
                _older.c.lease_owner != bindparam("owner"),
                _older.c.lease_until > bindparam("now", type_=outbox.c.lease_until.type),
            ),
        ),
    )
    .exists()
    .label("is_behind")
)
TO_WHOM_TABLES = (lane, conversation, guard, outbox)
TO_WHOM = (
    select(lane.c.generation, lane.c.stopped_at, conversation.c.key_id, IS_BEHIND, guard.c.state.label("guard"))
    .join(conversation, conversation.c.lane_id == lane.c.id)
    .outerjoin(guard, guard.c.lane_id == lane.c.id)
    .where(lane.c.id == bindparam("whose"))
)
_PUT = insert(outbox).returning(outbox.c.id)
_NUMBER = select(outbox.c.id).where(outbox.c.key == bindparam("key"))
_REMEMBER = insert(offered)
_sixth = (
    select(offered.c.id)
    .where(offered.c.lane_id == bindparam("whose"))
    .order_by(offered.c.id.desc())
    .limit(1)
    .offset(OFFERS_KEPT)
)
_FORGET_OLDEST = delete(offered).where(
    offered.c.lane_id == bindparam("whose"), offered.c.id <= _sixth.scalar_subquery()
)
OFFERS = (
    select(offered.c.sealed, offered.c.at)
    .where(offered.c.lane_id == bindparam("whose"))
    .order_by(offered.c.id.desc())
    .limit(bindparam("newest"))
)


def tell_person(
    tx: Tx,
    lane_id: int,
    text: str,
    *,
    now: datetime,
    options: Sequence[Option] = (),
    purpose: Purpose = "answer",
    urgent: bool = False,
    case_id: int | None = None,
    is_last: bool = False,
    links: Sequence[Choice] = (),
    audio: str = "",
    takes_back: bool = False,
    instead: tuple[str, str] = ("", ""),
) -> str | None:
    """Queue a message to a person, sealed with the key of the conversation; its choices are remembered.

    Does nothing if the person's lane, the conversation or its key is gone, or if it is about a case while somebody
    else may hold the phone. `is_last`: after it the contact is forgotten. `takes_back`: what was said until now
    is first deleted at the network, as far as it lets us; `text` says that older things stay on the phone, `instead`
    what is said where nothing stays at all, or also younger things do. Returns the key of the row, by which it can be
    followed.
    """
    row = tx.row(TO_WHOM, {"whose": lane_id, "owner": tx.owner, "now": now})
    if row is None or row.stopped_at is not None:
        return None
    if case_id is not None and row.guard not in (None, "open"):
        return None
    choices = tuple(
        Choice(token, option.label, option.kind) for option, token in zip(options, _tokens(len(options)), strict=True)
    )
    letter = Letter(text, (*choices, *links), audio=audio, takes_back=now if takes_back else None, instead=instead)
    try:
        if any(option.kind == "reply" for option in options):
            _remember(tx, lane_id, row.key_id, options, choices, now)
        return _put(
            tx,
            letter,
            now=now,
            purpose=purpose,
            urgent=urgent,
            kept=KEPT_TO_PERSON,
            waits=row.is_behind,
            lane_id=lane_id,
            generation=row.generation,
            key_id=row.key_id,
            case_id=case_id,
            last=is_last,
        )
    except KeyDestroyed:
        return None  # she cannot be told; what else this deed does, calling colleagues above all, still happens


def _tokens(count: int) -> list[ChoiceToken]:
    """Twelve signs each, of one draw: nine bytes that nobody can guess."""
    drawn = secrets.token_urlsafe(9 * count) if count else ""
    return [ChoiceToken(drawn[at : at + 12]) for at in range(0, 12 * count, 12)]


def tell_staff(
    tx: Tx,
    staff_id: int,
    text: str,
    *,
    now: datetime,
    choices: Sequence[Choice] = (),
    purpose: Purpose = "alarm",
    urgent: bool = False,
    case_id: int | None = None,
    case_alias: str | None = None,
    alarm_id: int | None = None,
    wakes: bool = False,
    via: int | None = None,
) -> None:
    """Queue a message to a colleague: alias, place, urgency, a link. Never a person's words.

    `wakes`: danger now. `via`: through one own channel only, to try whether it works.
    """
    letter = Letter(text, tuple(choices), case_alias, wakes, via)
    _put(
        tx,
        letter,
        now=now,
        purpose=purpose,
        urgent=urgent,
        kept=KEPT_TO_STAFF,
        staff_id=staff_id,
        case_id=case_id,
        alarm_id=alarm_id,
    )


def _remember(
    tx: Tx, lane_id: int, key_id: str, options: Sequence[Option], choices: Sequence[Choice], now: datetime
) -> None:
    """Keep what was offered, for the last few messages only."""
    told = [
        {"token": choice.token} | {name: getattr(option, name) for name in _KEPT}
        for option, choice in zip(options, choices, strict=True)
        if option.kind == "reply"
    ]
    sealed = tx.seals.close_with(KeyId(key_id), json.dumps(told, ensure_ascii=False), about=f"offered:{lane_id}")
    tx.tell(_REMEMBER, {"lane_id": lane_id, "sealed": sealed, "at": now, "forget_at": now + KEPT_TO_PERSON})
    tx.tell(_FORGET_OLDEST, {"whose": lane_id})


def offers(tx: Tx, lane_id: int, key_id: str, *, newest: int = OFFERS_KEPT) -> list[list[tuple[str, Option]]]:
    """The choices of the last few messages, newest message first, as (token, option).

    What was offered in a talk that is forgotten by now, under a key of its own, is no choice any more.
    """
    found = []
    for row in tx.rows(OFFERS, {"whose": lane_id, "newest": newest}):
        try:
            told = json.loads(tx.seals.open_with(KeyId(key_id), row.sealed, about=f"offered:{lane_id}"))
        except (KeyDestroyed, SealBroken):
            continue
        found.append(
            [(one["token"], Option(one["dialogue"], one["step"], one["key"], one["label"], at=row.at)) for one in told]
        )
    return found


def last_asked(tx: Tx, lane_id: int) -> datetime | None:
    """When a message with choices was last written to this person."""
    found: datetime | None = tx.execute(select(func.max(offered.c.at)).where(offered.c.lane_id == lane_id)).scalar_one()
    return found


_COLUMNS: dict[str, Any] = {
    "lane_id": None, "generation": 0, "staff_id": None, "case_id": None, "alarm_id": None, "key_id": None,
    "attempts": 0, "last": False,
}  # fmt: skip


def _put(
    tx: Tx, letter: Letter, *, now: datetime, kept: timedelta, urgent: bool, waits: bool = False, **columns: Any
) -> str:
    """Insert the row already leased to this process, and hand it over after the commit.

    `waits`: an older message to the same person waits for its next attempt, or is on its way in another process.
    """
    key = secrets.token_hex(16)
    about = f"outbox:{key}"
    body = pack(letter)
    key_id = columns.get("key_id")
    sealed = tx.seals.close_with(KeyId(str(key_id)), body, about=about) if key_id else tx.seals.close(body, about=about)
    until = now + lease_of(urgent)
    row = {**_COLUMNS, **columns, "key": key, "sealed": sealed, "urgent": urgent, "at": now, "forget_at": now + kept}
    row |= {"state": "pending" if waits else "leased", "next_at": now}
    row |= {"lease_owner": None if waits else tx.owner, "lease_until": None if waits else until}
    asked = tx.ask(_PUT, row)
    if waits:
        return key
    recipient = ("lane", row["lane_id"]) if row["lane_id"] is not None else ("staff", row["staff_id"])

    def make(number: int, known: Known | None) -> Item:
        return Item(
            number, key, recipient, row["generation"], row["case_id"], row["purpose"], urgent, 0, row["last"],
            row["key_id"], sealed, until, known,
        )  # fmt: skip

    tx.promise(asked, make, (_NUMBER, {"key": key}), row["lane_id"])
    return key


def fitting(letter: Letter, channel: Channel) -> Letter:
    """A key that shares a place is offered only where the network has one; every question can be answered by typing."""
    if all(choice.kind != "location" for choice in letter.choices):
        return letter
    if Cap.LOCATION_REQ in channel.capabilities().flags:
        return letter
    return replace(letter, choices=tuple(choice for choice in letter.choices if choice.kind != "location"))


def worded(letter: Letter, left: str) -> Letter:
    """The words that are true of what still stands on the phone: `nothing`, `older` things only, or `some` more."""
    whole, some = letter.instead
    text = {"nothing": whole, "some": some}.get(left, "")
    return replace(letter, text=text) if text else letter


def pack(letter: Letter) -> str:
    """A letter as the text that is sealed."""
    choices = [[choice.token, choice.label, choice.kind, choice.url] for choice in letter.choices]
    told: dict[str, object] = {"text": letter.text, "choices": choices, "case": letter.case}
    if letter.wakes:
        told["wakes"] = True
    if letter.via is not None:
        told["via"] = letter.via
    if letter.audio:
        told["audio"] = letter.audio
    if letter.takes_back is not None:
        told["takes_back"] = letter.takes_back.isoformat()
    if any(letter.instead):
        told["instead"] = letter.instead
    return json.dumps(told, ensure_ascii=False)


def unpack(body: str) -> Letter:
    """The letter that `pack` packed."""
    told = json.loads(body)
    choices = tuple(Choice(ChoiceToken(token), label, kind, url) for token, label, kind, url in told["choices"])
    until = datetime.fromisoformat(told["takes_back"]) if "takes_back" in told else None
    wakes, via, audio = told.get("wakes", False), told.get("via"), told.get("audio", "")
    whole, some = told.get("instead", ("", ""))
    return Letter(told["text"], choices, told["case"], wakes, via, audio, until, (whole, some))

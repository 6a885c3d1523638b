"""Rotates the master key while the service runs: everything sealed with the old one is sealed anew, a little at a time.

Nothing is remembered about how far it came but the values themselves: each begins with the number of its key. After a
kill the same command goes on where it was.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, Table, and_, func, select, tuple_, update

from bot import keyfile, vault
from bot.db import MOST_IDLE_SECONDS, Tx
from bot.seals import SealBroken, Seals
from bot.tables import contact, message_ref, outbox, remark, staff, staff_channel, staff_notice, tonight_contact

CHUNK = 100  # rows in one deed, so that no alarm waits for it
BREATH = 0.002  # seconds between two deeds
NOTICED_SECONDS = 10.0  # every running process has taken over the new key file by then (it looks every two)
OVER_SECONDS = MOST_IDLE_SECONDS + 5.0  # a commit begun with the old key is done by then, or cut off by the server

Run = Callable[[Callable[[Tx], Any]], Any]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column sealed with the house key, and what each of its values is tied to."""

    table: Table
    column: str
    about: Callable[[Any], str]
    where: ColumnElement[bool] | None = None

    @property
    def value(self) -> Column[Any]:
        return self.table.c[self.column]


HOUSE_SEALED = (
    Sealed(outbox, "sealed", lambda row: f"outbox:{row.key}", outbox.c.key_id.is_(None)),
    Sealed(message_ref, "sealed", lambda row: f"message_ref:{row.lane_id}"),
    Sealed(staff, "totp_sealed", lambda row: f"totp:{row.id}", staff.c.totp_sealed.is_not(None)),
    Sealed(staff_notice, "sealed", lambda row: f"staff_notice:{row.key}"),
    Sealed(tonight_contact, "sealed", lambda row: f"tonight:{row.province}:{row.kind}"),
    Sealed(remark, "sealed", lambda row: f"remark:{row.what}", remark.c.sealed.is_not(None)),
    Sealed(staff_channel, "sealed", lambda row: f"staff_channel:{row.staff_id}:{row.kind}"),
)
"""Every column sealed with the house key but `contact.sealed`, which the vault seals; a test keeps this list whole."""


@dataclass(slots=True)
class Rotated:
    """How much was sealed anew, and what could not be opened and was left."""

    data_keys: int = 0
    rows: int = 0
    unreadable: int = 0


def rotate(run: Run, seals: Seals, key_file: Path, *, say: Say, wait: Callable[[float], None] = time.sleep) -> Rotated:
    """A new master key, and everything sealed with it; then the old one goes out of the key file.

    First every running process learns of the new key, so that it finds an account under both of its names; only then
    is the key used. `run` runs one deed in a transaction of its own. Raises KeyMissing, KeyOpenToOthers, DatabaseAway.
    """
    masters = keyfile.load(key_file)
    if len(masters.numbers) > 1:
        say("A rotation was begun before and is finished now.")
    else:
        masters = keyfile.add_key(key_file)
    if masters.current != max(masters.numbers):
        say("Waiting until every running process knows the new key …")
        wait(NOTICED_SECONDS)
        keyfile.use_newest(key_file)
    seals.reload()
    done = Rotated()
    for is_last in (False, True):
        _seal_all(run, seals, done, say)
        if not is_last:
            say("Waiting until every running process uses the new key …")
            wait(OVER_SECONDS)
    if done.unreadable:
        say(f"{done.unreadable} values could not be opened; the old key stays in the key file.")
        return done
    keyfile.drop_old_keys(key_file)
    seals.reload()
    return done


def _seal_all(run: Run, seals: Seals, done: Rotated, say: Say) -> None:
    done.unreadable = 0
    for count in _data_keys(seals):
        done.data_keys += count
    say(f"data keys: {done.data_keys}")
    _sweep(run, seals, _contacts(), done)
    for sealed in HOUSE_SEALED:
        before = done.rows
        _sweep(run, seals, sealed, done)
        if done.rows > before:
            say(f"{sealed.table.name}: {done.rows - before}")


def _data_keys(seals: Seals) -> Iterator[int]:
    after: str | None = ""
    while after is not None:
        count, after = seals.keys.rewrap(after=after)
        yield count
        time.sleep(BREATH)


def _contacts() -> Sealed:
    return Sealed(contact, "sealed", lambda row: "")


def _sweep(run: Run, seals: Seals, sealed: Sealed, done: Rotated) -> None:
    """All rows of one column that still bear an older mark, in the order of their primary key."""
    place: tuple[Any, ...] | None = None
    while True:
        count, unreadable, place = run(partial(_some, sealed=sealed, after=place))
        done.rows += count
        done.unreadable += unreadable
        if place is None:
            return
        time.sleep(BREATH)


def _some(tx: Tx, *, sealed: Sealed, after: tuple[Any, ...] | None) -> tuple[int, int, tuple[Any, ...] | None]:
    """The next hundred rows, whatever their mark: to look for the last few in one go would hold up every alarm."""
    key = list(sealed.table.primary_key.columns)
    mark = tx.seals.masters.mark
    begins = func.substr(sealed.value, 1, len(mark), type_=LargeBinary)
    rest = select(*key) if after is None else select(*key).where(tuple_(*key) > tuple_(*after))
    last = tx.execute(rest.order_by(*key).offset(CHUNK - 1).limit(1)).one_or_none()
    wanted = select(sealed.table).where(begins != mark).order_by(*key)
    if sealed.where is not None:
        wanted = wanted.where(sealed.where)
    if after is not None:
        wanted = wanted.where(tuple_(*key) > tuple_(*after))
    if last is not None:
        wanted = wanted.where(tuple_(*key) <= tuple_(*last))
    count, unreadable = 0, 0
    rows = tx.execute(wanted.with_for_update() if tx.is_postgresql else wanted).all()
    for row in rows:
        if _renew(tx, sealed, row, key):
            count += 1
        else:
            unreadable += 1
    return count, unreadable, None if last is None else tuple(last)


def _renew(tx: Tx, sealed: Sealed, row: Any, key: list[Column[Any]]) -> bool:
    if sealed.table is contact:
        return vault.reseal(tx, row.lane_id)
    about = sealed.about(row)
    try:
        plain = tx.seals.open(getattr(row, sealed.column), about=about)
    except SealBroken:
        return False
    found = and_(*(column == getattr(row, column.name) for column in key))
    fresh = {sealed.column: tx.seals.close(plain, about=about)}
    tx.execute(update(sealed.table).where(found).values(fresh))
    return True

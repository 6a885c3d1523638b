"""A copy of the line in one file, from either engine and for either engine: what we know, who works here, the register.

What persons wrote is not in it, nor the keys: a backup must not bring back what was erased. Of persons only the way to
those whose case is open is kept, so that they can be called for again.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    NullPool,
    Select,
    Table,
    Text,
    create_engine,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

import bot.tables as tables
from bot.db import away, open_engine
from bot.helpline.moves import State
from bot.schema import is_current, is_known, revision
from bot.seals import KeyMissing, SealBroken, Seals
from directory.tables import metadata

CHUNK = 1_000
LEFT_OUT = frozenset(
    {
        "inbox", "outbox", "conversation", "offered", "transcript", "message_ref", "return_code", "seen_event",
        "webchat_session", "webchat_frame", "staff_session", "staff_notice", "invitation", "alarm", "lease",
    }
)  # fmt: skip
"""What is on its way, what only works with a destroyed key, and links and sessions: none of it outlives the machine."""
OF_OPEN_CASES = frozenset({"person", "lane", "contact"})
CALLS = ("escalate", "hold_over", "handed_over")  # timers that a restore sets anew
_PROOF = "backup"
_OLDER = ""  # a backup of a version that wrote no fingerprint

_note = Table("backup_note", MetaData(), Column("name", Text, primary_key=True), Column("value", Text, nullable=False))


class BackupProblem(Exception):
    """This file cannot be written or restored; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup says of itself."""

    revision: str
    made_at: str
    proof: bytes


def kept() -> list[Table]:
    """The tables of a backup, those that others refer to first."""
    return [table for table in metadata.sorted_tables if table.name not in LEFT_OUT]


def write(reader: Engine, seals: Seals, path: Path, *, now: datetime) -> int:
    """Write a backup; returns the number of rows. Raises BackupProblem, DatabaseAway."""
    if path.exists():
        raise BackupProblem(f"{path} is there already: choose another name, a backup overwrites nothing.")
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as problem:
        raise BackupProblem(f"{path} cannot be written ({problem.strerror}).") from None
    try:
        rows = _fill(reader, seals, part, now)
        _sign(part, seals)
        _settle(part)
        os.replace(part, path)
    except DBAPIError as problem:
        raise away(problem) from None
    finally:
        part.unlink(missing_ok=True)
    return rows


def _fill(reader: Engine, seals: Seals, part: Path, now: datetime) -> int:
    total = 0
    with _file(part) as file, _snapshot(reader) as source, file.begin() as target:
        metadata.create_all(target, tables=kept())
        _note.create(target)
        for table in kept():
            for chunk in _chunks(source, _wanted(table)):
                if rows := _without_dangling(target, table, chunk):
                    target.execute(insert(table), rows)
                total += len(rows)
        told = {"revision": revision(source) or "", "made_at": now.isoformat()}
        told["proof"] = seals.close(_PROOF, about=_PROOF).hex()
        target.execute(insert(_note), [{"name": name, "value": value} for name, value in told.items()])
    return total


@contextmanager
def _file(path: Path, *, to_read: bool = False) -> Iterator[Engine]:
    """`to_read`: not a byte of it is touched, nor anything put beside it."""
    engine = open_engine(f"sqlite:///{path}")
    if to_read:
        engine = create_engine("sqlite://", creator=partial(_reading, path), poolclass=NullPool, hide_parameters=True)
    try:
        yield engine
    finally:
        engine.dispose()


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)


def _sign(part: Path, seals: Seals) -> None:
    """So that a damaged file is known before anything of it is restored."""
    with closing(sqlite3.connect(part)) as file, file:
        file.execute("INSERT INTO backup_note VALUES ('digest', ?)", (seals.witness(_digest(file)),))


def _digest(file: sqlite3.Connection) -> str:
    """A fingerprint of every value in the file but itself."""
    told = hashlib.sha256()
    names = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    for name in names:
        where = " WHERE name <> 'digest'" if name == _note.name else ""
        rows = file.execute(f'SELECT * FROM "{name}"{where} ORDER BY rowid')
        told.update(repr((name, [column[0] for column in rows.description])).encode())
        for row in rows:
            told.update(repr(row).encode("utf-8", "surrogatepass"))
    return told.hexdigest()


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """One moment of the whole database, while others go on writing."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def _wanted(table: Table) -> Select[Any]:
    opened = select(tables.case.c.lane_id).where(tables.case.c.state != State.CLOSED)
    if table is tables.contact:
        staying = select(tables.lane.c.id).where(tables.lane.c.erasing_at.is_(None))
        return select(table).where(table.c.lane_id.in_(opened), table.c.lane_id.in_(staying))
    if table is tables.lane:
        columns = [column for column in table.c if column.name not in ("lease_owner", "lease_until")]
        return select(*columns).where(table.c.id.in_(opened), table.c.erasing_at.is_(None))
    if table is tables.person:
        owners = select(tables.lane.c.person_id).where(tables.lane.c.id.in_(opened))
        return select(table).where(table.c.id.in_(owners))
    if table is tables.timer:
        return select(table).where(table.c.kind.not_in(CALLS))
    return select(table)


def _chunks(source: Connection, wanted: Select[Any]) -> Iterator[Sequence[dict[str, Any]]]:
    for rows in source.execution_options(yield_per=CHUNK).execute(wanted).mappings().partitions(CHUNK):
        yield [dict(row) for row in rows]


def _settle(part: Path) -> None:
    """One file without a log beside it, checked from end to end, safe on disk."""
    with closing(sqlite3.connect(part, isolation_level=None)) as file:
        file.execute("PRAGMA journal_mode=DELETE")
        if file.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise BackupProblem("The backup could not be read back: try again on another disk.")
    handle = os.open(part, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def look(path: Path, seals: Seals) -> Backup:
    """What this file says of itself. Raises BackupProblem, and KeyMissing if it was made with another key file."""
    if not path.is_file():
        raise BackupProblem(f"There is no file {path}.")
    try:
        with closing(_reading(path)) as file:
            told = dict(file.execute("SELECT name, value FROM backup_note").fetchall())
            found = Backup(told["revision"], told["made_at"], bytes.fromhex(told["proof"]))
            is_whole = _is_whole(file, path)
            digest = _digest(file) if is_whole else ""
    except (sqlite3.Error, KeyError, ValueError, OSError):
        raise BackupProblem(f"{path} is not a backup of this service, or it is damaged.") from None
    try:
        seals.open(found.proof, about=_PROOF)
    except SealBroken:
        raise KeyMissing("This backup was made with another key file: put back the one of that time.") from None
    if not is_whole or told.get("digest", _OLDER) not in (_OLDER, seals.witness(digest)):
        raise BackupProblem(f"{path} is damaged, nothing of it was restored: take another copy, or an older backup.")
    if not is_known(found.revision):
        raise BackupProblem(f"{path} was made by a newer version of this service: restore it with that one.")
    return found


def _is_whole(file: sqlite3.Connection, path: Path) -> bool:
    """Not cut off, and what holds it together is sound."""
    pages, size = (file.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    is_complete = path.stat().st_size == pages * size
    return is_complete and file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def is_empty(connection: Connection) -> bool:
    """Whether nothing was ever kept here."""
    return all(connection.execute(select(table).limit(1)).first() is None for table in metadata.sorted_tables)


def read_back(connection: Connection, path: Path) -> int:
    """Bring every row of the file into an empty, migrated database; returns how many. Raises BackupProblem."""
    if not is_current(connection) or not is_empty(connection):
        raise BackupProblem("A backup is restored into an empty database only: choose another one.")
    total = 0
    with _file(path, to_read=True) as engine, engine.connect() as file:
        for table in kept():
            shared = _columns(file, table)
            if not shared:
                continue  # a table that came after this backup
            for rows in _chunks(file, select(*shared)):
                rows = _without_dangling(connection, table, rows)
                if rows:
                    connection.execute(insert(table), rows)
                total += len(rows)
    if connection.dialect.name == "postgresql":
        _count_on(connection)
    return total


def _columns(file: Connection, table: Table) -> list[Column[Any]]:
    there = {row[1] for row in file.exec_driver_sql(f'PRAGMA table_info("{table.name}")')}
    return [column for column in table.c if column.name in there]


def _without_dangling(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A closed case keeps no way to a person: what refers to a lane that is not there refers to nobody, and what is
    nothing without its lane (who is kept out, an agreed word) stays behind."""
    if "lane_id" not in table.c:
        return list(rows)
    there = set(connection.execute(select(tables.lane.c.id)).scalars())
    if not table.c.lane_id.nullable:
        return [row for row in rows if row["lane_id"] in there]
    return [{**row, "lane_id": row["lane_id"] if row["lane_id"] in there else None} for row in rows]


def _count_on(connection: Connection) -> None:
    """PostgreSQL counts its numbers apart from the rows: go on behind the highest."""
    for table in metadata.sorted_tables:
        key = list(table.primary_key.columns)
        if len(key) == 1 and key[0].autoincrement is not False and key[0].type.python_type is int:
            newest = connection.execute(select(func.max(key[0]))).scalar_one()
            if newest is not None:
                name = f'"{table.name}"'
                connection.execute(
                    text("SELECT setval(pg_get_serial_sequence(:name, :column), :newest)"),
                    {"name": name, "column": key[0].name, "newest": newest},
                )

"""Opens the configured house for a command that does one thing and ends: settings, keys, database."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot import postbag
from bot.app import MachineClock
from bot.db import Tx, away, open_engine, run_alone
from bot.helpline import restoring
from bot.ports import KeysChanged
from bot.schema import is_current, upgrade
from bot.seals import Seals, create_key_file
from bot.settings import Settings, SettingsProblem, load
from bot.shared_clock import SharedClock

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Opened:
    """A house without anything running in it."""

    settings: Settings
    seals: Seals
    engine: Engine
    reader: Engine

    def write(self, deed: Callable[[Tx], T]) -> T:
        """Run one deed; all of it is kept or nothing. Raises DatabaseAway."""
        try:
            with self.engine.begin() as connection:
                masters = self.seals.masters
                result, tx = run_alone(connection, partial(_handing_over, deed), self.seals, "command")
                if self.seals.newest() is not masters:
                    raise KeysChanged("The master key was changed meanwhile: nothing was written, do the same again.")
        except DBAPIError as problem:
            raise away(problem) from None
        for hook in tx.hooks:
            hook()
        return result

    def now(self) -> datetime:
        """The time all processes of this house go by: of a database server its own, whatever this machine says."""
        clock = SharedClock(MachineClock())
        if not self.settings.is_sqlite:
            self.read(clock.set_by)
        return clock.now()

    def read(self, query: Callable[[Connection], T]) -> T:
        """Run a query. Raises DatabaseAway."""
        try:
            with self.reader.connect() as connection:
                return query(connection)
        except DBAPIError as problem:
            raise away(problem) from None


def _handing_over(deed: Callable[[Tx], T], tx: Tx) -> T:
    """A command sends nothing: what it writes is for the running service, at once."""
    result = deed(tx)
    if tx.promised:
        postbag.release(tx, owner=tx.owner)
    return result


def is_there(settings: Settings) -> bool:
    """Whether the configured database exists already (a server's database counts as there)."""
    return not settings.is_sqlite or settings.sqlite_path.exists()


def prepare(settings: Settings, *, is_empty: bool = False) -> Seals:
    """The keys of this house; where there is no database yet, or it `is_empty`, they are made.

    Raises KeyMissing, SettingsProblem.
    """
    make_folder(settings)
    is_new = is_empty or (settings.is_sqlite and not settings.sqlite_path.exists())
    with usable("key_file", settings.key_file):
        if is_new and not settings.key_file.exists():
            create_key_file(settings.key_file)
        if settings.key_file.exists():
            settings.key_file.read_bytes()  # one that may not be read is a setting to be mended
    with usable("key_store", settings.key_store):
        return Seals.from_files(settings.key_file, settings.key_store)


def make_folder(settings: Settings) -> None:
    """Where everything of this house lies that is no setting. Raises SettingsProblem."""
    with usable("data_dir", settings.data_dir):
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextmanager
def usable(name: str, path: Path | str) -> Iterator[None]:
    """A place that the system, or its database, refuses is a setting to be mended."""
    try:
        yield
    except OSError as problem:
        raise SettingsProblem(f"DONGHANH_{name.upper()}: {path} cannot be used ({problem.strerror}).") from None
    except sqlite3.Error:
        raise SettingsProblem(
            f"DONGHANH_{name.upper()}: {path} cannot be used, it is damaged or no file of this service."
        ) from None


def strange_keys(connection: Connection, seals: Seals) -> str:
    """What to do if this key store has none of the keys of this database; else nothing.

    Served so, everybody who has written in the last days would be heard by nobody.
    """
    used = restoring.keys_in_use(connection)
    if not used or len(seals.keys.lacking(used)) < len(used):
        return ""
    mend = "put the old keys.db back; if it is lost for good: donghanh keys lost"
    return f"The key store has none of the {len(used)} keys this database was sealed with: {mend}."


@contextmanager
def served_here_alone(settings: Settings) -> Iterator[None]:
    """An SQLite house is served by one process: a second would take the messages out of the first one's hands.

    Raises SettingsProblem. The mark ends with the process, however it ends.
    """
    if not settings.is_sqlite:
        yield
        return
    with usable("database_url", settings.sqlite_path):
        settings.sqlite_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark = os.open(settings.sqlite_path.with_suffix(".serving"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(mark)
        raise SettingsProblem(
            f"The database {settings.sqlite_path} is being served already: stop that process first, or use PostgreSQL."
        ) from None
    try:
        yield
    finally:
        os.close(mark)


def once(settings: Settings, seals: Seals, deed: Callable[[Tx], T]) -> T:
    """One deed on a database that nothing runs on yet. Raises DatabaseAway."""
    engine = open_engine(settings.database_url)
    try:
        return Opened(settings, seals, engine, engine).write(deed)
    finally:
        engine.dispose()


@contextmanager
def opened(*, must_be_current: bool = True) -> Iterator[Opened]:
    """The configured house. Raises SettingsProblem, KeyMissing, KeyOpenToOthers, DatabaseAway: one line each."""
    settings = load()
    if not is_there(settings):
        raise SettingsProblem(f"There is no database at {settings.sqlite_path} yet: run donghanh migrate first.")
    seals = prepare(settings)
    engine, reader = open_engine(settings.database_url), open_engine(settings.database_url, is_reader=True)
    try:
        made = Opened(settings, seals, engine, reader)
        if must_be_current and not made.read(is_current):
            if not settings.is_sqlite:
                raise SettingsProblem("The database has an old schema: run donghanh migrate first.")
            upgrade(settings.database_url)
        yield made
    finally:
        reader.dispose()
        engine.dispose()
        seals.stop()

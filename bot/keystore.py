"""The key store: one data key for each conversation, case and browser; a key destroyed here is gone for good."""

import os
import secrets
import sqlite3
import stat
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NewType

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.keyfile import KeyMissing, KeyOpenToOthers, KeyUnknown, Masters, SealBroken, decrypt, encrypt, mark_of
from bot.ports import DatabaseAway

KeyId = NewType("KeyId", str)

SPARES = 32
_CACHED = 4096
_TRIED = "tried"  # no key's name
_LOOK_SECONDS = 1.0  # how long a key destroyed by another process may still lie in this one's memory


class KeyDestroyed(Exception):
    """These words are gone for good: their key was destroyed."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key itself, and ready to seal with."""

    raw: bytes = field(repr=False)
    seal: AESGCM = field(repr=False)


class KeyStore:
    """Data keys, each wrapped with the master key.

    A small SQLite file of its own with `secure_delete`: a destroyed key leaves no trace in it. Thread-safe, and shared
    by all processes of a house. Whatever touches the file raises DatabaseAway when it cannot be read or written.
    """

    def __init__(self, path: str, masters: Callable[[], Masters]) -> None:
        self._masters = masters
        self._lock = threading.Lock()
        self._spares: list[tuple[KeyId, bytes]] = []
        self._cache: OrderedDict[KeyId, DataKey] = OrderedDict()
        self._version, self._looked_at = 0, 0.0
        if path != ":memory:":
            _create_private(Path(path))
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        self._file.execute("PRAGMA secure_delete=ON")
        self._file.execute("PRAGMA journal_mode=TRUNCATE")
        self._file.execute("PRAGMA synchronous=FULL")
        self._file.execute("PRAGMA temp_store=MEMORY")
        columns = "id TEXT PRIMARY KEY, wrapped BLOB NOT NULL"
        self._file.execute(f"CREATE TABLE IF NOT EXISTS data_key ({columns}) WITHOUT ROWID")

    def new(self) -> KeyId:
        """A fresh key, already safe on disk. Keys are made by the dozen, so that most calls touch no disk."""
        with self._lock:
            if not self._spares:
                self._make_spares()
            key_id, key = self._spares.pop()
            self._remember(key_id, key)
            return key_id

    def _make_spares(self) -> None:
        made = [(KeyId(secrets.token_hex(16)), os.urandom(32)) for _ in range(SPARES)]
        with self._written():  # wrapped while nobody else writes: no rotation is over before these are on disk
            rows = [(key_id, self._wrap(key_id, key)) for key_id, key in made]
            self._file.executemany("INSERT INTO data_key VALUES (?, ?)", rows)
        self._spares = made  # not before: words sealed with a key that is only in memory would be lost with it

    @contextmanager
    def _written(self) -> Iterator[None]:
        """All of it is on disk afterwards, or nothing."""
        with self._reached(), self._file:
            self._file.execute("BEGIN IMMEDIATE")
            yield

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as problem:
            name = getattr(problem, "sqlite_errorname", None) or type(problem).__name__
            raise DatabaseAway(f"The key store cannot be used ({name}).") from None

    def _wrap(self, key_id: str, key: bytes) -> bytes:
        masters = self._masters()
        return encrypt(masters.wraps[masters.current], masters.mark, key, key_id)

    def get(self, key_id: KeyId) -> DataKey:
        """The key itself; raises KeyDestroyed."""
        with self._lock:
            self._look()
            if (key := self._cache.get(key_id)) is not None:
                return key
            with self._reached():
                row = self._file.execute("SELECT wrapped FROM data_key WHERE id = ?", (key_id,)).fetchone()
            if row is None:
                raise KeyDestroyed("The key of these words was destroyed.")
            return self._remember(key_id, decrypt(self._masters().wraps, row[0], key_id))

    def _look(self) -> None:
        """If another process has changed the store, what is remembered here may be destroyed there."""
        if (now := time.monotonic()) - self._looked_at < _LOOK_SECONDS:
            return
        self._looked_at = now
        with self._reached():
            version = int(self._file.execute("PRAGMA data_version").fetchone()[0])
        if version != self._version:
            self._version = version
            self._cache.clear()

    def _remember(self, key_id: KeyId, key: bytes) -> DataKey:
        known = self._cache[key_id] = DataKey(key, AESGCM(key))
        if len(self._cache) > _CACHED:
            self._cache.popitem(last=False)
        return known

    def check(self) -> None:
        """Raises KeyMissing if the keys in this store were wrapped with another key file."""
        with self._lock, self._reached():
            row = self._file.execute("SELECT id, wrapped FROM data_key LIMIT 1").fetchone()
        if row is not None:
            try:
                decrypt(self._masters().wraps, row[1], row[0])
            except SealBroken:
                raise KeyMissing("This key file belongs to another key store: put back the old one.") from None

    def rewrap(self, *, after: str = "", chunk: int = 500) -> tuple[int, str | None]:
        """Wrap the next few keys anew with the newest master key; (how many, where to go on or None at the end)."""
        masters = self._masters()
        with self._lock, self._written():
            wanted = "SELECT id, wrapped FROM data_key WHERE id > ? ORDER BY id LIMIT ?"
            rows = self._file.execute(wanted, (after, chunk)).fetchall()
            old = [(key_id, wrapped) for key_id, wrapped in rows if not wrapped.startswith(masters.mark)]
            fresh = [(self._wrap(key_id, decrypt(masters.wraps, wrapped, key_id)), key_id) for key_id, wrapped in old]
            self._file.executemany("UPDATE data_key SET wrapped = ? WHERE id = ?", fresh)
        return len(fresh), rows[-1][0] if len(rows) == chunk else None

    def try_out(self) -> None:
        """Write something and take it away again; raises DatabaseAway where that cannot be."""
        with self._lock, self._written():
            self._file.execute("INSERT OR REPLACE INTO data_key VALUES (?, ?)", (_TRIED, b""))
            self._file.execute("DELETE FROM data_key WHERE id = ?", (_TRIED,))

    def count(self) -> int:
        with self._lock, self._reached():
            return int(self._file.execute("SELECT count(*) FROM data_key").fetchone()[0])

    def has(self, key_id: KeyId) -> bool:
        """Whether this key is still there."""
        with self._lock, self._reached():
            found = self._file.execute("SELECT 1 FROM data_key WHERE id = ?", (key_id,)).fetchone()
        return found is not None

    def lacking(self, key_ids: Iterable[KeyId]) -> set[KeyId]:
        """Those of these keys that are not there, or not any more."""
        with self._lock, self._reached():
            there = {row[0] for row in self._file.execute("SELECT id FROM data_key")}
        return {key_id for key_id in key_ids if key_id not in there}

    def destroy(self, key_ids: Iterable[KeyId]) -> None:
        """Make everything sealed with these keys unreadable for ever. Unknown keys are no error."""
        gone = list(key_ids)
        if not gone:
            return
        with self._lock, self._written():
            self._file.executemany("DELETE FROM data_key WHERE id = ?", [(key_id,) for key_id in gone])
            for key_id in gone:
                self._cache.pop(key_id, None)

    def destroy_except(self, wanted: set[KeyId]) -> int:
        """Destroy the keys no row refers to (a process that died before using its spares). Returns how many."""
        with self._lock, self._reached():
            kept = wanted | {key_id for key_id, _ in self._spares}
            present = [KeyId(row[0]) for row in self._file.execute("SELECT id FROM data_key")]
        orphans = [key_id for key_id in present if key_id not in kept]
        self.destroy(orphans)
        return len(orphans)

    def close(self) -> None:
        with self._lock:
            self._file.close()


def _create_private(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise KeyOpenToOthers(f"{path} can be read by others (mode {mode:o}): run chmod 600 {path}.")


__all__ = ["KeyDestroyed", "KeyId", "KeyStore", "KeyUnknown", "mark_of"]

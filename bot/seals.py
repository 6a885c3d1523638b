"""Keys and seals: what makes words unreadable to everyone but the house, and for good once a key is destroyed.

Two secrets are needed to read anything: the key file (outside the database) and, for a person's words, the data key of
that conversation or case in the key store (outside the database and outside `backup`). Destroying the data key makes
every copy of the words unreadable, also in old backups.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import sqlite3
import stat
import threading
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import NewType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KeyId = NewType("KeyId", str)

_VERSION = b"\x01"
_BLOCK = 256  # words are padded to whole blocks, so that their length tells little
_SPARES = 32
_CACHED = 4096


class KeyMissing(Exception):
    """The key file is not there, or not the one this database was sealed with."""


class KeyOpenToOthers(Exception):
    """The key file can be read by other users of this machine."""


class KeyDestroyed(Exception):
    """These words are gone for good: their key was destroyed."""


class SealBroken(Exception):
    """A sealed value was moved, cut or altered."""


def create_key_file(path: Path) -> None:
    """Write a new key file with mode 600. Never overwrites one that exists."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"current": "1", "keys": {"1": base64.b64encode(os.urandom(32)).decode()}}
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file)


def _master_key(path: Path) -> bytes:
    _refuse_if_open(path)
    try:
        content = json.loads(path.read_text("utf-8"))
        return base64.b64decode(content["keys"][content["current"]], validate=True)
    except (ValueError, KeyError, TypeError):
        raise KeyMissing(f"{path} is not a key file of this service: put back the one made at installation.") from None


def _refuse_if_open(path: Path) -> None:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        raise KeyMissing(f"The key file {path} is missing: put back the one this database was made with.") from None
    if mode & 0o077:
        raise KeyOpenToOthers(f"{path} can be read by others (mode {mode:o}): run chmod 600 {path}.")


def _derive(master: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"donghanh {purpose}".encode()).derive(master)


def _pad(plain: bytes) -> bytes:
    size = -(-(len(plain) + 1) // _BLOCK) * _BLOCK
    return plain + b"\x80" + b"\x00" * (size - len(plain) - 1)


def _unpad(padded: bytes) -> bytes:
    return padded.rstrip(b"\x00")[:-1]


def _encrypt(key: bytes, plain: bytes, about: str) -> bytes:
    nonce = os.urandom(12)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, about.encode())


def _decrypt(key: bytes, sealed: bytes, about: str) -> bytes:
    if sealed[:1] != _VERSION:
        raise SealBroken("A sealed value has an unknown form.")
    try:
        return AESGCM(key).decrypt(sealed[1:13], sealed[13:], about.encode())
    except InvalidTag:
        raise SealBroken("A sealed value was altered or does not belong here.") from None


class KeyStore:
    """Data keys, one for each conversation, case and web chat session, each wrapped with the master key.

    A small SQLite file of its own with `secure_delete`: a destroyed key leaves no trace in it. Thread-safe.
    """

    def __init__(self, path: str, wrap: bytes) -> None:
        self._wrap = wrap
        self._lock = threading.Lock()
        self._spares: list[tuple[KeyId, bytes]] = []
        self._cache: OrderedDict[KeyId, bytes] = OrderedDict()
        if path != ":memory:":
            _create_private(Path(path))
        self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        self._file.execute("PRAGMA secure_delete=ON")
        self._file.execute("PRAGMA journal_mode=TRUNCATE")
        self._file.execute("PRAGMA synchronous=FULL")
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
        self._spares = [(KeyId(secrets.token_hex(16)), os.urandom(32)) for _ in range(_SPARES)]
        rows = [(key_id, _encrypt(self._wrap, key, key_id)) for key_id, key in self._spares]
        self._file.execute("BEGIN IMMEDIATE")
        self._file.executemany("INSERT INTO data_key VALUES (?, ?)", rows)
        self._file.execute("COMMIT")

    def get(self, key_id: KeyId) -> bytes:
        """The key itself; raises KeyDestroyed."""
        with self._lock:
            if (key := self._cache.get(key_id)) is not None:
                return key
            row = self._file.execute("SELECT wrapped FROM data_key WHERE id = ?", (key_id,)).fetchone()
            if row is None:
                raise KeyDestroyed("The key of these words was destroyed.")
            key = _decrypt(self._wrap, row[0], key_id)
            self._remember(key_id, key)
            return key

    def _remember(self, key_id: KeyId, key: bytes) -> None:
        self._cache[key_id] = key
        if len(self._cache) > _CACHED:
            self._cache.popitem(last=False)

    def check(self) -> None:
        """Raises KeyMissing if the keys in this store were wrapped with another key file."""
        with self._lock:
            row = self._file.execute("SELECT id, wrapped FROM data_key LIMIT 1").fetchone()
        if row is not None:
            try:
                _decrypt(self._wrap, row[1], row[0])
            except SealBroken:
                raise KeyMissing("This key file belongs to another key store: put back the old one.") from None

    def destroy(self, key_ids: Iterable[KeyId]) -> None:
        """Make everything sealed with these keys unreadable for ever. Unknown keys are no error."""
        with self._lock:
            self._file.execute("BEGIN IMMEDIATE")
            for key_id in key_ids:
                self._file.execute("DELETE FROM data_key WHERE id = ?", (key_id,))
                self._cache.pop(key_id, None)
            self._file.execute("COMMIT")

    def destroy_except(self, wanted: set[KeyId]) -> int:
        """Destroy the keys no row refers to (a process that died before using its spares). Returns how many."""
        with self._lock:
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


class Seals:
    """Closes and opens every sealed value of the house. `about` ties a value to its row: moved rows do not open."""

    def __init__(self, master: bytes, store_path: str) -> None:
        self._handles = _derive(master, "handles")
        self._tokens = _derive(master, "tokens")
        self._house = _derive(master, "house seal")
        self._codes = _derive(master, "return codes")
        self.keys = KeyStore(store_path, _derive(master, "key wrap"))

    @classmethod
    def from_files(cls, key_file: Path, key_store: str) -> "Seals":
        """Raises KeyMissing or KeyOpenToOthers with a sentence that says how to mend it."""
        made = cls(_master_key(key_file), key_store)
        made.keys.check()
        return made

    def handle(self, *parts: str) -> str:
        """The keyed, irreversible name of an account: 64 hex digits. Without the key file nobody can compute it."""
        return hmac.new(self._handles, "\x1f".join(parts).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def token_hash(self, token: str) -> str:
        """What is kept of a one-time link, a session id or a return code: 64 hex digits, keyed."""
        return hmac.new(self._tokens, token.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def slow_hash(self, words: str) -> str:
        """What is kept of a return code: 64 hex digits, keyed, 16 MiB and a twentieth of a second for each guess."""
        return hashlib.scrypt(words.encode(), salt=self._codes, n=2**14, r=8, p=1, maxmem=2**26, dklen=32).hex()

    def close(self, plain: str, *, about: str) -> bytes:
        """Seal with the house key (addresses, alarms to staff)."""
        return _encrypt(self._house, _pad(plain.encode("utf-8", "surrogatepass")), about)

    def open(self, sealed: bytes, *, about: str) -> str:
        """Open what `close` sealed; raises SealBroken."""
        return _unpad(_decrypt(self._house, sealed, about)).decode("utf-8", "surrogatepass")

    def new_key(self) -> KeyId:
        return self.keys.new()

    def close_with(self, key_id: KeyId, plain: str, *, about: str) -> bytes:
        """Seal a person's words with the key of their conversation or case; raises KeyDestroyed."""
        return _encrypt(self.keys.get(key_id), _pad(plain.encode("utf-8", "surrogatepass")), about)

    def open_with(self, key_id: KeyId, sealed: bytes, *, about: str) -> str:
        """Open a person's words; raises KeyDestroyed or SealBroken."""
        return _unpad(_decrypt(self.keys.get(key_id), sealed, about)).decode("utf-8", "surrogatepass")

    def stop(self) -> None:
        self.keys.close()

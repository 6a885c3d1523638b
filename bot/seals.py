"""Seals: what makes words unreadable to everyone but the house, and for good once a key is destroyed.

Two secrets are needed to read anything: the key file (outside the database) and, for a person's words, the data key of
that conversation or case in the key store (outside the database and outside `backup`). Destroying the data key makes
every copy of the words unreadable, also in old backups.
"""

import hashlib
import hmac
import threading
from contextlib import suppress
from pathlib import Path

from bot import keyfile
from bot.keyfile import KeyMissing, KeyOpenToOthers, KeyUnknown, Masters, SealBroken, create_key_file
from bot.keystore import DataKey, KeyDestroyed, KeyId, KeyStore

__all__ = [
    "KeyDestroyed",
    "KeyId",
    "KeyMissing",
    "KeyOpenToOthers",
    "KeyStore",
    "Masters",
    "SealBroken",
    "Seals",
    "create_key_file",
]

_BLOCK = 256  # words are padded to whole blocks, so that their length tells little
_OWN = keyfile.mark_of(1)  # words sealed with a data key carry no number: the key itself is named beside them
GUESS_COST = 2**14  # of scrypt: what one guess at a return code costs whoever has the file and the key


def _pad(plain: bytes) -> bytes:
    size = -(-(len(plain) + 1) // _BLOCK) * _BLOCK
    return plain + b"\x80" + b"\x00" * (size - len(plain) - 1)


def _unpad(padded: bytes) -> bytes:
    return padded.rstrip(b"\x00")[:-1]


class Seals:
    """Closes and opens every sealed value of the house. `about` ties a value to its row: moved rows do not open."""

    def __init__(self, key_file: Path, store_path: str) -> None:
        self._path = key_file
        self._stamp = self._look_at_file()
        self._masters = keyfile.load(key_file)
        self._reloading = threading.Lock()
        self.keys = KeyStore(store_path, self.newest)

    @classmethod
    def from_files(cls, key_file: Path, key_store: str) -> "Seals":
        """Raises KeyMissing or KeyOpenToOthers with a sentence that says how to mend it."""
        made = cls(key_file, key_store)
        made.keys.check()
        return made

    @property
    def masters(self) -> Masters:
        """The master keys as this process knows them."""
        return self._masters

    def newest(self) -> Masters:
        """The master keys as the file has them now; if it cannot be read, as this process knows them."""
        with suppress(KeyMissing, KeyOpenToOthers, OSError):
            self.reload()
        return self._masters

    def reload(self) -> bool:
        """Take over a key file that was changed by a rotation; True if it was. Ticks every two seconds."""
        with self._reloading:
            stamp = self._look_at_file()
            if stamp == self._stamp:
                return False
            self._masters, self._stamp = keyfile.load(self._path), stamp
            return True

    def _look_at_file(self) -> tuple[int, int]:
        try:
            told = self._path.stat()
        except FileNotFoundError:
            return (0, 0)
        return told.st_mtime_ns, told.st_ino

    def handle(self, *parts: str) -> str:
        """The keyed, irreversible name of an account: 64 hex digits. Without the key file nobody can compute it."""
        return _handle(self._masters.handles[self._masters.current], parts)

    def former_handles(self, *parts: str) -> tuple[str, ...]:
        """The names the same account had under the keys before; empty but for the minutes of a rotation."""
        masters = self._masters
        return tuple(_handle(masters.handles[one], parts) for one in masters.numbers if one != masters.current)

    def token_hash(self, token: str) -> str:
        """What is kept of a one-time link, a session id or a return code: 64 hex digits, keyed."""
        return _keyed(self._masters.tokens, token)

    def slow_hash(self, words: str) -> str:
        """What is kept of a return code: 64 hex digits, keyed, 16 MiB and a twentieth of a second for each guess."""
        salt = self._masters.codes
        return hashlib.scrypt(words.encode(), salt=salt, n=GUESS_COST, r=8, p=1, maxmem=2**26, dklen=32).hex()

    def witness(self, told: str) -> str:
        """What nobody can write into the audit without the key file: 64 hex digits."""
        return _keyed(self._masters.audit, told)

    def close(self, plain: str, *, about: str) -> bytes:
        """Seal with the house key (addresses, alarms to staff)."""
        masters = self._masters
        padded = _pad(plain.encode("utf-8", "surrogatepass"))
        return keyfile.encrypt(masters.houses[masters.current], masters.mark, padded, about)

    def open(self, sealed: bytes, *, about: str) -> str:
        """Open what `close` sealed; raises SealBroken."""
        try:
            padded = keyfile.decrypt(self._masters.houses, sealed, about)
        except KeyUnknown:
            if not self.reload():
                raise
            padded = keyfile.decrypt(self._masters.houses, sealed, about)
        return _unpad(padded).decode("utf-8", "surrogatepass")

    def new_key(self) -> KeyId:
        return self.keys.new()

    def _key(self, key_id: KeyId) -> DataKey:
        try:
            return self.keys.get(key_id)
        except KeyUnknown:
            if not self.reload():
                raise
            return self.keys.get(key_id)

    def token_with(self, key_id: KeyId, told: str) -> str:
        """A keyed fingerprint that nobody can make again once this key is destroyed; raises KeyUnknown."""
        return _keyed(self._key(key_id).raw, told)

    def close_with(self, key_id: KeyId, plain: str, *, about: str) -> bytes:
        """Seal a person's words with the key of their conversation or case; raises KeyDestroyed."""
        return keyfile.encrypt(self._key(key_id).seal, _OWN, _pad(plain.encode("utf-8", "surrogatepass")), about)

    def open_with(self, key_id: KeyId, sealed: bytes, *, about: str) -> str:
        """Open a person's words; raises KeyDestroyed or SealBroken."""
        if sealed[:1] != _OWN:
            raise SealBroken("A sealed value has an unknown form.")
        return _unpad(keyfile.open_sealed(self._key(key_id).seal, sealed[1:], about)).decode("utf-8", "surrogatepass")

    def stop(self) -> None:
        self.keys.close()


def _handle(key: bytes, parts: tuple[str, ...]) -> str:
    return _keyed(key, "\x1f".join(parts))


def _keyed(key: bytes, told: str) -> str:
    return hmac.digest(key, told.encode("utf-8", "surrogatepass"), "sha256").hex()

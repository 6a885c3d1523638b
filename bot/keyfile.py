"""The key file: the master keys of this house, which of them seals, and what is derived from each.

Every sealed value begins with a mark that says which master key it was sealed under: `01` for the first key, `02` and a
number for those that came after it. While keys are being rotated the file holds two.
"""

import base64
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MOST_KEYS = 255
_FIRST, _LATER = b"\x01", b"\x02"


class KeyMissing(Exception):
    """The key file is not there, or not the one this database was sealed with."""


class KeyOpenToOthers(Exception):
    """The key file can be read by other users of this machine."""


class SealBroken(Exception):
    """A sealed value was moved, cut or altered."""


class KeyUnknown(SealBroken):
    """A sealed value was made with a key that this key file does not hold (any more, or yet)."""


@dataclass(frozen=True, slots=True)
class Masters:
    """The keys of the file. `seals` and `wraps` by number; the newest seals, the others only open."""

    current: int
    numbers: tuple[int, ...]
    houses: Mapping[int, AESGCM] = field(repr=False)  # seals addresses and alarms
    wraps: Mapping[int, AESGCM] = field(repr=False)  # seals the data keys in the key store
    handles: Mapping[int, bytes] = field(repr=False)  # the keyed names of accounts
    tokens: bytes = field(repr=False)  # fingerprints of links, sessions, cookies: the same through every rotation
    codes: bytes = field(repr=False)
    audit: bytes = field(repr=False)

    @property
    def mark(self) -> bytes:
        """How everything sealed from now on begins."""
        return mark_of(self.current)


def mark_of(number: int) -> bytes:
    return _FIRST if number == 1 else _LATER + bytes([number])


def encrypt(key: AESGCM, mark: bytes, plain: bytes, about: str) -> bytes:
    """The key as it is used: to make it ready takes longer than to seal with it."""
    nonce = os.urandom(12)
    return mark + nonce + key.encrypt(nonce, plain, about.encode())


def decrypt(keys: Mapping[int, AESGCM], sealed: bytes, about: str) -> bytes:
    """Open with the key that the mark names. Raises SealBroken, KeyUnknown."""
    if sealed[:1] == _FIRST:
        number, begins = 1, 1
    elif sealed[:1] == _LATER and len(sealed) > 1:
        number, begins = sealed[1], 2
    else:
        raise SealBroken("A sealed value has an unknown form.")
    if number not in keys:
        raise KeyUnknown("A sealed value was made with a key that is not in the key file.")
    return open_sealed(keys[number], sealed[begins:], about)


def open_sealed(key: AESGCM, sealed: bytes, about: str) -> bytes:
    """Nonce and cipher text, without a mark. Raises SealBroken."""
    try:
        return key.decrypt(sealed[:12], sealed[12:], about.encode())
    except (InvalidTag, ValueError):
        raise SealBroken("A sealed value was altered or does not belong here.") from None


def create_key_file(path: Path) -> None:
    """Write a new key file with mode 600. Never overwrites one that exists."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"current": "1", "keys": {"1": base64.b64encode(os.urandom(32)).decode()}}
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file)


def load(path: Path) -> Masters:
    """Raises KeyMissing or KeyOpenToOthers with a sentence that says how to mend it."""
    _refuse_if_open(path)
    try:
        content = json.loads(path.read_text("utf-8"))
        keys = {int(number): base64.b64decode(key, validate=True) for number, key in content["keys"].items()}
        current = int(content["current"])
        if not all(1 <= number <= MOST_KEYS and len(key) == 32 for number, key in keys.items()):
            raise ValueError
        kept = {name: base64.b64decode(key, validate=True) for name, key in content.get("kept", {}).items()}
        return _masters(current, keys, kept)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeyMissing(f"{path} is not a key file of this service: put back the one made at installation.") from None


def _masters(current: int, keys: Mapping[int, bytes], kept: Mapping[str, bytes]) -> Masters:
    def derived(purpose: str) -> dict[int, bytes]:
        return {number: _derive(master, purpose) for number, master in keys.items()}

    return Masters(
        current=current,
        numbers=tuple(sorted(keys, key=lambda number: number != current)),
        houses={number: AESGCM(key) for number, key in derived("house seal").items()},
        wraps={number: AESGCM(key) for number, key in derived("key wrap").items()},
        handles=derived("handles"),
        tokens=kept.get("tokens") or _derive(keys[current], "tokens"),
        codes=kept.get("codes") or _derive(keys[current], "return codes"),
        audit=kept.get("audit") or _derive(keys[current], "audit"),
    )


def _derive(master: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"donghanh {purpose}".encode()).derive(master)


def add_key(path: Path) -> Masters:
    """Put a new master key beside the old one, which goes on sealing until every process knows both.

    What only finds again (fingerprints of links and sessions) keeps its key: nobody can compute those anew.
    """
    before = load(path)
    content = json.loads(path.read_text("utf-8"))
    number = 1 + max(before.numbers)
    if number > MOST_KEYS:
        raise KeyMissing(f"{path} has seen {MOST_KEYS} keys: no further rotation is possible.")
    named = {"tokens": before.tokens, "codes": before.codes, "audit": before.audit}
    content["kept"] = {name: base64.b64encode(key).decode() for name, key in named.items()}
    content["keys"][str(number)] = base64.b64encode(os.urandom(32)).decode()
    _write(path, content)
    return load(path)


def use_newest(path: Path) -> Masters:
    """From now on the newest key seals; the old one stays in the file until everything is sealed anew."""
    content = json.loads(path.read_text("utf-8"))
    content["current"] = str(max(int(number) for number in content["keys"]))
    _write(path, content)
    return load(path)


def drop_old_keys(path: Path) -> Masters:
    """Everything is sealed with the newest key: the others go out of the file."""
    content = json.loads(path.read_text("utf-8"))
    content["keys"] = {content["current"]: content["keys"][content["current"]]}
    _write(path, content)
    return load(path)


def _write(path: Path, content: object) -> None:
    """All of it or nothing, also when the machine stops in the middle."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _refuse_if_open(path: Path) -> None:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        mend = "put back the one this database was made with (donghanh migrate makes one for an empty database)"
        raise KeyMissing(f"The key file {path} is missing: {mend}.") from None
    if mode & 0o077:
        raise KeyOpenToOthers(f"{path} can be read by others (mode {mode:o}): run chmod 600 {path}.")

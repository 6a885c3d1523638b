"""How a colleague gets in: an invitation, a passphrase, a code from the phone; and how guessing is slowed down."""

import asyncio
import base64
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, or_, select, update

from bot import audit
from bot.db import Tx
from bot.seals import SealBroken, Seals
from bot.tables import invitation, staff

SHORTEST = 14  # characters of a passphrase
LONGEST = 1_000
FREE_TRIES = 5
SLOWEST = timedelta(minutes=15)
STEP_SECONDS = 30
ISSUER = "Dong Hanh"


@dataclass(frozen=True, slots=True)
class Account:
    """What is needed to check a sign-in. Never leaves this floor."""

    staff_id: int
    passphrase_hash: str = field(repr=False)
    totp_secret: str | None = field(repr=False)
    locked_until: datetime | None


class Passphrases:
    """Makes and checks argon2id hashes in threads, two at a time: each needs 64 MiB and a tenth of a second."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()  # the library's current defaults
        self._at_once = asyncio.Semaphore(2)
        self._nobodys = self._hasher.hash(secrets.token_urlsafe(16))

    async def hash(self, passphrase: str) -> str:
        """What is kept of a passphrase."""
        async with self._at_once:
            return await asyncio.to_thread(self._hasher.hash, passphrase)

    async def is_right(self, account: Account | None, passphrase: str) -> bool:
        """Whether the passphrase is this account's. Takes as long for a name that does not exist."""
        known = account.passphrase_hash if account else self._nobodys
        async with self._at_once:
            fits = await asyncio.to_thread(self._verify, known, passphrase[:LONGEST])
        return fits and account is not None

    def _verify(self, known: str, passphrase: str) -> bool:
        try:
            return self._hasher.verify(known, passphrase)
        except (VerificationError, InvalidHashError):
            return False


def find_account(connection: Connection, seals: Seals, name: str) -> Account | None:
    """The account with this sign-in name, if it can sign in at all."""
    row = connection.execute(select(staff).where(staff.c.name == name, staff.c.state == "active")).one_or_none()
    if row is None or row.passphrase_hash is None:
        return None
    secret = None
    if row.totp_sealed is not None:
        try:
            secret = seals.open(row.totp_sealed, about=f"totp:{row.id}")
        except SealBroken:
            return None
    return Account(row.id, row.passphrase_hash, secret, row.locked_until)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Which half minute this code belongs to: now, just before or just after; None if it is wrong."""
    typed = code.replace(" ", "")
    current = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    for step in (current, current - 1, current + 1):
        if hmac.compare_digest(totp.at(step * STEP_SECONDS), typed):
            return step
    return None


def use_step(tx: Tx, staff_id: int, step: int) -> bool:
    """Each code works once. False: it, or a later one, was used already.

    A step that no clock of this minute could have seen was written by one that was ahead: it shuts nobody out.
    """
    last = staff.c.totp_last_step
    mine = (staff.c.id == staff_id, or_(last.is_(None), last < step, last > step + 2))
    return tx.execute(update(staff).where(*mine).values(totp_last_step=step)).rowcount == 1


def is_locked(account: Account, now: datetime) -> bool:
    """Whether the next try has to wait; never longer than the slowest, also after the clock was set back."""
    return account.locked_until is not None and now < account.locked_until <= now + SLOWEST


def count_failure(tx: Tx, staff_id: int, *, now: datetime) -> None:
    """After five failures each further one makes the next try wait longer: from 30 seconds to 15 minutes."""
    failed = tx.execute(select(staff.c.failed_signs).where(staff.c.id == staff_id)).scalar_one() + 1
    values: dict[str, object] = {"failed_signs": failed}
    if failed >= FREE_TRIES:
        values["locked_until"] = now + min(SLOWEST, timedelta(seconds=30) * 2 ** min(failed - FREE_TRIES, 10))
    tx.execute(update(staff).where(staff.c.id == staff_id).values(values))
    audit.write(tx, None, "sign_in_failed", f"staff:{staff_id}", now=now)


def forgive(tx: Tx, staff_id: int) -> None:
    """Signed in: earlier failures count no more."""
    tx.execute(update(staff).where(staff.c.id == staff_id).values(failed_signs=0, locked_until=None))


def new_secret(seals: Seals, token: str) -> str:
    """The secret of the phone's code for this invitation: the same each time the page is opened, kept nowhere.

    Also during and after a change of the master key: the phone has read it already.
    """
    return base64.b32encode(bytes.fromhex(seals.token_hash(f"totp {token}"))[:20]).decode()


def phone_uri(secret: str, name: str) -> str:
    """What the square picture says to an authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def accept(
    tx: Tx, token: str, staff_id: int, *, passphrase_hash: str, secret: str | None, step: int | None, now: datetime
) -> bool:
    """Use an invitation: from now on the colleague can sign in. False: the link was used meanwhile."""
    if not use_link(tx, token, now=now):
        return False
    sealed = tx.seals.close(secret, about=f"totp:{staff_id}") if secret else None
    values = {"passphrase_hash": passphrase_hash, "totp_sealed": sealed, "totp_last_step": step, "state": "active"}
    moved = tx.execute(update(staff).where(staff.c.id == staff_id, staff.c.state != "left").values(values))
    audit.write(tx, staff_id, "accepted_invitation", f"staff:{staff_id}", now=now)
    return moved.rowcount == 1


def use_link(tx: Tx, token: str, *, now: datetime) -> bool:
    """A one-time link works once, also when it is pressed twice at the same moment."""
    mine = (invitation.c.token_hash == tx.seals.token_hash(token), invitation.c.used_at.is_(None))
    used = tx.execute(update(invitation).where(*mine, invitation.c.expires_at > now).values(used_at=now))
    return used.rowcount == 1

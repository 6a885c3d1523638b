"""Slows down whoever guesses: each visitor may be wrong a few times, then has to wait. Kept in memory only."""

import hmac
import secrets
from collections import OrderedDict
from datetime import datetime, timedelta

from bot.ports import Clock
from bot.seals import Seals

FREE = 5  # wrong ones before a visitor has to wait
LONGEST = timedelta(hours=4)
FORGOTTEN = timedelta(days=1)
MOST_VISITORS = 10_000
KNOWN_DAYS = 90


class Tries:
    """How often each visitor was wrong, and when last."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, datetime]] = OrderedDict()

    def until(self, visitor: str) -> datetime | None:
        """When this visitor may try again; None: now."""
        now = self._clock.now()
        n, last = self._wrong.get(visitor, (0, now))
        if n < FREE or not timedelta(0) <= now - last < FORGOTTEN:
            return None
        until = last + min(timedelta(minutes=2 ** min(n - FREE, 12)), LONGEST)
        return until if until > now else None

    def wrong(self, visitor: str) -> None:
        """One more that was not right. After a day without one the count begins anew."""
        now = self._clock.now()
        n, last = self._wrong.pop(visitor, (0, now))
        self._wrong[visitor] = (n + 1 if timedelta(0) <= now - last < FORGOTTEN else 1, now)
        while len(self._wrong) > MOST_VISITORS:
            self._wrong.popitem(last=False)

    def right(self, visitor: str) -> None:
        """Whoever knows a code is no guesser."""
        self._wrong.pop(visitor, None)


def known_mark(seals: Seals, place_id: str, now: datetime) -> str:
    """What a browser keeps that has ticked a right code of this place: no person, and nothing of it is kept here."""
    told = f"{now.toordinal()}.{secrets.token_hex(8)}"
    return f"{told}.{_signed(seals, place_id, told)}"


def known_visitor(seals: Seals, place_id: str, mark: str | None, now: datetime) -> str | None:
    """By which name the bearer of such a mark is counted; None if it is not of this place, or too old."""
    told, _, signed = (mark or "").rpartition(".")
    day = told.partition(".")[0]
    if not signed or not hmac.compare_digest(_signed(seals, place_id, told).encode(), signed.encode()):
        return None
    return f"known:{told}" if now.toordinal() - int(day) <= KNOWN_DAYS else None


def _signed(seals: Seals, place_id: str, told: str) -> str:
    return seals.token_hash(f"came:{place_id}:{told}")[:32]

"""The last sentence says what is true of this network: nothing left, older things, or younger ones too."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import references
from bot.db import Database, Tx
from bot.outbox import Letter, pack, unpack, worded
from bot.ports import Address, Cap, ErasureReport, MsgRef, SendError
from bot.references import Left
from tests.bot.helpline.conftest import add_person
from tests.conftest import MovableClock
from tests.fakes import EVERYTHING, FakeChannel

A, B = MsgRef("a"), MsgRef("b")


@pytest.mark.parametrize(
    ("report", "flags", "left"),
    [
        (ErasureReport((A, B), is_whole=True), EVERYTHING.flags, Left.NOTHING),
        (ErasureReport((A,), ((B, "too_old"),)), EVERYTHING.flags, Left.OLDER),
        (ErasureReport((A, B)), EVERYTHING.flags, Left.OLDER),
        (ErasureReport((A,), ((B, "refused"),)), EVERYTHING.flags, Left.SOME),
        (ErasureReport((), ((A, "unknown"), (B, "too_old"))), EVERYTHING.flags, Left.SOME),
        (ErasureReport((A, B)), EVERYTHING.flags & ~Cap.DELETE_USER, Left.SOME),
    ],
)
async def test_what_the_network_says_decides_what_she_is_told(
    db: Database, clock: MovableClock, report: ErasureReport, flags: Cap, left: Left
) -> None:
    channel = FakeChannel(db.seals, clock, replace(EVERYTHING, flags=flags))

    async def by(refs: Sequence[MsgRef]) -> ErasureReport:
        return report

    told = await references.erase(db, 1, by, channel=channel, up_to=None, tries=0)
    assert told is left
    letter = Letter("cũ hơn", instead=("trống", "còn"), takes_back=clock.now() - timedelta(seconds=1))
    assert unpack(pack(letter)) == letter
    assert worded(letter, told).text == {"nothing": "trống", "older": "cũ hơn", "some": "còn"}[left]
    assert worded(Letter("tạm biệt"), told).text == "tạm biệt", "a sentence that promises nothing stays"


async def test_a_network_that_is_away_is_waited_for_only_so_long(db: Database, clock: MovableClock) -> None:
    channel = FakeChannel(db.seals, clock)
    asked: list[Address] = []

    async def by(refs: Sequence[MsgRef]) -> ErasureReport:
        asked.append(Address("x"))
        raise SendError("transient")

    def seed(tx: Tx) -> None:
        add_person(tx, 1, clock.now())
        references.keep(tx, 1, [A], now=clock.now())

    await db.write(seed)
    later = clock.now() + timedelta(seconds=1)
    for up_to, most in ((None, references.TRIES_OF_ALL), (later, references.TRIES)):
        with pytest.raises(SendError):
            await references.erase(db, 1, by, channel=channel, up_to=up_to, tries=most - 1)
        told = await references.erase(db, 1, by, channel=channel, up_to=up_to, tries=most)
        assert told is Left.SOME, "away, and nothing is known of what it would have taken back"
    assert len(asked) == 4, "every try asks the network once more"

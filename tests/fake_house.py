"""A whole house with its made-up directory and one network in memory; its ticks are given by hand."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import Connection

from bot import demonstration
from bot.app import House, SenderMaker, build
from bot.db import open_engine
from bot.policy import demonstration as demo_policy
from bot.ports import Address, Clock
from bot.seals import Seals
from bot.settings import Settings
from directory.tables import make_tables
from tests.fakes import FakeChannel


def no_way(connection: Connection, staff_id: int) -> Sequence[tuple[str, Address]]:
    """Colleagues are told nothing."""
    return []


def by_console(connection: Connection, staff_id: int) -> Sequence[tuple[str, Address]]:
    """Colleagues are told in the console alone."""
    return [("console", Address(str(staff_id)))]


@asynccontextmanager
async def open_house(
    url: str,
    folder: Path,
    seals: Seals,
    clock: Clock,
    *,
    senders: Mapping[str, SenderMaker] | None = None,
    beat: Callable[[], Awaitable[None]] | None = None,
) -> AsyncIterator[House]:
    """Started, and stopped at the end. `senders`: what reaches colleagues, by name; without any nobody is told.
    `beat`: what tells the world outside that all is well."""
    engine = open_engine(url)
    make_tables(engine)
    engine.dispose()
    made = build(
        Settings(database_url=url, data_dir=folder),
        demo_policy(),
        seals=seals,
        clock=clock,
        channels={("fake", "1"): lambda db, seals, clock, bells, settings, refer: FakeChannel(seals, clock)},
        senders=senders or {},
        routes=by_console if senders else no_way,
        **({"beat": beat} if beat is not None else {}),
    )
    await made.db.write(lambda tx: demonstration.seed(tx, clock.now()))
    await made.start(ticks=False)
    yield made
    await made.stop()


def door(house: House) -> FakeChannel:
    """The only network of the house."""
    (channel,) = house.channels
    assert isinstance(channel, FakeChannel)
    return channel


async def only_keep(stripped: object) -> bool:
    """In the place of `Reception._keep_and_answer`: a message is kept, and waits for its turn."""
    return False

"""Passes a typing mark on to the network a person writes on; like the mailroom it opens an address for that."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import vault
from bot.db import Database
from bot.ports import Address, Channel, Clock
from bot.seals import KeyDestroyed, SealBroken

EVERY = timedelta(seconds=4)  # a network shows one mark for about so long
SECONDS = 3.0  # a courtesy that takes longer is too late


class Signals:
    """One mark to one person every few seconds, however fast a colleague types."""

    def __init__(self, db: Database, clock: Clock, channels: Iterable[Channel]) -> None:
        self._db = db
        self._clock = clock
        self._channels = {(one.name, one.account): one for one in channels}
        self._last: dict[int, datetime] = {}

    async def typing(self, lane_id: int) -> bool:
        """Whether a mark was handed to the network. Never raises for the network's sake: it is a courtesy."""
        now = self._clock.now()
        self._last = {one: at for one, at in self._last.items() if timedelta(0) <= now - at < EVERY}
        if lane_id in self._last:
            return False
        self._last[lane_id] = now
        try:
            found = await self._db.read(lambda connection: self._where(connection, lane_id))
        except (KeyDestroyed, SealBroken):
            return False
        if found is None:
            return False
        channel, address = found
        with suppress(TimeoutError):
            await asyncio.wait_for(channel.signal(address, "typing"), SECONDS)
            return True
        return False

    def _where(self, connection: Connection, lane_id: int) -> tuple[Channel, Address] | None:
        way = vault.way_to(connection, lane_id)
        if way is None or way.is_left or way.is_erasing or (channel := self._channels.get(way.door)) is None:
            return None
        return channel, vault.open_address(self._db.seals, way.to)

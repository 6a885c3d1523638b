"""A few rows of PostgreSQL by their key, looked up by the event loop itself: asked, and read when they have come."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot.connections import Kept, Statements, wire_of
from bot.wire import Wire

T = TypeVar("T")
Glance = Callable[[Connection], Callable[[], T]]
"""Asks with `connection.ask`, by one statement or a few, and returns what makes the result of the rows that came."""

Waiting = tuple[Glance[Any], "asyncio.Future[Any]"]

PATIENCE_SECONDS = 1.0  # then threads look it up
REST_SECONDS = 5.0  # after trouble, threads look up for so long


class Glances:
    """One connection of the event loop's own. What is asked in one moment goes in one journey; the loop goes on.

    It is opened in a thread. In any trouble whoever waits is handed to `fall_back`, which looks up in a thread.
    """

    def __init__(
        self, statements: Statements, threads: Executor, fall_back: Callable[[Sequence[Waiting]], None]
    ) -> None:
        self._kept, self._threads, self._fall_back = Kept(statements), threads, fall_back
        self._wire: Wire | None = None
        self._socket = -1
        self._opening: Future[Wire] | None = None
        self._rests_until = 0.0
        self._asked: list[Waiting] = []
        self._under_way: list[tuple[Callable[[], Any], asyncio.Future[Any], Glance[Any]]] = []
        self._reading: Iterator[bool] | None = None
        self._next: asyncio.TimerHandle | asyncio.Handle | None = None

    async def glance(self, ask: Glance[T]) -> T:
        """What `ask` makes of its rows. Raises whatever it does, or DatabaseAway."""
        loop = asyncio.get_running_loop()
        told: asyncio.Future[T] = loop.create_future()
        if not self._is_open():
            self._fall_back([(ask, told)])
            return await told
        self._asked.append((ask, told))
        if self._reading is None and self._next is None:
            self._next = loop.call_soon(self._set_out)
        return await told

    def close(self) -> None:
        """Close the connection, also one that was just opened; whoever still waits is looked up elsewhere."""
        self._land_elsewhere()
        self._kept.throw_away()

    # --- on the event loop --------------------------------------------------------------------------------------------

    def _is_open(self) -> bool:
        if self._wire is not None:
            return True
        if self._opening is not None and self._opening.done():
            opened, self._opening = self._opening, None
            if opened.exception() is None:
                self._wire = opened.result()
                self._socket = self._wire.socket
                asyncio.get_running_loop().add_reader(self._socket, self._has_come)
                return True
            self._kept.close()
            self._rests_until = time.monotonic() + REST_SECONDS
        if self._opening is None and time.monotonic() >= self._rests_until:
            self._opening = self._threads.submit(self._open)
        return False

    def _open(self) -> Wire:
        """In a thread."""
        connection = self._kept.connect()
        connection.begins = False
        wire = wire_of(connection)
        wire.patience = PATIENCE_SECONDS
        return wire

    def _set_out(self) -> None:
        many, self._asked = self._asked, []
        assert self._wire is not None
        self._next = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._land_elsewhere)
        try:
            connection = self._kept.connect()
            for at, (ask, told) in enumerate(many):
                try:
                    self._under_way.append((ask(connection), told, ask))
                except DBAPIError:
                    self._asked = many[at:] + self._asked
                    raise
                except Exception as problem:  # its own
                    told.set_exception(problem)
            self._reading = self._wire.reading()
            self._go_on()
        except DBAPIError:
            self._land_elsewhere()

    def _has_come(self) -> None:
        if self._reading is None:  # nothing was asked: the server closes the connection
            self._land_elsewhere()
        else:
            self._go_on()

    def _go_on(self) -> None:
        assert self._reading is not None
        try:
            if next(self._reading, None) is None:
                self._land()
        except psycopg.Error:
            self._land_elsewhere()

    def _land(self) -> None:
        many, self._under_way, self._reading = self._under_way, [], None
        self._rest()
        for finish, told, _ in many:
            if told.done():  # whoever asked was cancelled
                continue
            try:
                told.set_result(finish())
            except Exception as problem:  # its own
                told.set_exception(problem)
        if self._asked:
            self._next = asyncio.get_running_loop().call_soon(self._set_out)

    def _rest(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _land_elsewhere(self) -> None:
        """Trouble: the connection is closed, and threads do what waits."""
        waiting = [(ask, told) for _, told, ask in self._under_way] + self._asked
        self._under_way, self._asked, self._reading = [], [], None
        self._rest()
        self._rests_until = time.monotonic() + REST_SECONDS
        if self._wire is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._wire = None
            self._kept.throw_away()
        if waiting:
            self._fall_back(waiting)

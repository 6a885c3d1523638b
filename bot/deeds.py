"""What a deed is given: a connection in its savepoint, many statements in one journey, hooks after the commit."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, String, Table, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import CursorResult
from sqlalchemy.sql import Executable

from bot.connections import PreparedConnection, ask
from bot.prepared import Asked
from bot.seals import Seals
from bot.tables import event

T = TypeVar("T")
Hook = Callable[[], None]
BELLS = "bells"  # the channel on which processes of one PostgreSQL house hear each other


class Happening(NamedTuple):
    """One counter of what happened, without a person."""

    day: date
    province: str
    need_group: str
    model: str
    kind: str


class Promised(NamedTuple):
    """Something to hand over after the commit, as soon as the number of its row is known."""

    asked: Asked
    make: Callable[[int, "Known | None"], Any]
    again: tuple[Executable, dict[str, Any]]  # asks for the number once more, if the answer to the commit was lost
    lane_id: int | None


class Known(NamedTuple):
    """The way to a person as it was when what is told to her was committed, and when that was, by `time.monotonic`."""

    way: Any  # a `vault.Way`; only the mailroom looks at it
    at: float


class Ahead(NamedTuple):
    """The same before the commit: how much had been written in the tables it was read from."""

    way: Any
    tables: tuple[Table, ...]
    written: int


class Foreseen(NamedTuple):
    """Rows that were looked up before they are asked for, and how much had been written in their tables by then."""

    parameters: dict[str, Any]
    rows: Sequence[Any]
    tables: tuple[Table, ...]
    written: int


@dataclass(slots=True)
class Tx:
    """What a deed is given: the connection in its savepoint, the seals, and a place for hooks after the commit."""

    connection: Connection
    seals: Seals
    owner: str
    hooks: list[Hook] = field(default_factory=list)
    told: list[Any] = field(default_factory=list)  # outbox rows written and leased to this process, as `outbox.Item`
    promised: list[Promised] = field(default_factory=list)  # the same before the commit: `redeem` makes them
    rung: list[str] = field(default_factory=list)  # bells to ring after the commit
    tally: Counter[Happening] = field(default_factory=Counter)  # added to the counters just before the commit
    held: set[int] = field(default_factory=set)  # lanes that this deed has locked
    ways: dict[int, Ahead] = field(default_factory=dict, repr=False)  # to whom this deed can tell something
    _foreseen: dict[Executable, Foreseen] = field(default_factory=dict)

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return self.connection.execute(statement, parameters)

    def ask(self, statement: Executable, parameters: Any = None) -> Asked:
        """The same, and its rows are waited for when they are looked at: what is asked in a row goes in one journey."""
        return ask(self.connection, statement, parameters)

    def tell(self, statement: Executable, parameters: Any = None, *, is_aside: bool = False) -> None:
        """The same, and nobody looks at what comes back; an error of it fails the deed all the same, at the latest.

        `is_aside`: it changes nothing that anybody has foreseen.
        """
        ask(self.connection, statement, parameters, is_aside=is_aside)

    def foresee(
        self, statement: Executable, parameters: dict[str, Any], rows: Sequence[Any], tables: tuple[Table, ...]
    ) -> None:
        """These rows are what the statement would give, until this deed writes in one of these tables."""
        if isinstance(self.connection, PreparedConnection):
            self._foreseen[statement] = Foreseen(parameters, rows, tables, self.written(*tables))

    def rows(self, statement: Executable, parameters: dict[str, Any]) -> Sequence[Any]:
        """The rows of the statement: what was foreseen if it still holds, else it is asked now."""
        known = self._foreseen.get(statement)
        if known is not None and known.parameters == parameters and known.written == self.written(*known.tables):
            return known.rows
        return self.connection.execute(statement, parameters).all()

    def row(self, statement: Executable, parameters: dict[str, Any]) -> Any:
        """The only row of it, or None."""
        rows = self.rows(statement, parameters)
        return rows[0] if rows else None

    def know_way(self, lane_id: int, way: Any, tables: tuple[Table, ...]) -> None:
        """The way to this person, unless somebody writes in one of these tables before the commit."""
        if isinstance(self.connection, PreparedConnection):
            self.ways[lane_id] = Ahead(way, tables, self.written(*tables))

    def promise(
        self, asked: Asked, make: Callable[[int, Known | None], Any], again: tuple[Executable, dict[str, Any]],
        lane_id: int | None = None,
    ) -> None:  # fmt: skip
        """After the commit, hand over what `make` makes of the number that was asked for, and of the way if known."""
        self.promised.append(Promised(asked, make, again, lane_id))

    def redeem(self, connection: Connection | None = None) -> None:
        """After the commit, in the writer's thread. `connection`: where to ask, if the answer to it was lost."""
        for one in self.promised:
            if connection is None:
                made = one.make(one.asked.rows.scalar_one(), self._known(one.lane_id))
            else:
                made = one.make(connection.execute(*one.again).scalar_one(), None)
            self.told.append(made)
        self.promised.clear()

    def _known(self, lane_id: int | None) -> Known | None:
        ahead = None if lane_id is None else self.ways.get(lane_id)
        if ahead is None or ahead.written != self.written(*ahead.tables):
            return None
        return Known(ahead.way, time.monotonic())

    def after_commit(self, hook: Hook) -> None:
        """Run on the event loop once the deed is durable; dropped if the deed fails. Waking only, never work."""
        self.hooks.append(hook)

    def ring(self, topic: str) -> None:
        """Ring a bell after the commit, so that live pages and open sockets look again."""
        self.rung.append(topic)

    @contextmanager
    def step(self) -> Iterator[None]:
        """A part of the deed that may fail by itself: then nothing of it stands, no row and nothing to be sent."""
        marks = len(self.hooks), len(self.promised), len(self.rung)
        tally, held = self.tally.copy(), self.held.copy()
        try:
            with self.connection.begin_nested(), self._nothing_left():
                yield
        except Exception:
            del self.hooks[marks[0] :], self.promised[marks[1] :], self.rung[marks[2] :]
            self.tally, self.held = tally, held
            self._foreseen.clear()
            self.ways.clear()
            raise

    @contextmanager
    def _nothing_left(self) -> Iterator[None]:
        """Nothing is left unanswered of a step: what fails in it fails within it."""
        try:
            yield
            if isinstance(self.connection, PreparedConnection):
                self.connection.read()
        except Exception:
            if isinstance(self.connection, PreparedConnection):
                self.connection.drop()
            raise

    @property
    def is_postgresql(self) -> bool:
        return self.connection.dialect.name == "postgresql"

    def written(self, *tables: Table) -> int:
        """How often something was said on this connection that may have changed one of these tables."""
        assert isinstance(self.connection, PreparedConnection)
        written = self.connection.written
        return written[None] + sum(written[table] for table in tables)


Deed = Callable[[Tx], T]


def seal_batch(connection: Connection, done: Sequence[Tx], bell: Callable[[str], str] | None) -> None:
    """The last thing before a commit: counters, always in the same order so that no two processes wait for each
    other in a circle, and one word to the other processes for each bell."""
    tally: Counter[Happening] = Counter()
    for tx in done:
        tally.update(tx.tally)
    counting = _counting(connection.dialect.name)
    for what, n in sorted(tally.items()):
        ask(connection, counting, {**what._asdict(), "n": n})
    if bell is not None:
        for topic in dict.fromkeys(topic for tx in done for topic in tx.rung):
            ask(connection, _RING, {"topic": bell(topic)})


_RING = select(func.pg_notify(BELLS, bindparam("topic", type_=String)))


@cache
def _counting(dialect: str) -> Executable:
    """Adds `n` to a counter, or begins it."""
    row = (pg_insert if dialect == "postgresql" else sqlite_insert)(event)
    keys = [event.c.day, event.c.province, event.c.need_group, event.c.model, event.c.kind]
    return row.on_conflict_do_update(index_elements=keys, set_={"n": event.c.n + row.excluded.n})


def run_alone(connection: Connection, deed: Deed[T], seals: Seals, owner: str) -> tuple[T, Tx]:
    """One deed in a transaction that a command has begun; the caller commits and then runs the hooks."""
    tx = Tx(connection, seals, owner)
    result = deed(tx)
    seal_batch(connection, [tx], None)
    tx.redeem()
    return result, tx

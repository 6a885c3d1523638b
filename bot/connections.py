"""Connections that run prepared what they have run before; on PostgreSQL through a wire, many statements a journey."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, Self, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Table, event
from sqlalchemy.engine import CursorResult
from sqlalchemy.sql import Executable
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import SelectBase

from bot.prepared import LISTS, Asked, Prepared, Shape, prepare, say, told
from bot.wire import Wire

T = TypeVar("T")
MOST_SHAPES = 64  # of one statement


class Statements:
    """The prepared statements of one engine; each goes with its statement: a constant stays, a built one does not."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: WeakKeyDictionary[Executable, dict[Shape, Prepared | None]] = WeakKeyDictionary()

    def connect(self) -> "PreparedConnection":
        """A connection of the engine; a context manager, as the engine's own."""
        return PreparedConnection(self._engine, self)

    def of(self, statement: Executable, told: dict[str, Any]) -> Prepared | None:
        """None: executed for the first time, or not plain enough."""
        known = self._kept.get(statement)
        if known is None:
            self._kept[statement] = {}
            return None
        shape: Shape = tuple(told)
        if (found := known.get(shape)) is not None:  # without lists, or there would be their lengths in it
            return found
        shape = (*shape, *[len(value) for value in told.values() if type(value) in LISTS])
        try:
            return known[shape]
        except KeyError:
            if len(known) >= MOST_SHAPES:
                return None
            return known.setdefault(shape, prepare(statement, told, self._engine.dialect))


class PreparedConnection(Connection):
    """A connection that runs prepared what it has run before: of the result, rows and `rowcount` are there."""

    def __init__(self, engine: Engine, statements: Statements) -> None:
        super().__init__(engine)
        self._statements = statements
        self._wire: Wire | None = None
        self.written: Counter[Table | None] = Counter()  # how often in which table; None: nobody knows in which
        self.begins = True  # a transaction with its first statement; without one, each sees what is newest

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    def execute(
        self, statement: Executable, parameters: Any = None, *, execution_options: Any = None
    ) -> CursorResult[Any]:
        if not isinstance(statement, SelectBase):
            self._note(statement)
        return self._execute(statement, parameters, execution_options)

    def _execute(self, statement: Executable, parameters: Any, execution_options: Any = None) -> CursorResult[Any]:
        if not execution_options and (prepared := self._prepared(statement, parameters)) is not None:
            if prepared.is_sent:
                return self._send(prepared, parameters).rows
            return cast("CursorResult[Any]", prepared.run(self, parameters or {}))
        return super().execute(statement, parameters, execution_options=execution_options)

    def ask(self, statement: Executable, parameters: Any = None, *, is_aside: bool = False) -> Asked:
        """The same, and nobody waits for it before its rows are looked at, where the database is a journey away.

        `is_aside`: it changes nothing that whoever looks at `written` has to know.
        """
        if not (is_aside or isinstance(statement, SelectBase)):
            self._note(statement)
        prepared = self._prepared(statement, parameters) if self.dialect.driver == "psycopg" else None
        if prepared is not None and prepared.is_sent:
            return self._send(prepared, parameters)
        return Asked(self._execute(statement, parameters))

    def say(self, text: str) -> None:
        """Plain SQL without values or rows, such as a savepoint; within a transaction only."""
        if self.dialect.driver == "psycopg":
            self._through(partial(_said, text=text))
        else:
            say(self, text)

    def read(self) -> None:
        """Wait for what was asked. Raises the first error there is among it, also of what nobody looked at."""
        if self._wire is not None:
            self._through(Wire.read)

    def commit_now(self) -> None:
        """Send the COMMIT along with what was said, and wait for all of it; the library then finds it done."""
        if self._wire is not None:
            self._through(Wire.commit)

    def drop(self) -> None:
        """What was said is rolled back, whatever became of it."""
        if self._wire is not None:
            self._wire.drop()

    def new_part(self) -> None:
        """From here on somebody else speaks: an error in what was said before is not theirs, it is `Late`."""
        if self._wire is not None:
            self._wire.new_part()

    def _note(self, statement: Executable) -> None:
        table = statement.table if isinstance(statement, UpdateBase) else None
        self.written[table if isinstance(table, Table) else None] += 1

    def _prepared(self, statement: Executable, parameters: Any) -> Prepared | None:
        values = {} if parameters is None else parameters
        if type(values) is not dict or self.get_execution_options():
            return None
        prepared = self._statements.of(statement, values)
        if prepared is not None and self.begins and not self.in_transaction():
            self.begin()
        return prepared

    def _send(self, prepared: Prepared, parameters: Any) -> Asked:
        wire = self._wire or self._open_wire()
        try:
            return Asked(None, prepared, prepared.send(wire, {} if parameters is None else parameters), self)
        except self.dialect.loaded_dbapi.Error as problem:
            raise told(self, "", problem) from problem

    def _open_wire(self) -> Wire:
        self._wire = wire_of(self)
        return self._wire

    def _through(self, what: Callable[[Wire], T]) -> T:
        wire = self._wire or self._open_wire()
        try:
            return what(wire)
        except self.dialect.loaded_dbapi.Error as problem:
            raise told(self, "", problem) from problem


def ask(connection: Connection, statement: Executable, parameters: Any = None, *, is_aside: bool = False) -> Asked:
    """What `PreparedConnection.ask` does, where the connection may also be one of the library's own."""
    if isinstance(connection, PreparedConnection):
        return connection.ask(statement, parameters, is_aside=is_aside)
    return Asked(connection.execute(statement, parameters))


def _said(wire: Wire, *, text: str) -> None:
    wire.say(text)


def wire_of(connection: Connection) -> Wire:
    """The wire of this connection to PostgreSQL; one for as long as the driver's connection lives."""
    link = connection.connection
    found = link.info.get(Wire)
    if found is None:
        found = link.info[Wire] = Wire(cast("Any", link.dbapi_connection))
    return cast("Wire", found)


def read_before(engine: Engine) -> None:
    """PostgreSQL: before the library itself says anything on a connection, what was asked on it is read."""

    def read(connection: Connection, *_more: object) -> None:
        if isinstance(connection, PreparedConnection):
            connection.read()

    def commit(connection: Connection) -> None:
        if isinstance(connection, PreparedConnection):
            connection.commit_now()

    def drop(connection: Connection) -> None:
        if isinstance(connection, PreparedConnection):
            connection.drop()

    event.listen(engine, "before_cursor_execute", read)
    event.listen(engine, "commit", commit)
    event.listen(engine, "rollback", drop)


class Kept:
    """One connection that is used again as long as all goes well: opening one costs as much as a small deed.

    After trouble, `close` it: it may be broken, and the next `connect` opens another.
    """

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._open: PreparedConnection | None = None

    def connect(self) -> PreparedConnection:
        """The connection; between two uses it must be out of every transaction."""
        if self._open is None:
            self._open = self._statements.connect()
        return self._open

    def close(self) -> None:
        if self._open is not None:
            left, self._open = self._open, None
            left.close()

    def throw_away(self) -> None:
        """The same where something is under way on it: it is closed for good, and nothing is said on it before."""
        if self._open is not None:
            self._open.invalidate()
            self.close()

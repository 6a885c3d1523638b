"""Prepared statements: what the house says to its database again and again is put into SQL once, not each time.

SQLAlchemy looks at a statement anew with every execution: which dialect, which parameters, which result, whom to
tell. That costs three times as much as running a small one (docs/profile.md). Here a statement object that is
executed for the second time, as constants of a module are, is kept as its text, the order of its values, and how
values go in and come out. Whatever is not that plain is left to SQLAlchemy.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Protocol, cast

from sqlalchemy import Connection, LargeBinary, Numeric, Row
from sqlalchemy.engine import CursorResult, IteratorResult
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError, InvalidRequestError, MultipleResultsFound, NoResultFound
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.selectable import SelectBase
from sqlalchemy.types import TypeEngine

from bot.wire import Reply, Wire

Shape = tuple[str | int, ...]  # the names of the parameters, and how long those are that are lists
LISTS = (list, tuple)
_NONE = SimpleResultMetaData(())


class Rows(IteratorResult[Any]):
    """The rows of a prepared statement, fetched already.

    What a deed mostly asks of them is answered here: the library's way there costs as much as a small statement.
    """

    def __init__(self, columns: SimpleResultMetaData, rows: Sequence[Sequence[Any]], rowcount: int) -> None:
        super().__init__(columns, iter(rows))
        self.rowcount = rowcount  # how many rows were changed, where rows were

    def _of(self, values: Sequence[Any]) -> Row[Any]:
        columns = self._metadata
        return Row(columns, None, columns._key_to_index, values)

    def __iter__(self) -> Iterator[Row[Any]]:
        return map(self._of, self.iterator)

    def all(self) -> Sequence[Row[Any]]:
        return [self._of(values) for values in self.iterator]

    def first(self) -> Row[Any] | None:
        values = next(self.iterator, None)
        return None if values is None else self._of(values)

    def one_or_none(self) -> Row[Any] | None:
        values = self._only()
        return None if values is None else self._of(values)

    def one(self) -> Row[Any]:
        return self._of(self._certain())

    def scalar_one(self) -> Any:
        return self._certain()[0]

    def scalar_one_or_none(self) -> Any:
        values = self._only()
        return None if values is None else values[0]

    def _only(self) -> Any:
        values = next(self.iterator, None)
        if values is not None and next(self.iterator, None) is not None:
            raise MultipleResultsFound("Several rows were found where one was expected.")
        return values

    def _certain(self) -> Any:
        if (values := self._only()) is None:
            raise NoResultFound("No row was found where one was expected.")
        return values


def fetched(result: CursorResult[Any]) -> CursorResult[Any]:
    """The same, its rows fetched: an open cursor would stand in the way of the commit."""
    if isinstance(result, Rows) or not result.returns_rows:
        return result
    columns = SimpleResultMetaData(list(result.keys()))
    return cast("CursorResult[Any]", Rows(columns, result.fetchall(), result.rowcount))


class Reading(Protocol):
    """Where statements are said that are answered later."""

    def read(self) -> None:
        """Wait for all answers."""


class Asked:
    """A statement that was said; whoever looks at its rows waits for them, and for all that was said before."""

    __slots__ = ("_connection", "_prepared", "_reply", "_rows")

    def __init__(
        self, result: CursorResult[Any] | None, prepared: "Prepared | None" = None, reply: Reply | None = None,
        connection: "Reading | None" = None,
    ) -> None:  # fmt: skip
        self._rows = None if result is None else fetched(result)
        self._prepared, self._reply, self._connection = prepared, reply, connection

    @property
    def rows(self) -> CursorResult[Any]:
        """What came back. Raises what executing it would, or the error of what was said before and not looked at."""
        if self._rows is None:
            assert self._prepared is not None and self._reply is not None and self._connection is not None
            self._connection.read()
            if not self._reply.is_read:  # an error came before it, and was told to somebody else
                raise InvalidRequestError("This statement was not answered.")
            self._rows = self._prepared.rows_of(self._reply)
        return self._rows


class Prepared:
    """One statement in one dialect with one set of parameters: its text, its values in order, its columns."""

    def __init__(self, compiled: SQLCompiler, dialect: Dialect, told: dict[str, Any]) -> None:
        spread = compiled.construct_expanded_state(told)  # a list is as many values as it has; their names are here
        self._text = spread.statement
        self._names = list(spread.positiontup or spread.parameters)
        self._is_positional = compiled.positional
        self._lists = [(name, names) for name, names in spread.parameter_expansion.items() if name in told]
        of_list = {one: name for name, names in spread.parameter_expansion.items() for one in names}
        self._given: dict[str, Any] = {}  # what was told is nobody's later: only what stands in the statement itself
        self._turns_in: dict[str, Callable[[Any], Any]] = {}  # each value is turned once, however often it is said
        keys: list[str] = []
        for name in self._names:
            bind = compiled.binds[of_list.get(name, name)]
            key, turn = name if name in of_list else bind.key, _turn_in(bind.type, dialect)
            keys.append(key)
            if bind.key not in told:
                self._given[key] = spread.parameters[name] if turn is None else turn(spread.parameters[name])
            elif turn is not None:
                self._turns_in[key] = turn
        self.is_sent = dialect.driver == "psycopg"  # through a wire, in place of a cursor
        if self.is_sent:
            self._text, keys = _numbered(self._text, dict(zip(self._names, keys, strict=True)))
        self._in_order = _in_order(keys)
        columns = compiled._result_columns
        self._columns = SimpleResultMetaData([column.keyname for column in columns]) if columns else _NONE
        turns = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._turns = [(at, turn) for at, turn in enumerate(turns) if turn is not None]

    def run(self, connection: Connection, told: dict[str, Any]) -> Rows:
        """Run it with these parameters. Raises what SQLAlchemy would for an error of the database."""
        values = self._values(told)
        if not self._is_positional:
            values = dict(zip(self._names, values, strict=True))
        cursor = say(connection, self._text, values)
        rows = cursor.fetchall() if self._columns is not _NONE else ()
        return Rows(self._columns, self._read(rows) if self._turns else rows, cursor.rowcount)

    def send(self, wire: Wire, told: dict[str, Any]) -> Reply:
        """Send it with these parameters and wait for nothing. Raises the driver's error for a value it cannot write."""
        return wire.send(self._text, self._values(told))

    def rows_of(self, reply: Reply) -> CursorResult[Any]:
        """What was answered, once it is read."""
        rows = self._read(reply.rows) if self._turns else reply.rows
        return cast("CursorResult[Any]", Rows(self._columns, rows, reply.rowcount))

    def _values(self, told: dict[str, Any]) -> Any:
        if self._lists or self._turns_in or self._given:
            told = self._given | told
            for name, names in self._lists:
                told.update(zip(names, told[name], strict=True))
            for key, turn in self._turns_in.items():
                told[key] = turn(told[key])
        return self._in_order(told)

    def _read(self, rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
        read = []
        for row in rows:
            values = list(row)
            for at, turn in self._turns:
                values[at] = turn(values[at])
            read.append(tuple(values))
        return read


def _in_order(keys: Sequence[str]) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    """Takes the values of these keys."""
    if len(keys) > 1:
        return itemgetter(*keys)
    return lambda told: tuple(told[key] for key in keys)


def _turn_in(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """How a value goes in. Bytes go through a wire as they are; wrapped by the driver, each would be two signs."""
    if dialect.driver == "psycopg" and isinstance(kind, LargeBinary):
        return None
    return kind.dialect_impl(dialect).bind_processor(dialect)


_PLACE = re.compile(r"%\((\w+)\)s|%%")


def _numbered(text: str, key_of: dict[str, str]) -> tuple[str, list[str]]:
    """The text as the server reads it, `$1` for the first value, and whose values go in, each once."""
    numbers: dict[str, int] = {}

    def place(found: re.Match[str]) -> str:
        name = found[1]
        return "%" if name is None else f"${numbers.setdefault(key_of[name], len(numbers) + 1)}"

    return _PLACE.sub(place, text), list(numbers)


def prepare(statement: Executable, told: dict[str, Any], dialect: Dialect) -> Prepared | None:
    """None: it is not plain enough, and left to SQLAlchemy."""
    if not isinstance(statement, SelectBase | UpdateBase) or statement.get_execution_options():
        return None
    compiled = statement.compile(dialect=dialect, column_keys=list(told) or None)
    if not isinstance(compiled, SQLCompiler) or compiled.insert_prefetch or compiled.update_prefetch:
        return None
    if any(isinstance(column.type, Numeric) and column.type.asdecimal for column in compiled._result_columns):
        return None  # how such a number is read depends on what the driver says of it
    is_plain = not compiled.escaped_bind_names and all(_is_plain(bind, told) for bind in compiled.binds.values())
    return Prepared(compiled, dialect, told) if is_plain else None


def _is_plain(bind: BindParameter[Any], told: dict[str, Any]) -> bool:
    if bind.literal_execute or bind.callable or (bind.required and bind.key not in told):
        return False
    if not bind.expanding:
        return True
    many: Any = told.get(bind.key, bind.value)
    return type(many) in LISTS and not any(type(one) in LISTS for one in many)


def say(connection: Connection, text: str, values: Any = ()) -> Any:
    """Plain SQL, and the driver's cursor for it. Errors are told as SQLAlchemy tells them, without any value."""
    driver: Any = connection.connection.dbapi_connection
    try:
        return driver.execute(text, values)
    except connection.dialect.loaded_dbapi.Error as problem:
        raise told(connection, text, problem) from problem


def told(connection: Connection, text: str, problem: Exception) -> DBAPIError:
    """An error of the driver as SQLAlchemy tells it, without any value."""
    dialect = connection.dialect
    is_gone = dialect.is_disconnect(cast("Any", problem), connection.connection, None)
    found: DBAPIError = DBAPIError.instance(
        text, None, cast("Any", problem), dialect.loaded_dbapi.Error,
        hide_parameters=True, connection_invalidated=is_gone, dialect=dialect,
    )  # fmt: skip
    return found

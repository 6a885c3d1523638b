"""Prepared statements: what the house says to its database again and again is put into SQL once, not each time.

SQLAlchemy looks at a statement anew with every execution: which dialect, which parameters, which result, whom to
tell. That costs three times as much as running a small one (docs/profile.md). Here a statement object that is
executed for the second time, as constants of a module are, is kept as its text, the order of its values, and how
values go in and come out. Whatever is not that plain is left to SQLAlchemy.
"""

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Self, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Row
from sqlalchemy.engine import CursorResult, IteratorResult
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.selectable import SelectBase

Shape = tuple[str | int, ...]  # the names of the parameters, and how long those are that are lists
_LISTS = (list, tuple)
MOST_SHAPES = 64  # of one statement
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
            key, turn = name if name in of_list else bind.key, bind.type.dialect_impl(dialect).bind_processor(dialect)
            keys.append(key)
            if bind.key not in told:
                self._given[key] = spread.parameters[name] if turn is None else turn(spread.parameters[name])
            elif turn is not None:
                self._turns_in[key] = turn
        self._in_order = _in_order(keys)
        columns = compiled._result_columns
        self._columns = SimpleResultMetaData([column.keyname for column in columns]) if columns else _NONE
        turns = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._turns = [(at, turn) for at, turn in enumerate(turns) if turn is not None]

    def run(self, connection: Connection, told: dict[str, Any]) -> Rows:
        """Run it with these parameters. Raises what SQLAlchemy would for an error of the database."""
        if self._lists or self._turns_in or self._given:
            told = self._given | told
            for name, names in self._lists:
                told.update(zip(names, told[name], strict=True))
            for key, turn in self._turns_in.items():
                told[key] = turn(told[key])
        values: Any = self._in_order(told)
        if not self._is_positional:
            values = dict(zip(self._names, values, strict=True))
        cursor = say(connection, self._text, values)
        rows = cursor.fetchall() if self._columns is not _NONE else ()
        return Rows(self._columns, self._read(rows) if self._turns else rows, cursor.rowcount)

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
        shape: Shape = (*told, *[len(value) for value in told.values() if type(value) in _LISTS])
        try:
            return known[shape]
        except KeyError:
            if len(known) >= MOST_SHAPES:
                return None
            return known.setdefault(shape, _prepare(statement, told, self._engine.dialect))


def _prepare(statement: Executable, told: dict[str, Any], dialect: Dialect) -> Prepared | None:
    if not isinstance(statement, SelectBase | UpdateBase) or statement.get_execution_options():
        return None
    compiled = statement.compile(dialect=dialect, column_keys=list(told) or None)
    if not isinstance(compiled, SQLCompiler) or compiled.insert_prefetch or compiled.update_prefetch:
        return None
    is_plain = not compiled.escaped_bind_names and all(_is_plain(bind, told) for bind in compiled.binds.values())
    return Prepared(compiled, dialect, told) if is_plain else None


def _is_plain(bind: BindParameter[Any], told: dict[str, Any]) -> bool:
    if bind.literal_execute or bind.callable or (bind.required and bind.key not in told):
        return False
    if not bind.expanding:
        return True
    many: Any = told.get(bind.key, bind.value)
    return type(many) in _LISTS and not any(type(one) in _LISTS for one in many)


class PreparedConnection(Connection):
    """A connection that runs prepared what it has run before: of the result, rows and `rowcount` are there."""

    def __init__(self, engine: Engine, statements: Statements) -> None:
        super().__init__(engine)
        self._statements = statements
        self.begins = True  # a transaction with its first statement; without one, each sees what is newest

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    def execute(
        self, statement: Executable, parameters: Any = None, *, execution_options: Any = None
    ) -> CursorResult[Any]:
        told = {} if parameters is None else parameters
        if type(told) is dict and not execution_options and not self.get_execution_options():
            prepared = self._statements.of(statement, told)
            if prepared is not None:
                if self.begins and not self.in_transaction():
                    self.begin()
                return cast("CursorResult[Any]", prepared.run(self, told))
        return super().execute(statement, parameters, execution_options=execution_options)

    def say(self, text: str) -> None:
        """Plain SQL without values or rows, such as a savepoint; within a transaction only."""
        say(self, text)


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


def say(connection: Connection, text: str, values: Any = ()) -> Any:
    """Plain SQL, and the driver's cursor for it. Errors are told as SQLAlchemy tells them, without any value."""
    driver: Any = connection.connection.dbapi_connection
    dialect = connection.dialect
    try:
        return driver.execute(text, values)
    except dialect.loaded_dbapi.Error as problem:
        is_gone = dialect.is_disconnect(problem, connection.connection, None)
        raise DBAPIError.instance(
            text, None, problem, dialect.loaded_dbapi.Error,
            hide_parameters=True, connection_invalidated=is_gone, dialect=dialect,
        ) from problem  # fmt: skip

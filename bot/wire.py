"""The way to PostgreSQL for what is said again and again: many statements in one journey, their answers read together.

The driver's cursors send a statement, wait, and read its answer: on one machine that is 130 µs each, half of it
processor time (docs/profile.md). Here a statement is prepared once on its connection and then sent in the protocol's
pipeline mode; whoever looks at an answer waits for all that was sent so far. Types go in and out as the driver does it.
"""

import select
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from psycopg import Connection, OperationalError, errors, pq
from psycopg.adapt import PyFormat, Transformer

_SYNC, _ROWS, _DONE = int(pq.ExecStatus.PIPELINE_SYNC), int(pq.ExecStatus.TUPLES_OK), int(pq.ExecStatus.COMMAND_OK)
_TEXT, _BYTES = PyFormat.TEXT, PyFormat.BINARY
_BINARY, _BAD = pq.Format.BINARY, pq.ConnStatus.BAD
_STALE = {"26000", "0A000"}  # the prepared statement is gone, or its tables changed: it is prepared anew
_KINDS: dict[type, int] = {bytes: 17, bool: 16}  # the server's numbers of types; 0: it works it out by itself
MOST_NAMES = 1000  # statements a connection keeps prepared


class Reply:
    """What comes back of one statement; nothing until it was read."""

    __slots__ = ("is_read", "part", "prepares", "rowcount", "rows", "status", "text")

    def __init__(self, text: str, part: int, prepares: str = "") -> None:
        self.text, self.part = text, part
        self.prepares = prepares  # it only prepares this statement
        self.rows: Sequence[tuple[Any, ...]] = ()
        self.rowcount, self.is_read = -1, False
        self.status = b""  # what the server says was done


class Late(OperationalError):
    """A statement of an earlier part failed, whose answer nobody had looked at."""


class Impatient(OperationalError):
    """The answer took too long for whoever waits; the connection is closed."""


class Wire:
    """One connection of psycopg's. Nothing else may use it while something is sent and not read."""

    def __init__(self, driver: "Connection[Any]") -> None:
        self._driver, self._pg = driver, driver.pgconn
        self._adapt = Transformer(driver)
        self._names: dict[str, bytes] = {}
        self._count = 0
        self._sent: deque[Reply] = deque()
        self._part = 0  # of what is sent now
        self.patience: float | None = None  # seconds: who asks on the event loop does not wait for longer
        self._to_read, self._both = select.poll(), select.poll()
        self._to_read.register(self._pg.socket, select.POLLIN)
        self._both.register(self._pg.socket, select.POLLIN | select.POLLOUT)

    def new_part(self) -> None:
        """From here on somebody else speaks: an error in what was said before is not theirs."""
        self._part += 1

    def send(self, text: str, values: Sequence[Any]) -> Reply:
        """A prepared statement, `$1` for its first value. Raises the driver's error if a value cannot be written."""
        adapt = self._adapt
        told = adapt.dump_sequence(values, [_BYTES if type(value) is bytes else _TEXT for value in values])
        self._begin()
        name = self._names.get(text)
        if name is None:
            name = self._prepare(text, [_KINDS.get(type(value), 0) for value in values])
        self._pg.send_query_prepared(name, told, adapt.formats, _BINARY)
        return self._was_sent(Reply(text, self._part))

    def say(self, text: str) -> Reply:
        """Plain SQL without values."""
        self._begin()
        self._pg.send_query_params(text.encode(), None)
        return self._was_sent(Reply(text, self._part))

    def read(self) -> None:
        """Read the answers of all that was sent. Raises the first error there is; what came after it did nothing."""
        for is_unsent in self.reading():
            found = (self._both if is_unsent else self._to_read).poll(self.patience and self.patience * 1000)
            if not found:
                self.close()
                raise Impatient("the server took too long")

    def reading(self) -> Iterator[bool]:
        """The same in steps: each is taken when there is something to read, or (True) when more can be written."""
        if not self._sent:
            return
        failed: tuple[pq.abc.PGresult, Reply] | None = None
        try:
            self._pg.pipeline_sync()
            is_unsent = bool(self._pg.flush())
            while True:
                # The driver would wait for a result without letting go of the interpreter: so it is waited for first.
                while is_unsent or self._pg.is_busy():
                    yield is_unsent
                    self._pg.consume_input()
                    is_unsent = is_unsent and bool(self._pg.flush())
                result = self._pg.get_result()
                if result is None:  # the end of one statement
                    if self._pg.status == _BAD:
                        raise OperationalError("the connection to the server is lost")
                    continue
                status = result.status
                if status == _SYNC:
                    break
                failed = failed or self._note(result, status, self._sent.popleft())
            self._pg.exit_pipeline_mode()
        finally:
            self._sent.clear()
        if failed is not None:
            self._raise(*failed)

    def _note(self, result: "pq.abc.PGresult", status: int, reply: Reply) -> "tuple[pq.abc.PGresult, Reply] | None":
        """Returns what failed."""
        if status == _ROWS:
            self._adapt.set_pgresult(result)
            reply.rows = self._adapt.load_rows(0, result.ntuples, tuple)
        elif status != _DONE:
            self._names.pop(reply.prepares, None)
            return result, reply
        reply.rowcount, reply.status = result.command_tuples or 0, result.command_status or b""
        reply.is_read = True
        return None

    def close(self) -> None:
        """Close the connection, whatever is under way."""
        self._driver.close()

    @property
    def socket(self) -> int:
        """The number of its file."""
        return self._pg.socket

    def commit(self) -> None:
        """Commit with the same journey. Raises what read() does: then nothing was committed, or the server is gone."""
        if not self._sent and self._pg.transaction_status == pq.TransactionStatus.IDLE:
            return
        reply = self.say("COMMIT")
        self.read()
        if reply.status != b"COMMIT":
            raise OperationalError("the transaction had failed before, and was rolled back")

    def drop(self) -> None:
        """Read what is left, whatever it says: all of it is rolled back."""
        try:
            self.read()
        except errors.Error:
            return

    # ------------------------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        if self._sent:
            return
        is_idle = self._pg.transaction_status == pq.TransactionStatus.IDLE
        self._pg.enter_pipeline_mode()
        if is_idle and not self._driver.autocommit:
            self._pg.send_query_params(b"BEGIN", None)
            self._was_sent(Reply("BEGIN", self._part))

    def _prepare(self, text: str, kinds: Sequence[int]) -> bytes:
        if len(self._names) >= MOST_NAMES:
            self._names.clear()
            self._pg.send_query_params(b"DEALLOCATE ALL", None)
            self._was_sent(Reply("DEALLOCATE ALL", self._part))
        self._count += 1
        name = self._names[text] = b"dh%d" % self._count
        self._pg.send_prepare(name, text.encode(), kinds)
        self._was_sent(Reply("", self._part, prepares=text))
        return name

    def _was_sent(self, reply: Reply) -> Reply:
        self._sent.append(reply)
        return reply

    def _raise(self, result: "pq.abc.PGresult", reply: Reply) -> None:
        problem = errors.error_from_result(result, self._driver.info.encoding)
        if problem.sqlstate in _STALE:
            self._names.pop(reply.text, None)
        if reply.part != self._part:
            raise Late(str(problem), info=result, encoding=self._driver.info.encoding)
        raise problem

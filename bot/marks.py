"""Whether a batch stands whose COMMIT was not answered: each leaves its mark in its own transaction."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection, bindparam, delete, func
from sqlalchemy.dialects.postgresql import insert

from bot.connections import PreparedConnection, ask
from bot.tables import lease

MARK = "batch:"  # and the name of a process: the last batch it has written, in the table of what processes hold
KEPT = timedelta(days=1)  # of a process that is no more; one that lives writes its mark every second

Connect = Callable[[], PreparedConnection]


class Marks:
    """PostgreSQL only. One row for the process, which each batch writes over: its number is there or it is not."""

    def __init__(self, connect: Connect, owner: str) -> None:
        self._connect = connect
        self._name = f"{MARK}{owner}"[:80]
        self._count = 0

    def leave(self, connection: Connection) -> str:
        """The last thing before a COMMIT; returns the mark to ask for if it is not answered."""
        self._count += 1
        mark = str(self._count)
        ask(connection, _LEAVE, {"name": self._name, "mark": mark})
        return mark

    def stands(self, mark: str) -> bool:
        """Asked on a new connection. Raises DBAPIError.

        The row stays locked for as long as the server still works on the COMMIT it was sent: the answer waits for that.
        """
        with self._connect() as connection, connection.begin():
            return bool(connection.execute(_ASK, {"name": self._name}).scalar_one() == mark)


_row = insert(lease).values(name=bindparam("name"), owner=bindparam("mark"), until=func.now())
_LEAVE = _row.on_conflict_do_update(
    index_elements=[lease.c.name], set_={"owner": _row.excluded.owner, "until": func.now()}
)
_asked = insert(lease).values(name=bindparam("name"), owner="", until=func.now())
_ASK = _asked.on_conflict_do_update(
    index_elements=[lease.c.name], set_={"name": _asked.excluded.name}
).returning(lease.c.owner)


def sweep(connection: Connection) -> None:
    """Marks of processes that are no more. Harmless where there are none."""
    old = lease.c.until < func.now() - KEPT
    if connection.dialect.name == "postgresql":
        connection.execute(delete(lease).where(lease.c.name.startswith(MARK), old))

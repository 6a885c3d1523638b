"""What happened, without persons: one counter a day, province, need group, model and kind."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from bot.db import Tx
from bot.deeds import Happening
from bot.tables import event
from directory.wording import HCMC


def happened(
    tx: Tx, kind: str, *, now: datetime, province: str | None = None, need: str | None = None, model: str = ""
) -> None:
    """Add one to today's counter. `need` may be a whole code (`health.pep`); only its group is kept."""
    group = (need or "").partition(".")[0]
    tx.tally[Happening(now.astimezone(HCMC).date(), province or "", group, model, kind)] += 1


def counted(connection: Connection, kinds: Iterable[str], *, since: date) -> Mapping[str, int]:
    """How often each of these happened from that day on, everywhere together; 0 for what did not."""
    wanted = list(kinds)
    rows = connection.execute(
        select(event.c.kind, func.sum(event.c.n))
        .where(event.c.kind.in_(wanted), event.c.day >= since)
        .group_by(event.c.kind)
    )
    found = {str(kind): int(n) for kind, n in rows}
    return {kind: found.get(kind, 0) for kind in wanted}

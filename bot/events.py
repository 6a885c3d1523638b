"""What happened, without persons: one counter a day, province, need group, model and kind."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.db import Tx
from bot.tables import event
from directory.wording import HCMC


def happened(
    tx: Tx, kind: str, *, now: datetime, province: str | None = None, need: str | None = None, model: str = ""
) -> None:
    """Add one to today's counter. `need` may be a whole code (`health.pep`); only its group is kept."""
    insert = pg_insert if tx.is_postgresql else sqlite_insert
    row = insert(event).values(
        day=now.astimezone(HCMC).date(),
        province=province or "",
        need_group=(need or "").partition(".")[0],
        model=model,
        kind=kind,
        n=1,
    )
    keys = [event.c.day, event.c.province, event.c.need_group, event.c.model, event.c.kind]
    tx.execute(row.on_conflict_do_update(index_elements=keys, set_={"n": event.c.n + 1}))

"""What happened, without persons: one counter a day, province, need group, model and kind."""

from datetime import datetime

from bot.db import Tx
from bot.writer import Happening
from directory.wording import HCMC


def happened(
    tx: Tx, kind: str, *, now: datetime, province: str | None = None, need: str | None = None, model: str = ""
) -> None:
    """Add one to today's counter. `need` may be a whole code (`health.pep`); only its group is kept."""
    group = (need or "").partition(".")[0]
    tx.tally[Happening(now.astimezone(HCMC).date(), province or "", group, model, kind)] += 1

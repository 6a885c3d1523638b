"""Two who edited a listing at once: what each of them changed is put together, and what both changed is named."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Connection, func, select

from directory.drafts import Draft, from_json
from directory.tables import directory_audit


def last_change(connection: Connection, place_id: str) -> int:
    """The number of the newest row of its history; 0 without any."""
    newest = select(func.max(directory_audit.c.seq)).where(directory_audit.c.place_id == place_id)
    return int(connection.execute(newest).scalar_one() or 0)


def stood_at(connection: Connection, place_id: str, seq: int, now: Draft) -> Draft:
    """The draft as it stood when its newest change was `seq`."""
    later = (directory_audit.c.place_id == place_id, directory_audit.c.seq > seq)
    rows = select(directory_audit.c.before).where(*later).order_by(directory_audit.c.seq)
    before = next((told for told in connection.execute(rows).scalars() if told), None)
    return from_json(before) if before else now


def together(base: Draft, mine: Draft, theirs: Draft) -> tuple[Draft, tuple[str, ...]]:
    """Both changes in one draft, and the fields that both changed to something else: there mine stands."""
    put: dict[str, Any] = {}
    clashing: list[str] = []
    for name in (one.name for one in fields(Draft)):
        was, ours, other = getattr(base, name), getattr(mine, name), getattr(theirs, name)
        if isinstance(was, Mapping):  # by language
            for key in sorted({*was, *ours, *other}):
                if was.get(key) != ours.get(key) != other.get(key) != was.get(key):
                    clashing.append(f"{name}.{key}")
            keys = {key: (ours if ours.get(key) != was.get(key) else other).get(key) for key in {*was, *ours, *other}}
            put[name] = {key: text for key, text in keys.items() if text}
        else:
            clashing += [name] if was != ours != other != was else []
            put[name] = ours if ours != was else other
    return replace(theirs, **put), tuple(clashing)

"""The list of listings by what there is to look after: never checked, sealed, under review, standing twice."""

from collections.abc import Sequence

from sqlalchemy import Connection

from directory import catalogue, duplicates, merging
from directory.catalogue import Row

MARKS = ("unverified", "sealed", "under_review", "twice")  # "stale" is a state of its own


def marked(connection: Connection, rows: Sequence[Row], mark: str) -> tuple[Row, ...]:
    """Those with this mark, in the same order; all without a mark."""
    match mark:
        case "unverified":
            return tuple(one for one in rows if one.checked_on is None or one.is_changed)
        case "sealed":
            return tuple(one for one in rows if one.is_sealed)
        case "under_review":
            return tuple(one for one in rows if one.is_under_review)
        case "twice":
            pairs = duplicates.find(catalogue.entries_of(connection), apart=merging.pairs_apart(connection))
            ids = {id for pair in pairs for id in (pair.first, pair.second)}
            return tuple(one for one in rows if one.id in ids)
    return tuple(rows)

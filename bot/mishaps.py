"""What an error of the database means: whether all is in doubt, whether to try again, and how it is told."""

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError

from bot.ports import DatabaseAway, HeldUp
from bot.wire import Late

_RERUN_STATES = {"40001", "40P01", "26000", "0A000"}  # the last two: a prepared statement is gone, or stale
_HELD_UP_STATES = {"55P03", "57014"}  # a lock was not to be had in time, or the statement took too long
_GONE = {"SQLITE_BUSY", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_NOTADB", "SQLITE_CORRUPT"}
_REASONS = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_BUSY": "another program holds the database locked",
    "SQLITE_CANTOPEN": "its file cannot be opened, look at the rights of its folder",
    "SQLITE_READONLY": "its file may not be written, look at its rights",
    "SQLITE_NOTADB": "its file is no database of this service, look at DONGHANH_DATABASE_URL",
    "SQLITE_CORRUPT": "its file is damaged, restore a backup",
}


def breaks_the_batch(problem: DBAPIError) -> bool:
    """The whole transaction is in doubt, not this deed alone."""
    origin = problem.orig
    if isinstance(origin, sqlite3.OperationalError):
        return True  # FULL, IOERR, BUSY: the whole transaction is in doubt
    if isinstance(origin, Late):
        return True  # another deed's, which nobody had waited for
    return getattr(origin, "sqlstate", None) in _RERUN_STATES or problem.connection_invalidated


def is_held_up(problem: DBAPIError) -> bool:
    """Another program holds what is needed; it is no fault of the deed."""
    return getattr(problem.orig, "sqlstate", None) in _HELD_UP_STATES


def is_gone(problem: DBAPIError) -> bool:
    """Trying the next deed would only make its caller wait for the same answer."""
    origin = problem.orig
    if isinstance(origin, sqlite3.Error):
        return getattr(origin, "sqlite_errorname", "") in _GONE
    is_refused = isinstance(problem, OperationalError) and getattr(origin, "sqlstate", None) is None
    return is_refused and not problem.connection_invalidated


def is_full(problem: DBAPIError) -> bool:
    """A smaller deed may still fit; this one will not a moment later."""
    return getattr(problem.orig, "sqlite_errorname", "") == "SQLITE_FULL"


def away(problem: DBAPIError) -> Exception:
    """A plain sentence in place of a driver's message, which could quote a row."""
    origin = problem.orig
    if is_held_up(problem):
        mend = "pg_stat_activity shows who; end that transaction"
        return HeldUp(f"The database cannot be used: another program holds a lock in it ({mend}).")
    name = getattr(origin, "sqlite_errorname", None)
    if isinstance(origin, sqlite3.OperationalError) or name in _REASONS:
        return DatabaseAway(f"The database cannot be used: {_REASONS.get(name or '', name or 'SQLITE_ERROR')}.")
    if is_gone(problem):
        return DatabaseAway("The database cannot be used: its server is not reached, or refuses DONGHANH_DATABASE_URL.")
    return DatabaseAway(f"The database cannot be used ({getattr(origin, 'sqlstate', None) or type(origin).__name__}).")

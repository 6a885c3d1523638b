"""What an error of the database means: whether all is in doubt, whether to try again, and how it is told."""

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError

from bot.ports import DatabaseAway, HeldUp

_RERUN_STATES = {"40001", "40P01"}
_HELD_UP_STATES = {"55P03", "57014"}  # a lock was not to be had in time, or the statement took too long
_GONE = {"SQLITE_BUSY", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_NOTADB", "SQLITE_CORRUPT"}


def breaks_the_batch(problem: DBAPIError) -> bool:
    """The whole transaction is in doubt, not this deed alone."""
    origin = problem.orig
    if isinstance(origin, sqlite3.OperationalError):
        return True  # FULL, IOERR, BUSY: the whole transaction is in doubt
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
    if isinstance(origin, sqlite3.OperationalError):
        name = getattr(origin, "sqlite_errorname", "SQLITE_ERROR")
        reasons = {"SQLITE_FULL": "the disk is full", "SQLITE_BUSY": "another program holds the database locked"}
        return DatabaseAway(f"The database cannot be used: {reasons.get(name, name)}.")
    return DatabaseAway(f"The database cannot be used ({getattr(origin, 'sqlstate', None) or type(origin).__name__}).")

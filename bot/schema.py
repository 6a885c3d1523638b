"""Brings a database to the tables this version needs: one history, the same on SQLite and PostgreSQL."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot.db import away, open_engine

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def upgrade(url: str) -> None:
    """Take every step that is missing; harmless if none is, or if a newer version was here. Raises DatabaseAway."""
    try:
        if _is_from_the_future(url):
            return
        command.upgrade(_config(url), "head")
    except DBAPIError as problem:
        raise away(problem) from None


def _is_from_the_future(url: str) -> bool:
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            taken = revision(connection)
    finally:
        engine.dispose()
    return taken is not None and taken not in _known()


def is_current(connection: Connection) -> bool:
    """Whether this program may run on this database: it has taken every step, or steps of a newer version besides.

    Steps only ever add, so that the version before goes on running while the newer one is rolled out.
    """
    taken = revision(connection)
    return taken is not None and (taken == head() or taken not in _known())


def revision(connection: Connection) -> str | None:
    """The newest step this database has taken."""
    found: str | None = MigrationContext.configure(connection).get_current_revision()
    return found


@cache
def head() -> str | None:
    """The newest step this version knows."""
    return ScriptDirectory.from_config(_config("")).get_current_head()


def is_known(revision: str) -> bool:
    """Whether this version has a step of this name."""
    return revision in _known()


@cache
def _known() -> frozenset[str]:
    """Every step this version knows."""
    return frozenset(step.revision for step in ScriptDirectory.from_config(_config("")).walk_revisions())


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config

"""Brings a database to the tables this version needs: one history, the same on SQLite and PostgreSQL."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot.db import away

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def upgrade(url: str) -> None:
    """Take every step that is missing; harmless if none is. Raises DatabaseAway."""
    try:
        command.upgrade(_config(url), "head")
    except DBAPIError as problem:
        raise away(problem) from None


def is_current(connection: Connection) -> bool:
    """Whether this database has taken every step."""
    return revision(connection) == head()


def revision(connection: Connection) -> str | None:
    """The newest step this database has taken."""
    found: str | None = MigrationContext.configure(connection).get_current_revision()
    return found


def head() -> str | None:
    """The newest step this version knows."""
    return ScriptDirectory.from_config(_config("")).get_current_head()


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config

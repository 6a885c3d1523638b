"""`donghanh migrate`: brings the database to the tables this version needs."""

import argparse

from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from bot.commands.opening import prepare
from bot.db import away, open_engine
from bot.schema import head, revision, upgrade
from bot.settings import load


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("migrate", help="bring the database to the tables this version needs")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Harmless when nothing is missing. A house that does not exist yet is made, with its keys."""
    settings = load()
    if settings.is_sqlite:
        prepare(settings).stop()  # before the file of the database is made
    engine = open_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            before, is_empty = revision(connection), not inspect(connection).get_table_names()
        prepare(settings, is_empty=is_empty).stop()
        upgrade(settings.database_url)
    except DBAPIError as problem:
        raise away(problem) from None
    finally:
        engine.dispose()
    print(f"{before or 'empty'} -> {head()}" if before != head() else f"{head()}: nothing to do")
    return 0

"""`donghanh restore FILE`: brings a backup into an empty database and has everybody called for each open case."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot import audit, backups, policy
from bot.app import MachineClock
from bot.commands.opening import Opened, is_there, make_folder, usable
from bot.db import away, open_engine
from bot.helpline import restoring
from bot.policy import Policy
from bot.schema import upgrade
from bot.seals import Seals
from bot.settings import Settings, load


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("restore", help="bring a backup into an empty database; open cases are alarmed again")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Nothing may run on this database meanwhile. 1 if the file is no backup or the database is not empty."""
    settings = load()
    make_folder(settings)
    decided = policy.load(settings.policy_file, today=MachineClock().now().date())
    with usable("key_store", settings.key_store):
        seals = Seals.from_files(settings.key_file, settings.key_store)
    try:
        made = backups.look(arguments.file, seals)
        with _nothing_left_behind(settings):
            rows = _read_back(settings, seals, arguments.file)
        called, erased, broken = _call(settings, seals, decided)
    except backups.BackupProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    finally:
        seals.stop()
    print(f"{rows} rows of {made.made_at}; {called} open cases are alarmed again, {erased} stay erased", flush=True)
    if broken is not None:
        print(f"The audit of this backup was altered at row {broken}.", file=sys.stderr)
        return 1
    print("Start the service now: the alarms go out with it.", file=sys.stderr)
    return 0


@contextmanager
def _nothing_left_behind(settings: Settings) -> Iterator[None]:
    """If it fails, a database file that was made for it goes again."""
    was_there = is_there(settings)
    try:
        yield
    except BaseException:
        for end in ("", "-wal", "-shm") if not was_there else ():
            settings.sqlite_path.with_name(settings.sqlite_path.name + end).unlink(missing_ok=True)
        raise


def _read_back(settings: Settings, seals: Seals, file: Path) -> int:
    upgrade(settings.database_url)
    engine = open_engine(settings.database_url)
    try:
        with engine.begin() as connection:
            return backups.read_back(connection, file)
    except DBAPIError as problem:
        raise away(problem) from None
    finally:
        engine.dispose()


def _call(settings: Settings, seals: Seals, decided: Policy) -> tuple[int, int, int | None]:
    """Each case in a deed of its own; then keys that nothing is sealed with are destroyed."""
    engine = open_engine(settings.database_url)
    house, now = Opened(settings, seals, engine, engine), MachineClock().now()
    knows, called, erased = seals.keys.count() > 0, 0, 0
    try:
        for case_id in house.write(restoring.open_cases):
            again = partial(restoring.call_again, case_id=case_id, knows_keys=knows, now=now, policy=decided)
            is_called = house.write(again)
            called, erased = called + is_called, erased + (not is_called)
        seals.keys.destroy_except(house.read(restoring.keys_in_use))
        return called, erased, house.read(lambda connection: audit.verify(connection, seals))
    finally:
        engine.dispose()

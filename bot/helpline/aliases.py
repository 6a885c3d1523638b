"""Gives each case a neutral name of two words, so that nobody has to be called by a number or by a real name."""

import secrets
from functools import cache
from pathlib import Path

from sqlalchemy import bindparam, select

from bot.db import Tx
from bot.tables import case
from directory.seedfiles import load_table

_TRIES = 8  # names looked up at once; of 1,500 a house has a few dozen in use


@cache
def _words() -> tuple[tuple[str, ...], tuple[str, ...]]:
    lists = load_table(Path(__file__).parent / "aliases.yaml")
    return tuple(lists["first"]), tuple(lists["second"])


_USED = select(case.c.alias).where(case.c.alias.in_(bindparam("tried", expanding=True)))


def choose(tx: Tx) -> str:
    """A name no open or recent case has. When the names run short, a number is added."""
    first, second = _words()
    tried = [f"{secrets.choice(first)} {secrets.choice(second)}" for _ in range(_TRIES)]
    used = set(tx.execute(_USED, {"tried": tried}).scalars())
    for alias in tried:
        if alias not in used:
            return alias
    number = 2
    while tx.execute(select(case.c.id).where(case.c.alias == f"{tried[0]} {number}")).first():
        number += 1
    return f"{tried[0]} {number}"


def retired(case_id: int) -> str:
    """What stands in the place of the name once the words are gone; the name is free again."""
    return f"#{case_id}"

"""Hears violence that was done by those who should help: a nurse who hits, a doctor who gropes."""

from pathlib import Path

from bot.understanding.danger import Danger
from bot.understanding.patterns import View
from bot.understanding.rules import cue
from bot.understanding.small_tables import SmallTable

TABLE = SmallTable(Path(__file__).resolve().parent / "by_staff.yaml")
_ONLY_THOUGHT_OF = ("law", "story", "if")


def with_staff(danger: Danger, seen: View) -> Danger:
    """The danger, or this violence where none was seen, or only felt."""
    if danger.level == "now" or (danger.level != "none" and danger.source != "model"):
        return danger
    found = TABLE.first(seen)
    if found is None or _is_only_thought_of(seen):
        return danger
    told, where = found
    kinds = tuple(dict.fromkeys((*told["kinds"], *danger.kinds)))
    return Danger("violence", kinds, "rule", str(told["id"]), seen.span(*where))


def _is_only_thought_of(seen: View) -> bool:
    return any(next(iter(one.find(seen)), None) is not None for name in _ONLY_THOUGHT_OF for one in cue(name))

"""Hears violence that was done by those who should help: a nurse who hits, a doctor who gropes."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from bot.understanding.danger import Danger
from bot.understanding.patterns import Index, Pattern, View, compile_pattern
from bot.understanding.rules import cue, is_denied
from directory.seedfiles import load_table

TABLE = Path(__file__).resolve().parent / "by_staff.yaml"
_ONLY_THOUGHT_OF = ("law", "story", "if")


def with_staff(danger: Danger, seen: View) -> Danger:
    """The danger, or this violence where none was seen, or only felt."""
    if danger.level == "now" or (danger.level != "none" and danger.source != "model"):
        return danger
    live = _index().live(seen)
    if not live:
        return danger
    for told, patterns in _rules():
        where = _where(tuple(one for one in patterns if id(one) in live), seen)
        if where is not None and not _is_only_thought_of(seen):
            kinds = tuple(dict.fromkeys((*told["kinds"], *danger.kinds)))
            return Danger("violence", kinds, "rule", str(told["id"]), seen.span(*where))
    return danger


def _where(patterns: Sequence[Pattern], seen: View) -> tuple[int, int] | None:
    """The first place that fits and is not denied."""
    found = ((one, match.span()) for one in patterns for match in one.find(seen))
    return next((where for one, where in found if not is_denied(seen, one, where)), None)


def _is_only_thought_of(seen: View) -> bool:
    return any(next(iter(one.find(seen)), None) is not None for name in _ONLY_THOUGHT_OF for one in cue(name))


@cache
def table() -> Sequence[Mapping[str, Any]]:
    """The rules as they stand, examples included."""
    rules: Sequence[Mapping[str, Any]] = _content()["rules"]
    return rules


@cache
def _content() -> Mapping[str, Any]:
    content: Mapping[str, Any] = load_table(TABLE)
    return content


@cache
def _rules() -> Sequence[tuple[Mapping[str, Any], tuple[Pattern, ...]]]:
    lists = {str(name): str(words) for name, words in _content()["lists"].items()}
    return [(told, tuple(compile_pattern(str(one), lists) for one in told["patterns"])) for told in table()]


@cache
def _index() -> Index:
    return Index(pattern for _, patterns in _rules() for pattern in patterns)

"""Guesses what a person wants with a message: one word of a closed list, or "unclear"."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.understanding.danger import Danger
from bot.understanding.patterns import Pattern, View, compile_pattern

TABLE = Path(__file__).resolve().parent / "intents.yaml"
INTENTS = (
    "report", "help_now", "find", "ask", "human", "erase", "privacy", "stop", "leave", "return_code", "under_18",
    "buyer", "harasser", "official", "provider", "wrong_listing", "feedback", "language", "greeting", "thanks",
    "about_bot", "unclear",
)  # fmt: skip
# A polite word beside a real wish is only a polite word.
_POLITE = frozenset({"thanks", "greeting", "feedback", "under_18"})
_COMPANY = frozenset({"peers.group", "mind.distress"})  # "I want to talk to somebody" sounds like these
_SURE = frozenset({"return_code", "language", "wrong_listing", "provider", "official", "erase", "stop"})


def intent_of(
    seen: View, danger: Danger, *, needs: Sequence[str], has_place: bool, articles: Sequence[tuple[str, float]]
) -> str:
    """What the message is about. Danger goes before everything, a clear wish before politeness."""
    if danger.level == "now":
        return "help_now"
    if danger.level == "violence":
        return "report"
    named = next((intent for intent, patterns in _patterns().items() if _fits(patterns, seen)), None)
    if named in _SURE or (named and not needs and named not in _POLITE):
        return named
    if named == "under_18" and not needs:
        return named
    if named == "human" and not has_place and set(needs) <= _COMPANY:
        return named
    is_question = _fits(_group("questions"), seen)
    is_seeking = _fits(_group("seeking"), seen)
    sure_article = bool(articles) and articles[0][1] >= 0.75
    if named and not needs and not has_place and not sure_article:
        return named
    if needs and named in ("privacy", "human", "about_bot") and not is_seeking:
        return named
    if sure_article and is_question and not is_seeking and not has_place:
        return "ask"
    if needs and (has_place or is_seeking or not is_question):
        return "find"
    if articles and is_question:
        return "ask"
    if needs or has_place:
        return "find"
    return "ask" if articles else "unclear"


def _fits(patterns: tuple[Pattern, ...], seen: View) -> bool:
    return any(next(iter(pattern.find(seen)), None) is not None for pattern in patterns)


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(TABLE.read_text("utf-8"), yaml.CSafeLoader)
    return content


@cache
def _patterns() -> dict[str, tuple[Pattern, ...]]:
    found = {}
    for intent, many in _content()["intents"].items():
        if intent not in INTENTS:
            raise ValueError(f"intents.yaml names {intent}, which is not in the closed list.")
        found[str(intent)] = tuple(compile_pattern(one, {}) for one in many)
    return found


@cache
def _group(name: str) -> tuple[Pattern, ...]:
    return tuple(compile_pattern(one, {}) for one in _content()[name])

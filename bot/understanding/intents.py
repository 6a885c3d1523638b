"""Guesses what a person wants with a message: one word of a closed list, or "unclear"."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from bot.understanding.danger import Danger
from bot.understanding.patterns import Group, Index, View, compile_pattern
from directory.seedfiles import load_table

TABLE = Path(__file__).resolve().parent / "intents.yaml"
INTENTS = (
    "report", "help_now", "find", "ask", "human", "erase", "privacy", "stop", "leave", "return_code", "under_18",
    "buyer", "harasser", "official", "provider", "wrong_listing", "feedback", "language", "greeting", "thanks",
    "about_bot", "unclear",
)  # fmt: skip
# A polite word beside a real wish is only a polite word.
_POLITE = frozenset({"thanks", "greeting", "feedback", "under_18", "leave", "privacy"})
_COMPANY = frozenset({"peers.group", "mind.distress"})  # "I want to talk to somebody" sounds like these
_SURE = frozenset({"return_code", "language", "wrong_listing", "provider", "official", "erase", "stop", "buyer"})
_HEARD = 0.5  # where nothing is named, so sure must the examples be
_FAINT = 0.3  # where no need and no place is named, less sure is nothing
_ABOUT_US = frozenset({"privacy", "human", "about_bot"})
_BESIDE_VIOLENCE = ("find", "ask")
_TOLD = 0.2  # by so much it must sound more like one of these than like a report
# What examples can tell apart where no pattern fits: the rest are too few to learn.
_LEARNT = ("find", "ask", "unclear", "human", "thanks", "greeting")


def intent_of(
    seen: View,
    danger: Danger,
    *,
    needs: Sequence[str],
    has_place: bool,
    articles: Sequence[tuple[str, float]],
    learnt: Sequence[tuple[str, float]] = (),
) -> str:
    """What the message is about. Danger goes before everything, a clear wish before politeness."""
    if danger.level == "now":
        return "help_now"
    if danger.level == "violence":
        return _of_violence(danger, dict(learnt))
    live = _index().live(seen)
    means = (intent for intent, patterns in _patterns().items() if _means(intent, patterns, seen, live))
    named = next(means, None) if live else None
    if named in _ABOUT_US and _group("lines").fits(seen, live):
        named = None  # "111 có báo công an không": what they do there, not what we do here
    likely = {intent: chance for intent, chance in learnt if intent in _LEARNT}
    wants_place = has_place or likely.get("find", 0.0) >= 0.6
    if named in _SURE:
        return named
    if named and named not in _POLITE and not needs and not has_place and named != "human":
        return named
    if named == "human" and not has_place and set(needs) <= _COMPANY:
        return named
    is_question = _group("questions").fits(seen, live)
    is_seeking = _group("seeking").fits(seen, live)
    if named in _POLITE and not wants_place and not (is_question and needs) and likely.get("ask", 0.0) < 0.6:
        return named
    if named in _ABOUT_US and not is_seeking:
        return named
    if needs and not has_place and _group("asked").fits(seen, live):
        return "ask"
    if likely:
        sought = 0.2 * has_place + 0.1 * bool(needs) + (_WHERE if has_place else 0.05) * is_seeking
        likely["find"] = likely.get("find", 0.0) + sought
        is_answered = bool(articles) and (is_question or not needs or articles[0][1] >= _HEARD)
        likely["ask"] = likely.get("ask", 0.0) + 0.15 * is_answered + 0.05 * is_question
        best = max(likely, key=lambda intent: likely[intent])
        if not (needs or has_place) and likely[best] < _FAINT:
            return "unclear"
        is_told = len(seen.spans) > 1 and likely[best] >= _HEARD
        return best if needs or has_place or articles or is_told else "unclear"
    if articles and is_question and not is_seeking and not has_place:
        return "ask"
    if needs or has_place:
        return "find"
    return "ask" if articles else "unclear"


_WHERE = 0.2  # "làm lại ở đâu" beside a place asks where, whatever is asked besides


def _of_violence(danger: Danger, learnt: Mapping[str, float]) -> str:
    """Where the model alone feels violence, somebody may look or ask for something all the same."""
    if danger.source != "model" or not learnt:
        return "report"
    likeliest = max(_BESIDE_VIOLENCE, key=lambda intent: learnt.get(intent, 0.0))
    is_told = learnt.get("report", 0.0) + _TOLD >= learnt.get(likeliest, 0.0)
    return "report" if is_told else likeliest


def _means(intent: str, patterns: Group, seen: View, live: set[int]) -> bool:
    """Whether these words say it, and not of something else: "uống thuốc sai giờ" is no wrong entry."""
    elsewhere = _elsewhere().get(intent)
    return patterns.fits(seen, live) and not (elsewhere is not None and elsewhere.fits(seen, live))


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = load_table(TABLE)
    return content


@cache
def _patterns() -> dict[str, Group]:
    return _of_intents("intents")


@cache
def _elsewhere() -> dict[str, Group]:
    return _of_intents("elsewhere")


def _of_intents(name: str) -> dict[str, Group]:
    found = {}
    for intent, many in _content()[name].items():
        if intent not in INTENTS:
            raise ValueError(f"intents.yaml names {intent}, which is not in the closed list.")
        found[str(intent)] = Group(compile_pattern(one, {}) for one in many)
    return found


@cache
def _group(name: str) -> Group:
    return Group(compile_pattern(one, {}) for one in _content()[name])


@cache
def _index() -> Index:
    named = (*_patterns().values(), *_elsewhere().values())
    groups = (*named, *map(_group, ("questions", "seeking", "lines", "asked")))
    return Index(pattern for group in groups for pattern in group.patterns)

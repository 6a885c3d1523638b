"""Hears that somebody is tired of life, and tells it from being tired of a place, of somebody or of an evening."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from bot.understanding.danger import Danger, Look, look
from bot.understanding.patterns import Pattern, View, view
from bot.understanding.rules import rules
from bot.understanding.small_tables import SmallTable
from directory.reading import read

TABLE = SmallTable(Path(__file__).resolve().parent / "self_harm.yaml")
KIND = "self_harm"
MEANS = "thinks-of-means"  # the rule for whoever says how; she has not done it yet
FEARS_DEATH = "does-not-want-to-die"  # the rule for whoever is afraid of being killed
_SHORT = 14  # words; in a longer story more may be meant than what the table knows
# A film, a game or laughter: there the words are left to the model, as those of danger.yaml are.
_NOT_MEANT = frozenset({"laughing", "laughing-signs", "story", "game", "dream", "test", "law", "lesson"})


def with_self_harm(danger: Danger, looked: Look, seen: View, text: str) -> Danger:
    """The danger with this kind, asked about where none was seen or only felt.

    Nothing that is now becomes less, but what was felt, or asked about, because of words that she denies.
    """
    found = _with_self_harm(danger, looked, seen)
    return Danger() if _is_denied(found, seen, text) else found


def _with_self_harm(danger: Danger, looked: Look, seen: View) -> Danger:
    found = [*TABLE.fitting(seen)] if _NOT_MEANT.isdisjoint(looked.examined.vetoes) else []
    found = [] if found and _is_beside(seen) else found
    means = next((where for told, where in found if told["id"] == MEANS), None)
    if means is not None and len(found) > 1 and danger.level != "now":
        return Danger("now", (KIND,), "rule", MEANS, seen.span(*means))  # tired of life, and she says how
    if found:
        return _heard(danger, found[0][0], seen.span(*found[0][1]))
    return Danger() if _is_only_asked(danger, looked) and _is_harmless(seen, looked) else danger


def _heard(danger: Danger, rule: Mapping[str, Any], span: tuple[int, int]) -> Danger:
    kinds = tuple(dict.fromkeys((*danger.kinds, *rule["kinds"])))
    if danger.level == "now":
        return replace(danger, kinds=kinds)
    if KIND not in rule["kinds"] and danger.source != "rule":
        kinds = tuple(kind for kind in kinds if kind != KIND)  # another hand is feared
    elif danger.source == "rule":  # what somebody else does to her stays the reason
        return replace(danger, kinds=kinds, doubt=True)
    else:
        kinds = (KIND, *(kind for kind in kinds if kind not in (KIND, "threat")))
    return Danger("violence", kinds, "rule", str(rule["id"]), span, True)


def _is_only_asked(danger: Danger, looked: Look) -> bool:
    """Felt, or found by the rule for these words alone, and of nothing that somebody does to her."""
    is_felt = danger.source == "model" and danger.rule in (None, "self-harm")
    is_ruled = danger.rule == "self-harm" and len(looked.examined.standing) == 1
    is_of_her_alone = set(danger.kinds) <= {KIND, "threat"}
    return danger.level == "violence" and danger.doubt and is_of_her_alone and (is_felt or is_ruled)


def _is_harmless(seen: View, looked: Look) -> bool:
    """Whether the words that sound like it belong to a saying of the table, or to an evening out, and no others do."""
    clear, sayings = TABLE.without_harmless(seen)
    if len(seen.starts) > _SHORT or any(next(iter(one.find(clear)), None) is not None for one in _grave()):
        return False
    return bool(sayings) or (looked.danger.source == "model" and _is_beside(seen))


def _is_denied(danger: Danger, seen: View, text: str) -> bool:
    """ "Em không chán sống", "đâu có muốn chết": plainly denied, and without these words nothing is left to fear."""
    if danger.level == "none" or not set(danger.kinds) <= {KIND, "threat"} or len(seen.starts) > _SHORT:
        return False
    denied = TABLE.places("denied", seen)
    if not denied or TABLE.places("after_all", seen):
        return False
    rest = "".join(" " if any(start <= at < end for start, end in denied) else sign for at, sign in enumerate(text))
    left = read(rest)
    around = view(left)
    is_grave = any(next(iter(one.find(around)), None) is not None for one in _grave())
    return not is_grave and TABLE.first(around) is None and look(left, around).danger.level == "none"


def is_only_denied(seen: View) -> bool:
    """Whether she says that she does not want to die, and little else: a person to talk with is what may help."""
    return len(seen.starts) <= _SHORT and bool(TABLE.places("denied", seen))


def _is_beside(seen: View) -> bool:
    return any(next(iter(one.find(seen)), None) is not None for one in TABLE.patterns("beside"))


@cache
def _grave() -> tuple[Pattern, ...]:
    of_danger = [one for rule in rules() if KIND in rule.kinds for one in (*rule.patterns, *rule.hints)]
    return (*of_danger, *TABLE.patterns("grave"))

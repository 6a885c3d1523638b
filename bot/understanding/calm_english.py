"""What the model alone feels in English, where it is plain that health or a pregnancy is asked about."""

import re

from bot.understanding import english
from bot.understanding.danger import Danger
from bot.understanding.topics import Topics
from bot.understanding.weighing import VIOLENT
from directory.articles import OF_DANGER
from directory.articles import topics as all_topics
from directory.needs import NeedGuess

_CALM = ("health.", "papers.")
_CRY = frozenset({"health.emergency"})
_CERTAIN, _MAYBE = 0.95, 0.6
_SHORT = 12  # words
_UNWANTED = re.compile(r"pregnan.*\b(?:don'?t|do not|can'?t|cannot) (?:want|keep|have)\b|unwanted pregnan")


def is_calm(code: str) -> bool:
    """Whether it is a need of somebody who is in no danger."""
    return code.startswith(_CALM) and code not in _CRY


def unless_plainly_of_health(danger: Danger, sounds: Topics) -> Danger:
    """ "I think I have an STD": what the model alone feels, where an article about health is all but certain."""
    if danger.level != "violence" or danger.source != "model" or danger.rule is not None or not sounds.articles:
        return danger
    id, likely = sounds.articles[0]
    stated = dict(sounds.needs)
    violent = max((chance for code, chance in stated.items() if code.startswith(VIOLENT)), default=0.0)
    calm = max((chance for code, chance in stated.items() if is_calm(code)), default=0.0)
    wanted_there = all_topics()[id].needs if id in all_topics() else ()
    is_health = bool(wanted_there) and all(map(is_calm, wanted_there))
    is_plain = is_health and likely >= _CERTAIN and calm >= _CERTAIN and violent < _MAYBE
    return Danger("none") if is_plain and id not in OF_DANGER else danger


def unless_unwanted(danger: Danger, stated: tuple[NeedGuess, ...], text: str) -> tuple[Danger, tuple[NeedGuess, ...]]:
    """ "I think I'm pregnant, don't want it": what the model alone feels is the child, and no wish to die."""
    is_felt = danger.source == "model" and danger.rule is None
    is_named = any(one.code == "health.abortion" and one.score >= _CERTAIN for one in stated)
    is_told = len(text.split()) <= _SHORT and _UNWANTED.search(text.lower().replace("’", "'")) is not None
    if not (is_named and is_told) or not (danger.level == "none" or is_felt):
        return danger, stated
    return Danger("none"), tuple(one for one in stated if one.code != "mind.suicide" or one.score >= _CERTAIN)


def names_need(text: str) -> bool:
    """Whether a word of it names a need, whatever it sounds like besides."""
    return bool(english.needs_of(english.lay_out(english.read(text)), Danger(), Topics((), (), ())))

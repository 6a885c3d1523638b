"""Which needs a message states: the words of the tables and what it sounds like, together; violence first in danger."""

from collections.abc import Sequence

from bot.understanding.danger import Danger
from bot.understanding.topics import Topics
from directory import needs
from directory.needs import NeedGuess
from directory.reading import Reading

# What a kind of danger means as a need, when nothing else names one.
NEED_OF_KIND = {
    "physical": "violence.physical", "sexual": "violence.sexual", "control": "violence.control",
    "extortion": "violence.digital", "digital": "violence.digital", "trafficking": "violence.trafficking",
    "police": "violence.authority", "partner": "violence.partner", "family": "violence.partner",
    "self_harm": "mind.suicide", "robbery": "violence.robbery", "threat": "violence.physical",
    "minor": "violence.control", "discrimination": "peers.stigma",
}  # fmt: skip
_VIOLENT = ("violence.", "mind.suicide", "health.emergency")
WORDS = 0.2  # how much the tables add to what a message sounds like
ALONE, BESIDE = 0.2, 0.35  # from here on a sound is believed: where no word names a need, and beside one that does
MOST = 3
LEAST_WISH = 0.1  # from here on a message may state a need at all


def wanted(reading: Reading, danger: Danger, sounds: Topics) -> tuple[NeedGuess, ...]:
    """The stated needs, best first; none when none is stated."""
    if danger.level == "none" and (needs.is_other(reading) or sounds.wants < LEAST_WISH):
        return ()
    is_heard = any(chance >= BESIDE for _, chance in sounds.needs)
    stated = {guess.code: guess.score for guess in needs.read(reading, by_likeness=not is_heard)}
    heard = {code: chance for code, chance in sounds.needs if chance >= (BESIDE if stated else ALONE)}
    chances = dict(sounds.needs)
    score = {code: WORDS * stated.get(code, 0.0) + chances.get(code, 0.0) for code in {**stated, **heard}}
    found = [
        NeedGuess(code, round(min(0.99, max(stated.get(code, 0.0), score[code])), 2))
        for code in sorted(score, key=lambda code: (-score[code], code))
    ]
    if danger.level == "none":
        return tuple(found[:MOST])
    return wanted_in_danger(danger, found, sounds.needs)


def wanted_in_danger(
    danger: Danger, found: Sequence[NeedGuess], heard: Sequence[tuple[str, float]] = ()
) -> tuple[NeedGuess, ...]:
    """The same with what the danger means put first. `heard`: needs by how much the message sounds like them."""
    violent = [guess for guess in found if guess.code.startswith(_VIOLENT)]
    if not violent:
        likely = [code for code, chance in heard if code.startswith(_VIOLENT) and chance >= 0.1][:1]
        codes = likely or list(dict.fromkeys(NEED_OF_KIND[kind] for kind in danger.kinds))[:2]
        violent = [NeedGuess(code, 0.8) for code in codes]
    if "physical" in danger.kinds and all(guess.code != "violence.physical" for guess in violent):
        violent.append(NeedGuess("violence.physical", 0.5))  # whoever is hurt needs other numbers too
    return (*violent, *(guess for guess in found if guess not in violent))[:MOST]

"""Which needs a message states: the words of the tables and what it sounds like, together; violence first in danger."""

from collections.abc import Mapping, Sequence

from bot.understanding.danger import Danger
from bot.understanding.model import chance
from bot.understanding.topics import Topics
from bot.understanding.weighing import VIOLENT, odds
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
WORDS = 0.2  # how much the tables add to how sure we say we are
ALONE, BESIDE = 0.2, 0.35  # from here on a sound is believed: where no word names a need, and beside one that does
MOST = 3
CLINIC, _FEW = "health.general", 8  # words
UNWANTED, WANTED = "health.abortion", "health.pregnancy"
LEAST_WISH = 0.1  # from here on a message may state a need at all
# How much more likely each makes a need, learnt of authors whom the model had not read (odds, as in `odds`).
_SOUND, _NAMED, _NAMED_WEAKLY, _ALIKE = 0.96, 1.3, 0.21, 0.16
_IN_STORY, _STORY = -0.31, 15  # in a story of more words than this a word may stand beside what is wanted
_SURE = 0.8  # from here on a word of the tables names its need plainly
# And that any need is stated: by the head that was taught just this, by the likeliest need, by words, by likeness.
_ANY_START, _ANY_WANTS, _ANY_BEST, _ANY_NAMED, _ANY_ALIKE = -0.09, 0.68, 0.54, 0.32, 0.51
_ANY_SOUND, _ANY_LEAST = 0.08, 0.24
_OF_KIND = -4.0  # odds of the need that the kind of violence means, where the message sounds like none of violence
_FELT = 0.5  # how much the danger that the model feels, or does not, speaks for the needs of violence


def wanted(
    reading: Reading,
    danger: Danger,
    sounds: Topics,
    felt: float,
    *,
    spared: frozenset[int] = frozenset(),
    named: Mapping[str, float] | None = None,
) -> tuple[NeedGuess, ...]:
    """The stated needs, best first; none when none is stated. `felt`: the chance of danger by the model.
    `spared`: words that say a place: "ở Cần Thơ" is like no phrase in which that town happens to stand.
    `named`: what words name, where it was read already."""
    if danger.level == "none" and (sounds.wants < LEAST_WISH or needs.is_other(reading)):
        return ()
    named, alike = _by_words(reading, sounds, spared, named)
    push = _FELT * odds(felt)
    likely = _likely(named, alike, sounds, len(reading.tokens), push)
    is_short = danger.level == "none" and len(reading.tokens) <= _FEW
    found = _told(likely, named, alike, sounds, is_short=is_short)
    if danger.level == "none":
        return tuple(found[:MOST]) if _is_stated(likely, named, alike, sounds) else ()
    is_calm = bool(found) and not found[0].code.startswith(VIOLENT) and likely[found[0].code] > _OF_KIND + push
    if danger.source == "model" and is_calm:
        return (found[0], *wanted_in_danger(danger, found[1:], sounds.needs))[:MOST]
    return wanted_in_danger(danger, found, sounds.needs)


def clinic_first(reading: Reading, found: tuple[NeedGuess, ...]) -> tuple[NeedGuess, ...]:
    """ "Phòng khám HIV" looks for what is done there, whatever else a few words about such places sound like."""
    if not found or found[0].code.startswith("health.") or len(reading.tokens) > _FEW:
        return found
    named = {guess.code for guess in needs.read(reading, by_likeness=False)}
    if CLINIC not in named:
        return found
    told = next((guess for guess in found if guess.code in named - {CLINIC}), None)
    if told is None or not told.code.startswith("health."):
        return found
    return (told, *(guess for guess in found if guess is not told and guess.code in named))


PREGNANT = ("2 vach", "hai vach", "co bau", "co thai", "mang bau", "mang thai", "dinh bau", "dinh thai", "pregnant")
NOT_WANTED = (
    "khong muon", "chua muon", "khong giu", "khong de", "khong sinh", "ngoai y muon", "bo thai", "pha thai", "muon bo",
    "muon pha", "dont want", "don't want", "do not want", "cant keep", "can't keep", "not keep",
)  # fmt: skip


def unwanted_first(reading: Reading, found: tuple[NeedGuess, ...]) -> tuple[NeedGuess, ...]:
    """ "Lỡ mang bầu mà không muốn sinh" sounds like a child that is wanted; who says so reads nothing about that."""
    if all(guess.code != UNWANTED for guess in found[1:]):
        return found  # nothing to put first
    named = {guess.code for guess in needs.read(reading, by_likeness=False)}
    plain = f" {reading.plain} "
    is_said = any(f" {words} " in plain for words in PREGNANT) and any(f" {words} " in plain for words in NOT_WANTED)
    if not (is_said or UNWANTED in named) or WANTED in named:
        return found
    return tuple(sorted(found, key=lambda guess: guess.code != UNWANTED))


def _by_words(
    reading: Reading, sounds: Topics, spared: frozenset[int], named: Mapping[str, float] | None
) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """What words of the tables name; and where none does and nothing is heard, the phrases the message is like."""
    if named is None:
        named = {guess.code: guess.score for guess in needs.read(reading, by_likeness=False, spared=spared)}
    if named or any(sound >= BESIDE for _, sound in sounds.needs):
        return named, {}
    return {}, {guess.code: guess.score for guess in needs.read_with_words(reading, spared=spared).guesses}


def _likely(
    named: Mapping[str, float], alike: Mapping[str, float], sounds: Topics, length: int, push: float
) -> dict[str, float]:
    """The odds of each need that words name or that the message sounds like; `push` is for those of violence."""
    chances = dict(sounds.needs)
    found = {}
    plainly = _NAMED + _IN_STORY * (length > _STORY)
    for code in {*named, *alike, *chances}:
        found[code] = _SOUND * odds(chances.get(code, 0.0)) + push * code.startswith(VIOLENT)
        if code in named:
            found[code] += plainly if named[code] > _SURE else _NAMED_WEAKLY
        elif code in alike:
            found[code] += _ALIKE
    return found


def _told(
    likely: Mapping[str, float],
    named: Mapping[str, float],
    alike: Mapping[str, float],
    sounds: Topics,
    *,
    is_short: bool = False,
) -> list[NeedGuess]:
    """The likeliest need, then all that words name or that are plainly heard; a mere likeness may only be likeliest."""
    chances = dict(sounds.needs)
    ordered = sorted(likely, key=lambda code: (-likely[code], code))
    if is_short and any(
        score > _SURE for score in named.values()
    ):  # "shelter in hanoi": what is hardly heard beside it is not
        ordered = [code for code in ordered if code in named or chances.get(code, 0.0) >= BESIDE]
    enough = BESIDE if named or alike else ALONE
    told = [one for one in ordered if one in named or chances.get(one, 0.0) >= enough or one == ordered[0]]
    score = {code: named.get(code, 0.0) or alike.get(code, 0.0) for code in told}
    sure = {code: max(score[code], WORDS * score[code] + chances.get(code, 0.0)) for code in told}
    return [NeedGuess(code, round(min(0.99, sure[code]), 2)) for code in told]


def _is_stated(
    likely: Mapping[str, float], named: Mapping[str, float], alike: Mapping[str, float], sounds: Topics
) -> bool:
    """Whether a need is stated at all: where a word names one plainly it is."""
    if any(score > _SURE for score in named.values()):
        return True
    if not (named or alike or any(sound >= _ANY_SOUND for _, sound in sounds.needs)):
        return False
    moved = _ANY_START + _ANY_WANTS * odds(sounds.wants) + _ANY_BEST * max(likely.values())
    return chance(moved + _ANY_NAMED * bool(named) + _ANY_ALIKE * bool(alike)) >= _ANY_LEAST


def wanted_in_danger(
    danger: Danger, found: Sequence[NeedGuess], heard: Sequence[tuple[str, float]] = ()
) -> tuple[NeedGuess, ...]:
    """The same with what the danger means put first. `heard`: needs by how much the message sounds like them."""
    violent = [guess for guess in found if guess.code.startswith(VIOLENT)]
    if not violent:
        likely = [code for code, sound in heard if code.startswith(VIOLENT) and sound >= 0.1][:1]
        codes = likely or list(dict.fromkeys(NEED_OF_KIND[kind] for kind in danger.kinds))[:2]
        violent = [NeedGuess(code, 0.8) for code in codes]
    if "physical" in danger.kinds and all(guess.code != "violence.physical" for guess in violent):
        violent.append(NeedGuess("violence.physical", 0.5))  # whoever is hurt needs other numbers too
    return (*violent, *(guess for guess in found if guess not in violent))[:MOST]

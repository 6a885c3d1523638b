"""A search as the chat would hear it: the tables of the directory, and what has learnt how people ask."""

from collections.abc import Sequence
from datetime import datetime

from bot.understanding import sought
from bot.understanding.danger import FEWEST, Danger
from bot.understanding.features import heard
from bot.understanding.topics import of_needs, sounds_like
from bot.understanding.wanted import wanted
from directory.asking import Ears, Heard, Question
from directory.asking import question as by_tables
from directory.needs import NeedGuess, NeedReading
from directory.place_cues import Tok
from directory.place_spans import Span
from directory.place_words import has_district
from directory.plain_words import PLAIN
from directory.reading import Reading

_FEW = 3  # words beside the need that they name and the place; so few say nothing else
_HEARD_ALONE = 0.25  # less sounds like a need to which no word belongs: nothing is found rather than something else
_ALIKE = 0.6  # of the likelier need; one so likely may be meant as well
_EVEN = 0.5  # whether there is danger is not looked at here
_PERHAPS = 0.3  # a town so likely is meant by a search that names no other place
_TALK = frozenset({"la gi", "con dao", "tu tu", "chu ky", "con co", "van ban", "cai be", "ky anh", "dai tu"})  # none


def question(text: str, *, at: datetime, near: tuple[float, float] | None = None, limit: int = 3) -> Question:
    """A question to the directory from what somebody typed, also where no word of it names a need."""
    return by_tables(text, at=at, near=near, limit=limit, ears=EARS)


def _choose(found: Sequence[Span], toks: Sequence[Tok]) -> list[Span]:
    """The places the chat would take; if there is none, the likeliest town: who searches mostly says where."""
    if len(found) == 1 and _is_sure(found[0]):
        return list(found)
    chosen = sought.choose(found, toks)
    if chosen:
        return chosen
    towns = [
        span
        for span in sought.candidates(found)
        if not (span.landmark or _is_elsewhere(span) or span.name in _TALK)
        and (span.has_province or has_district(span.name))
    ]
    likely = [(sought.how_likely(span, toks, sought.candidates(found)), -span.start, span) for span in towns]
    return [span for chance, _, span in sorted(likely, key=lambda one: one[:2])[-1:] if chance >= _PERHAPS]


def _is_sure(span: Span) -> bool:
    return span.evidence >= span.need and not _is_elsewhere(span)


def _is_elsewhere(span: Span) -> bool:
    return span.is_denied or span.is_aside or span.is_home or span.is_left


def _needs(reading: Reading, named: NeedReading, spared: frozenset[int]) -> Heard:
    """What words name goes first in few words; in more of them a word may stand beside what is wanted."""
    codes = tuple(guess.code for guess in named.guesses)
    if len(reading.tokens) - len(spared) < FEWEST or (codes and len(_beside(reading, named, spared)) <= _FEW):
        return Heard(codes, bool(named.slips), _rival(named.guesses, 1.0))
    heard = [guess for guess in _heard(reading, named, spared) if codes or guess.score >= _HEARD_ALONE]
    found = tuple(dict.fromkeys((*(guess.code for guess in heard), *codes)))
    return Heard(found, not codes or bool(named.slips), _rival(heard, _ALIKE))


def _rival(guesses: Sequence[NeedGuess], share: float) -> str:
    """The second need, where it is at least so much of the first."""
    return guesses[1].code if len(guesses) > 1 and guesses[1].score >= share * guesses[0].score else ""


def _beside(reading: Reading, named: NeedReading, spared: frozenset[int]) -> Sequence[str]:
    """The words that say something and belong to neither the need that words name nor the place."""
    taken = named.words | spared
    return [word for at, word in enumerate(reading.tokens) if at not in taken and word not in PLAIN]


def _heard(reading: Reading, named: NeedReading, spared: frozenset[int]) -> Sequence[NeedGuess]:
    sounds = sounds_like(heard(reading), of_needs())
    by_words = None if named.slips else {guess.code: guess.score for guess in named.guesses}
    return wanted(reading, Danger(), sounds, _EVEN, spared=spared, named=by_words)


EARS = Ears(_choose, _needs)

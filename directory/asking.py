"""What somebody typed, as a question to the directory: needs, a place, a time, and the words that may be a name."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from directory import bare_kinds, naming, near_places, nearly, places, times
from directory import needs as needs_
from directory.naming import Said
from directory.needs import NeedReading
from directory.places import Choose, PlaceGuess, PlaceKey
from directory.plain_words import PLAIN
from directory.reading import Reading, Step, read
from directory.times import When

_SLIP = 0.1  # what a slip takes from the words that speak for a need or a place
_SHORT = 12  # words of a message that names little beside its place
_LONG = 16  # words; who writes more of them is heard, and slips in single ones say less
_LEADS = frozenset(["o", "tai", "quan", "huyen", "xa", "phuong", "pho", "tinh"])


@dataclass(frozen=True, slots=True)
class Heard:
    """What is wanted, best first. `is_nearly`: none of it stands there by name. `rival`: about as likely as it."""

    needs: tuple[str, ...]
    is_nearly: bool = False
    rival: str = ""


@dataclass(frozen=True, slots=True)
class Ears:
    """What has learnt how people ask and is no part of the tables. `choose`: which of the places named are meant;
    `needs`: what is wanted, given what the tables read and the words that say the place."""

    choose: Choose
    needs: Callable[[Reading, NeedReading, frozenset[int]], Heard]


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for. `exclude`: already shown, or said to be not the right one. `is_heard`: no word names the
    needs as it stands; they are what it sounds like, or nearly says. `rival`: a need that may as well be meant.

    `words`: those that may be of a name, without the place. `all_words`: with a place that was only nearly named;
    `claimed`: how many of them need and place speak for, less for every slip. `whole`: all of it as one name.
    `every`: all words that may be of a name, and `free`: where those stand that neither need nor place is made of.
    `kind`: of which kind the place is to be, where nothing else is said of it; `needs` are then what that is for.
    """

    needs: tuple[str, ...]
    places: tuple[PlaceKey, ...] = ()
    wishes: frozenset[str] = frozenset()
    at: datetime | None = None
    near: tuple[float, float] | None = None
    limit: int = 3
    exclude: frozenset[str] = frozenset()
    text: str = field(default="", repr=False)
    words: tuple[Said, ...] = field(default=(), repr=False)
    all_words: tuple[Said, ...] = field(default=(), repr=False)
    claimed: float = math.inf
    whole: naming.Whole = field(default=naming.Whole(), repr=False)
    open_at: datetime | None = None
    days: tuple[date, ...] = ()  # whole days that were asked for; `open_at` is then the morning of the first
    when: When | None = None  # both as they were read, with what may be meant besides
    is_heard: bool = False
    rival: str = ""
    every: tuple[Said, ...] = field(default=(), repr=False)
    free: frozenset[int] = frozenset()
    kind: str = ""


def question(
    text: str,
    *,
    at: datetime,
    near: tuple[float, float] | None = None,
    limit: int = 3,
    ears: Ears | None = None,
) -> Question:
    """A question from what somebody typed: by the tables, and with `ears` as the chat hears it."""
    reading = read(text)
    read_places = places.read(reading, choose=ears.choose if ears else None).places
    sure = [one for one in read_places[:1] if not _is_guessed(reading, one)]
    spared = frozenset(at for one in sure for at in range(one.start, one.end))
    needed = needs_.read_with_words(
        reading, by_likeness=ears is None, is_search=ears is None or len(reading.words) <= _LONG, spared=spared
    )
    free = [one for one in read_places if not needed.words.issuperset(range(one.start, one.end))]
    doubt = partial(_doubt, reading, needed.words, is_chosen=ears is not None)
    kind = bare_kinds.only(reading, spared)
    spoken_for = frozenset(range(len(reading.words))) if kind else needed.words  # nothing there is nearly a place
    named = _place(reading, sorted(free, key=doubt), spoken_for)[:1]
    spans = [(guess.start, guess.end) for guess in named]
    placed = frozenset(at_ for one in spans for at_ in range(*one))
    nearly_said = [guess for guess in named if guess not in free]
    if kind := kind or bare_kinds.only(reading, placed):
        heard = Heard(tuple(filter(None, [bare_kinds.MEANS.get(kind, "")])))
    else:
        heard = ears.needs(reading, needed, placed) if ears else Heard(tuple(guess.code for guess in needed.guesses))
    words, every = naming.name_words(reading, spans), naming.name_words(reading, ())
    claimed = len(needed.words) - _SLIP * needed.slips + sum(guess.end - guess.start - _SLIP for guess in nearly_said)
    is_anything = heard.is_nearly or not heard.needs  # no word names a need: rather all of it is a name
    claimed += len(placed) if is_anything and not nearly_said else 0
    when = times.read(reading, at, place=placed)
    whole = naming.as_one(reading, needed.words, is_somewhere=bool(named or near))
    return Question(
        heard.needs, tuple(guess.key for guess in named), needs_.wishes(reading), at, near, limit, text=text,
        words=words, all_words=every if nearly_said or is_anything else words,
        open_at=when.moment if when else None, claimed=claimed, whole=whole, days=times.whole_days(when), when=when,
        is_heard=heard.is_nearly, rival=heard.rival, every=every,
        free=frozenset(range(len(reading.words))) - needed.words - (frozenset() if nearly_said else placed), kind=kind,
    )  # fmt: skip


def _place(reading: Reading, named: Sequence[PlaceGuess], spoken_for: frozenset[int]) -> Sequence[PlaceGuess]:
    """The place that stands there, or the one nearly named where none does, or only in part, or by a guess."""
    exact = named[0] if named else None
    is_guessed = exact is not None and _is_guessed(reading, exact)
    if exact and not is_guessed and not _is_part(reading, exact, spoken_for):
        return named
    meant = near_places.read(reading, spoken_for, None if is_guessed else exact)
    return [meant] if meant else named


def _doubt(
    reading: Reading, spoken_for: frozenset[int], guess: PlaceGuess, *, is_chosen: bool = False
) -> tuple[bool, ...]:
    """How little a place is meant beside others: its words are of a need; guessed; nothing leads to it; shortened.
    `is_chosen`: what stands around them was weighed already."""
    before, at = reading.tokens[guess.start - 1] if guess.start else "", range(guess.start, guess.end)
    if is_chosen:
        return not spoken_for.isdisjoint(at), _is_guessed(reading, guess)
    is_short = any(reading.words[one].how == Step.SHORTENING for one in at)
    return not spoken_for.isdisjoint(at), _is_guessed(reading, guess), before not in _LEADS, is_short


def _is_guessed(reading: Reading, guess: PlaceGuess) -> bool:
    return any(nearly.is_broken(word, reading.text) for word in reading.words[guess.start : guess.end])


def _is_part(reading: Reading, guess: PlaceGuess, spoken_for: frozenset[int]) -> bool:
    """Whether words stand beside a place that a longer name may reach over: "Bcắ Tân Uyên" is not Tân Uyên."""
    beside = [at for at in (guess.start - 1, guess.end) if 0 <= at < len(reading.words) and at not in spoken_for]
    return len(reading.words) <= _SHORT and any(reading.words[at].plain not in PLAIN for at in beside)

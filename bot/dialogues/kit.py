"""How a dialogue is written: a step is a method, and what it returns is what happens next."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.db import Tx
from bot.helpline.coming_back import Spare
from bot.outbox import Option
from bot.policy import Policy
from bot.understanding import Meaning
from directory import answers, naming, whole_names
from directory.answers import Said
from directory.followup import FollowUp
from directory.listings import Listing
from directory.places import PlaceKey, Tier, units
from directory.reading import Reading, read
from directory.shelf import Shelf
from directory.whole_names import Called

MOST_STEPS = 12  # a dialogue that hands over more often than this in one turn is going in circles


@dataclass(frozen=True, slots=True)
class Say:
    """Tell the person something and go on. `audio`: a recording of the same words (`directory.recordings`)."""

    text: str = field(repr=False)
    audio: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """Tell something, offer choices (key, label), and wait: the answer goes to the step `then`.

    `share_place`: the label of a key that shares where the person is, for networks that have one. `audio`: as in Say.
    """

    text: str = field(repr=False)
    options: tuple[tuple[str, str], ...]
    then: str
    share_place: str = ""
    audio: str = ""


@dataclass(frozen=True, slots=True)
class Do:
    """Have a deed done in this turn's transaction; its result goes to `then`, whose items follow."""

    deed: Callable[[Tx, int], Any]  # (tx, lane id)
    then: Callable[[Any], "Sequence[Item]"] = lambda result: ()


@dataclass(frozen=True, slots=True)
class Done:
    """The dialogue is over; the next message is understood afresh."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Another dialogue goes on from here."""

    dialogue: str
    step: str = "start"


Item = Say | Ask | Do | Done | Hand


@dataclass(slots=True)
class Memory:
    """What stays of a talk while it lasts (72 hours at most): need, place, what was shown. No words."""

    need: str | None = None
    place: PlaceKey | None = None
    shown: tuple[str, ...] = ()
    last_shown: tuple[str, ...] = ()
    is_welcomed: bool = False
    article: str | None = None  # the article last answered with: a short follow-up question is about it
    media: int = 0  # how many photos, voice notes and the like came already: the same sentence is not said twice
    has_case: bool = False  # a colleague was asked for in this talk: one may ask how far it is
    has_alarm: bool = False  # an alarm was raised in this talk: it can be called off
    is_mute: bool = False  # cannot speak or type: everything by taps
    is_minor: bool = False  # said to be under 18 in this talk
    situations: tuple[str, ...] = ()  # what decides which numbers fit: abroad, a country
    speaks: str = ""  # places where this language is spoken are wanted
    chosen: str = ""  # the language she asked for by name or button; not one we only guessed from her words
    is_asked_which: bool = False  # whether to go on in it was asked, when she wrote in another
    sought: tuple[str, ...] = ()  # needs counted as sought: once a talk, so that no number is one person's patience
    kind: str = ""  # the kind of place looked for, where no need was said

    def as_json(self) -> dict[str, Any]:
        place = [str(self.place.tier), self.place.code] if self.place else None
        return {
            "need": self.need,
            "place": place,
            "shown": self.shown,
            "last_shown": self.last_shown,
            "is_welcomed": self.is_welcomed,
            "media": self.media,
            "article": self.article,
            "has_case": self.has_case,
            "has_alarm": self.has_alarm,
            "is_mute": self.is_mute,
            "is_minor": self.is_minor,
            "situations": self.situations,
            "speaks": self.speaks,
            "chosen": self.chosen,
            "is_asked_which": self.is_asked_which,
            "sought": self.sought,
            "kind": self.kind,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Memory":
        place = PlaceKey(Tier(told["place"][0]), told["place"][1]) if told.get("place") else None
        return cls(
            told.get("need"),
            place if place in units() else None,  # of lists that are used no more: she is asked again
            tuple(told.get("shown", ())),
            tuple(told.get("last_shown", ())),
            bool(told.get("is_welcomed")),
            told.get("article"),
            int(told.get("media", 0)),
            bool(told.get("has_case")),
            bool(told.get("has_alarm")),
            bool(told.get("is_mute")),
            bool(told.get("is_minor")),
            tuple(told.get("situations", ())),
            str(told.get("speaks", "")),
            str(told.get("chosen", "")),
            bool(told.get("is_asked_which")),
            tuple(told.get("sought", ())),
            str(told.get("kind", "")),
        )


@dataclass(slots=True)
class Standing:
    """Where a talk stands: which dialogue and step wait for the answer (None: no question is open)."""

    dialogue: str | None = None
    step: str | None = None
    notes: dict[str, str] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)


def _none_down(ids: Collection[str]) -> frozenset[str]:
    return frozenset()


@dataclass(slots=True)
class Turn:
    """One message of a person, understood, with everything a step may look at."""

    text: str = field(repr=False)
    key: str | None  # the key of the choice taken, if any
    meaning: Meaning | None = field(repr=False)
    place: PlaceKey | None  # from a shared location
    now: datetime
    language: str
    memory: Memory
    notes: dict[str, str]
    shelf: Shelf
    policy: Policy
    hidden: frozenset[str] = frozenset()
    fragments: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # masked: she may hand them over
    media: str | None = None
    is_start: bool = False  # the person opened the talk, or touched a button long gone: nothing was said
    spare: Spare | None = field(default=None, repr=False)  # a return code that may be given in this turn
    code_hash: str | None = field(default=None, repr=False)  # four words that may be a return code
    is_kept: bool = False  # the words of this message are in the case already
    # Which of a few listings were taken down, also a moment ago: the shelf may be a second older.
    down: Callable[[Collection[str]], frozenset[str]] = field(default=_none_down, repr=False)
    asked: tuple[Any, FollowUp | None] | None = field(default=None, repr=False)  # see `bot.dialogues.following`
    _reading: Reading | None = field(default=None, repr=False)
    _said: Said | None = field(default=None, repr=False)
    _called: tuple[Listing, ...] | None = field(default=None, repr=False)
    _whole: Called | None = field(default=None, repr=False)

    @property
    def reading(self) -> Reading:
        """The words of this message, read once; many steps look at them."""
        if self._reading is None:
            self._reading = read(self.text)
        return self._reading

    @property
    def said(self) -> Said:
        """The articles that fit this message, looked up once: when it was understood, unless the console has added."""
        if self._said is None:
            library, meaning = self.shelf.library or answers.shipped(), self.meaning
            if meaning is not None and meaning.said is not None and library is answers.shipped():
                self._said = meaning.said
            else:
                self._said = answers.said(self.reading, library=library, heard=meaning.heard if meaning else None)
        return self._said

    @property
    def called(self) -> tuple[Listing, ...]:
        """The places that are plainly called by their names in this message, looked up once."""
        if self._called is None:
            self._called = naming.plainly_called(self.shelf, self.reading)
        return self._called

    @property
    def whole(self) -> Called:
        """The places that are called by their whole names, looked up once."""
        if self._whole is None:
            self._whole = whole_names.called(self.shelf, self.reading)
        return self._whole

    @property
    def situations(self) -> frozenset[str]:
        """What this message tells about the situation."""
        return self.meaning.situations if self.meaning else frozenset()


class Dialogue:
    """Base of all dialogues. Every step takes the turn and returns items; every dialogue has `start`."""

    name = ""

    def start(self, turn: Turn) -> Sequence[Item]:
        raise LookupError(self.name)


Tell = Callable[[str, tuple[Option, ...], str], None]


class UnknownStep(Exception):
    """The talk stood at a step that no longer exists (an older version wrote it)."""


def advance(
    dialogues: Mapping[str, Dialogue], name: str, step: str, turn: Turn, *, perform: Callable[[Do], Any], tell: Tell
) -> Standing:
    """Run steps until one asks or the dialogue is done; returns where the talk stands. Raises UnknownStep.

    `tell` and `perform` are called in the order of the items: what is said before a deed is sent before what it says.
    """
    standing = Standing(None, None, turn.notes, turn.memory)
    queue = list(_run(dialogues, name, step, turn))
    for _ in range(MOST_STEPS * 4):
        if not queue:
            break
        item = queue.pop(0)
        match item:
            case Say(text, audio):
                tell(text, (), audio)
            case Ask(text, options, then, share_place, audio):
                _step(dialogues, name, then)
                offered = tuple(Option(name, then, key, label) for key, label in options)
                shared = (Option(name, then, "", share_place, "location"),) if share_place else ()
                tell(text, (*offered, *shared), audio)
                standing.dialogue, standing.step = name, then
            case Do(_, then_do):
                queue[:0] = then_do(perform(item))
            case Hand(other, at):
                name, standing.dialogue, standing.step = other, None, None
                queue = list(_run(dialogues, other, at, turn))
            case Done():
                turn.notes.clear()
                standing.dialogue, standing.step = None, None
    standing.memory = turn.memory  # a step may have put another one in its place: her words were erased
    return standing


def _step(dialogues: Mapping[str, Dialogue], name: str, step: str) -> Callable[[Turn], Sequence[Item]]:
    found = getattr(dialogues.get(name), step, None)
    if found is None or step.startswith("_"):
        raise UnknownStep(name)
    method: Callable[[Turn], Sequence[Item]] = found
    return method


def _run(dialogues: Mapping[str, Dialogue], name: str, step: str, turn: Turn) -> Sequence[Item]:
    return _step(dialogues, name, step)(turn)

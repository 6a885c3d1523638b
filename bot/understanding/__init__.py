"""Understands a message: is there danger, what is needed, where, and what does the person want with it."""

from dataclasses import dataclass
from time import perf_counter

from bot.understanding.danger import Danger, look
from bot.understanding.intents import INTENTS, intent_of
from bot.understanding.patterns import view
from bot.understanding.situations import read as situations_of
from directory import answers, needs, places
from directory.needs import NeedGuess
from directory.places import PlaceGuess
from directory.reading import Reading, fold
from directory.reading import read as read_text

__all__ = ["INTENTS", "Danger", "Meaning", "as_json", "explain", "read", "whole_word"]

# What a kind of danger means as a need, when the words name none.
_NEED_OF_KIND = {
    "physical": "violence.physical", "sexual": "violence.sexual", "control": "violence.control",
    "extortion": "violence.digital", "digital": "violence.digital", "trafficking": "violence.trafficking",
    "police": "violence.authority", "partner": "violence.partner", "family": "violence.partner",
    "self_harm": "mind.suicide", "robbery": "violence.robbery", "threat": "violence.physical",
    "minor": "violence.control", "discrimination": "peers.stigma",
}  # fmt: skip
_ENGLISH = frozenset(
    [
        "the",
        "is",
        "are",
        "i",
        "you",
        "my",
        "me",
        "need",
        "help",
        "where",
        "can",
        "want",
        "to",
        "for",
        "please",
        "how",
        "what",
        "test",
        "clinic",
        "he",
        "she",
        "they",
        "and",
        "of",
        "in",
        "am",
        "was",
        "hit",
        "beat",
        "money",
        "free",
        "open",
        "now",
        "near",
        "hello",
        "thanks",
    ]
)
_WHOLE = {
    "help": {"cuu", "cuu em", "cuu toi", "cuu minh", "cuu voi", "cuu em voi", "cuu toi voi", "sos", "help", "help me"},
    "erase": {"xoa", "xoa het", "delete", "erase", "xoa di", "xoa het di"},
    "leave": {"thoat", "exit", "quit", "thoat ra"},
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one message was understood to say. `text` is the cleaned text that spans point into."""

    text: str
    danger: Danger
    needs: tuple[NeedGuess, ...]
    places: tuple[PlaceGuess, ...]
    place_is_ambiguous: bool
    intent: str | None
    articles: tuple[tuple[str, float], ...]
    language: str
    wishes: frozenset[str]
    ms: float
    situations: frozenset[str] = frozenset()


def read(text: str, *, province: str | None = None) -> Meaning:
    """Understand one message of any length; never raises. `province`: where we know the person to be (34-code)."""
    started = perf_counter()
    reading = read_text(text)
    seen = view(reading)
    word = whole_word(text)
    danger = _with_partner(look(reading, seen), reading)
    if word == "help":
        danger = Danger("now", ("threat",), "words", "whole-word", (0, len(reading.text)))
    place = places.read(reading, province)
    found = _needs(reading, danger)
    articles = tuple(answers.match(reading))
    if word in ("erase", "leave"):
        intent = word
    else:
        codes = [guess.code for guess in found]
        intent = intent_of(seen, danger, needs=codes, has_place=bool(place.places), articles=articles)
    return Meaning(
        reading.text, danger, found, place.places, place.is_ambiguous, intent, articles, _language(reading),
        needs.wishes(reading), round((perf_counter() - started) * 1000, 2), situations_of(seen),
    )  # fmt: skip


def whole_word(text: str) -> str | None:
    """ "help", "erase" or "leave" if the whole message is such a word; a word inside a sentence is none."""
    only = " ".join("".join(sign if sign.isalnum() else " " for sign in fold(text[:200].replace("🆘", "sos"))).split())
    return next((name for name, forms in _WHOLE.items() if only in forms and len(text) <= 100), None)


def as_json(meaning: Meaning) -> dict[str, object]:
    """The meaning in the shape that other programs rely on."""
    danger = meaning.danger
    return {
        "text": meaning.text,
        "danger": {
            "level": danger.level, "kinds": list(danger.kinds), "source": danger.source, "rule": danger.rule,
            "span": list(danger.span) if danger.span else None, "doubt": danger.doubt,
        },
        "needs": [{"code": guess.code, "score": guess.score} for guess in meaning.needs],
        "places": [
            {"tier": str(guess.key.tier), "code": guess.key.code, "name": guess.name, "score": guess.score}
            for guess in meaning.places
        ],
        "place_is_ambiguous": meaning.place_is_ambiguous,
        "intent": meaning.intent,
        "articles": [{"id": article, "score": score} for article, score in meaning.articles],
        "language": meaning.language,
        "ms": meaning.ms,
    }  # fmt: skip


def explain(meaning: Meaning) -> dict[str, object]:
    """`as_json` and, beside it, what the words were read as and which words made the decision."""
    reading = read_text(meaning.text)
    span = meaning.danger.span
    return {
        **as_json(meaning),
        "wishes": sorted(meaning.wishes),
        "read_as": reading.plain,
        "because": meaning.text[span[0] : span[1]] if span else None,
    }


def _needs(reading: Reading, danger: Danger) -> tuple[NeedGuess, ...]:
    """The stated needs; somebody in danger gets the violence first."""
    stated = needs.read(reading)
    if danger.level == "none":
        return stated
    violent = [guess for guess in stated if guess.code.startswith(("violence.", "mind.suicide"))]
    if not violent:
        codes = dict.fromkeys(_NEED_OF_KIND[kind] for kind in danger.kinds)
        violent = [NeedGuess(code, 0.8) for code in list(codes)[:2]]
    return (*violent, *(guess for guess in stated if guess not in violent))


def _with_partner(danger: Danger, reading: Reading) -> Danger:
    """A husband or lover who hits is told apart, because other law and other houses help."""
    plain = f" {reading.plain} "
    is_partner = "physical" in danger.kinds and (" chong " in plain or " nguoi yeu " in plain or " bo em " in plain)
    if not is_partner:
        return danger
    kinds = (*danger.kinds, "partner")
    return Danger(danger.level, kinds, danger.source, danger.rule, danger.span, danger.doubt)


def _language(reading: Reading) -> str:
    """ "en" when most words of a message are plain English ones, else "vi"."""
    words = [word.strip(".,!?").lower() for word in reading.text[:2000].split()]
    if not words or any(not word.isascii() for word in words):
        return "vi"
    return "en" if sum(word in _ENGLISH for word in words) * 3 >= len(words) + 1 else "vi"

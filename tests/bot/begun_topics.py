"""Topics begun in the console, as `tests/examples/begun.tsv` has them, and what the chat offers to a question."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from bot import understanding
from bot.dialogues.ask import Answer
from bot.dialogues.choosing import choose
from bot.dialogues.kit import Ask, Memory, Standing, Turn
from bot.policy import demonstration as demo_policy
from directory import articles
from directory.articles import Article, Library, NextStep
from directory.shelf import Shelf

ROWS = Path(__file__).resolve().parents[1] / "examples" / "begun.tsv"
NOW = datetime(2026, 12, 7, 2, tzinfo=UTC)


@dataclass
class Begun:
    """What an editor wrote of a topic, and how others asked afterwards."""

    title: str = ""
    phrasings: list[str] = field(default_factory=list)
    cues: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Offered:
    """The articles a person is shown: one that is told at once, or several of which she is asked."""

    ids: tuple[str, ...] = ()
    is_told: bool = False


def rows() -> tuple[dict[str, Begun], list[str]]:
    """(the topics by id, questions about something else)."""
    found: defaultdict[str, Begun] = defaultdict(Begun)
    others = []
    for line in ROWS.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        id, what, text = line.split("\t")
        match what:
            case "title":
                found[id].title = text
            case "phrasing":
                found[id].phrasings.append(text)
            case "cue":
                found[id].cues.append(text)
            case "asked":
                found[id].asked.append(text)
            case _:
                others.append(text)
    return dict(found), others


def article(id: str, one: Begun, *, with_cues: bool = True, **changes: object) -> Article:
    values: dict[str, object] = {
        "id": id, "title": one.title, "body": (f"Bài {id}.",), "needs": ("health.general",), "sources": ("mẫu",),
        "valid_from": date(2026, 1, 1), "review_by": date(2027, 6, 1), "state": "published", "reviewer": None,
        "review": "none", "language": "vi", "next": (NextStep("talk"),), "questions": tuple(one.phrasings),
        "cues": tuple(one.cues) if with_cues else (),
    }  # fmt: skip
    return Article(**{**values, **changes})  # type: ignore[arg-type]


def shelved(*more: Article) -> Library:
    """The shipped articles and these."""
    return articles.shelve([*articles.load(), *more])


@cache
def understood(text: str) -> understanding.Meaning:
    """The library says nothing to it, so it is read once for all of them."""
    return understanding.read(text)


def offered(text: str, library: Library) -> Offered:
    """What the first message of a talk is offered by the articles; nothing where another dialogue takes it."""
    meaning = understood(text)
    memory = Memory(is_welcomed=True)
    turn = Turn(text, None, meaning, None, NOW, "vi", memory, {}, Shelf(library=library), demo_policy())
    if choose(turn, Standing(), understanding.whole_word(text)) != ("answer", "start"):
        return Offered()
    items = Answer().start(turn)
    if memory.article is not None:
        return Offered((memory.article,), is_told=True)
    asked = next((one for one in items if isinstance(one, Ask) and one.then == "which"), None)
    return Offered(tuple(key for key, _ in asked.options if key != "none") if asked else ())

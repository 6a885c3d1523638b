"""Trains the small model of danger in English, from invented examples of its own; development only."""

from collections.abc import Sequence
from pathlib import Path

from bot.understanding import english, training, training_topics
from bot.understanding.danger import Danger
from bot.understanding.english import HEADS, MODEL
from bot.understanding.examples import Example, digest
from bot.understanding.model import Opinion
from directory import articles

LEAST = (2, 5, 2, 4, 2, 2)  # there are few examples: rarer features are kept than in the large model
# Who writes English is rarely here and has few others to ask, so a question too many is cheaper than in Vietnamese.
MAY_ASK, MAY_ALARM = 0.145, 0.015
LEAST_HEADS = (9, 9, 7)
_KINDS = frozenset({"need", "wants", "topic", "asks"})


def print_of(folder: Path) -> str:
    """What the shipped model must have been made from: the examples and the rules. The articles change more often;
    what was learnt of their older phrasings is no less true."""
    return digest(folder, english.TABLE)


def train(folder: Path, many: Sequence[Example], into: Path = MODEL) -> dict[str, dict[str, float]]:
    """Learn, choose the marks on authors left out, write the file. Returns what each author left out gives."""
    laid = [english.lay_out(english.read(one.text)) for one in many]
    ruled = list(map(english.ruled, laid))
    rows = [
        training.Row(at, max(one.parts, key=lambda groups: sum(map(len, groups))), False) for at, one in enumerate(laid)
    ]
    scores = training.left_out(rows, many, least=LEAST)
    slope, shift = training.calibrate(scores, many)
    chances = [training.opinion_of(score, slope, shift) for score in scores]
    marks = _choose(chances, ruled, many)
    training.write(training.fit(rows, many, least=LEAST), slope, shift, marks, print_of(folder), into)
    _learn_the_rest(rows, many, print_of(folder), into.with_name(HEADS.name))
    told = list(zip(many, chances, ruled, strict=True))
    found = {"all": _figures(told, marks)}
    for author in sorted({example.author for example in many}):
        found[author] = _figures([one for one in told if one[0].author == author], marks)
    return found


def _learn_the_rest(rows: Sequence[training.Row], many: Sequence[Example], made_from: str, into: Path) -> None:
    """Needs and articles; of the articles the English phrasings are examples too."""
    phrased = [
        Example("articles", text, ("none",), needs=one.needs, topics=(one.id,))
        for one in articles.load()
        if one.language == "en"
        for text in (one.title, *one.questions)
    ]
    groups = [row.groups for row in rows] + [english.lay_out(english.read(one.text)).parts[0] for one in phrased]
    across = training_topics.across(groups, [*many, *phrased], least=LEAST_HEADS, only=_KINDS)
    training_topics.train(across, made_from, into)


def _choose(chances: Sequence[Opinion], ruled: Sequence[Danger], many: Sequence[Example]) -> dict[str, float]:
    harmless = [at for at, one in enumerate(many) if one.levels == ("none",)]
    free = [at for at in harmless if ruled[at].level == "none"]
    room = len(harmless) - len(free)
    alarmed = sum(ruled[at].level == "now" for at in harmless)
    alarm = training.mark([chances[at].now for at in harmless], MAY_ALARM * len(harmless) - alarmed)
    ask = training.mark([chances[at].danger for at in free], MAY_ASK * len(harmless) - room)
    return {"alarm": round(alarm, 4), "ask": round(ask, 4)}


def _figures(told: Sequence[tuple[Example, Opinion, Danger]], marks: dict[str, float]) -> dict[str, float]:
    return training.shares([(one, english.judge(danger, second, marks).level) for one, second, danger in told])

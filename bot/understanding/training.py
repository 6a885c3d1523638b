"""Trains the model of danger from invented examples: development only, the same examples give the same file.

Needs numpy and scikit-learn, which the service does not. Thresholds are chosen on authors the model had not read."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from bot.understanding import concepts, packed, rules, training_places, training_topics, training_weighing
from bot.understanding.danger import judge
from bot.understanding.examples import Example, digest, load
from bot.understanding.features import GROUPS, stretches
from bot.understanding.model import MODEL, RARITY, Opinion, chance
from bot.understanding.noises import letter_lost, stripped, words_glued
from bot.understanding.patterns import view
from bot.understanding.rules import Examined, examine
from bot.understanding.weighing import weigh
from directory.reading import read

SCALES = (1.0, 0.7, 1.0, 0.7, 0.4, 0.4)  # how much each group of features counts, in the order of GROUPS
LEAST = (5, 6, 5, 9, 6, 6)  # a feature of fewer examples is left out
STRICTNESS = 0.3  # smaller: smoother weights
BLEND = 0.5  # so much of "danger at all" is in "danger now": harmless messages are what must not be alarmed
NOISE_WEIGHT = 0.5  # a badly typed copy counts half
FOLDS = 8
# What may go wrong on authors left out: of the harmless of ordinary authors, so many asked, and so many alarmed.
# These authors write traps on purpose, so in real use fewer are asked; a danger not seen is worse than a question.
MAY_ASK, MAY_ALARM = 0.081, 0.010


@dataclass(frozen=True, slots=True)
class Row:
    """One message as the model sees it; `example` counts the examples, a noisy copy has the same number."""

    example: int
    groups: tuple[set[str], ...]
    is_copy: bool


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights of both heads, as floats, over a vocabulary; `rarity` in the same order."""

    names: tuple[list[str], ...]
    rarity: tuple[Any, ...]
    weights: tuple[Any, ...]  # one array a group: two rows, danger and now
    bias: tuple[float, float]


def print_of(folder: Path) -> str:
    """What the shipped model must have been made from: the examples, the concepts and the rules."""
    return digest(folder, concepts.TABLE, rules.TABLE)


def print_of_heads(folder: Path) -> str:
    """The same of the heads for needs and articles, which learn from more authors."""
    return digest(folder, folder.parent / training_places.MORE, concepts.TABLE, rules.TABLE)


def train(folder: Path, many: Sequence[Example], into: Path = MODEL) -> dict[str, dict[str, float]]:
    """Learn, choose the thresholds on authors left out, write the files. Returns what each author left out gives."""
    rows, examined = prepare(many)
    scores = left_out(rows, many)
    slope, shift = calibrate(scores, many)
    felt = [opinion_of(score, slope, shift) for score in scores]
    groups = [row.groups for row in rows if not row.is_copy]
    more = load(folder.parent / training_places.MORE)
    others = [row.groups for row in prepare(more, with_copies=False)[0]]
    across = training_topics.across([*groups, *others], [*many, *more])
    heard = training_topics.left_out(across)[: len(many)]
    weighed = training_weighing.learn(felt, heard, examined, many)
    chances = [weigh(second, topics, weighed) for second, topics in zip(felt, heard, strict=True)]
    marks = choose(chances, examined, many)
    fitted = fit(rows, many)
    write(fitted, slope, shift, marks, print_of(folder), into, weighed)
    training_topics.train(across, print_of_heads(folder))
    training_places.train(folder, many)
    told = list(zip(many, chances, examined, strict=True))
    authors = ordinary(many)
    usual = [one for one in told if one[0].author in authors]
    found = {"all": figures(told, marks), "without those of twins alone": figures(usual, marks)}
    for author in sorted({example.author for example in many}):
        found[author] = figures([one for one in told if one[0].author == author], marks)
    return found


def prepare(many: Sequence[Example], *, with_copies: bool = True) -> tuple[list[Row], list[Examined]]:
    """Every example, and copies of it typed badly; the same copies every time."""
    random, rows, examined = Random(20260), [], []
    for number, example in enumerate(many):
        slip = letter_lost if number % 2 else words_glued
        copies = [slip(slip(example.text, random), random)]
        bare = stripped(example.text, random)
        if bare != example.text:
            copies.append(bare)
        for at, text in enumerate([example.text, *copies] if with_copies else [example.text]):
            reading = read(text)
            seen = examine(reading, view(reading))
            if at == 0:
                examined.append(seen)
            rows.append(Row(number, max(stretches(reading, seen.features), key=_size), at > 0))
    return rows, examined


def _size(groups: tuple[set[str], ...]) -> int:
    return sum(map(len, groups))


def fit(
    rows: Sequence[Row],
    many: Sequence[Example],
    without: frozenset[str] = frozenset(),
    *,
    least: Sequence[int] = LEAST,
) -> Fitted:
    """Weights from all authors but those in `without`; features of fewer examples than `least` are left out."""
    used = [row for row in rows if many[row.example].author not in without]
    numpy, sparse = import_module("numpy"), import_module("scipy.sparse")
    plain = [row for row in used if not row.is_copy]
    names, rarity, blocks = [], [], []
    for group, scale in enumerate(SCALES):
        counts = Counter(feature for row in plain for feature in row.groups[group])
        kept = sorted(feature for feature, count in counts.items() if count >= least[group])
        rare = numpy.log((1 + len(plain)) / (1 + numpy.array([counts[feature] for feature in kept]))) + 1
        rare = numpy.sqrt(numpy.round(rare**2 * RARITY) / RARITY)
        names.append(kept)
        rarity.append(rare)
        blocks.append(matrix(used, group, kept, rare) * scale)
    features = sparse.hstack(blocks).tocsr()
    danger = numpy.array([many[row.example].level != "none" for row in used])
    now = numpy.array([many[row.example].level == "now" for row in used])
    weight = numpy.array([NOISE_WEIGHT if row.is_copy else 1.0 for row in used])
    heads = [_head(features, danger, weight), _head(features, now, weight)]
    blended = [(1 - BLEND) * now_side + BLEND * side for now_side, side in zip(heads[1], heads[0], strict=True)]
    together = numpy.stack([heads[0][0], blended[0]])
    edges = numpy.cumsum([0, *(len(one) for one in names)])
    parts = tuple(together[:, start:end] for start, end in pairwise(edges))
    return Fitted(tuple(names), tuple(rarity), parts, (heads[0][1], float(blended[1])))


def matrix(rows: Sequence[Row], group: int, kept: Sequence[str], rare: Any) -> Any:
    """One group of features as rows of length one."""
    numpy, sparse = import_module("numpy"), import_module("scipy.sparse")
    at = {feature: number for number, feature in enumerate(kept)}
    columns, ends = [], [0]
    for row in rows:
        columns.extend(sorted(at[feature] for feature in row.groups[group] if feature in at))
        ends.append(len(columns))
    values = rare[columns]
    made = sparse.csr_matrix((values, columns, ends), shape=(len(rows), len(kept)))
    norms = numpy.sqrt(numpy.asarray(made.multiply(made).sum(axis=1)).ravel())
    return sparse.diags(1 / numpy.maximum(norms, 1e-9)) @ made


def _head(features: Any, wanted: Any, weight: Any) -> tuple[Any, float]:
    """One straight line between the wanted and the rest, both sides counting the same."""
    svm = import_module("sklearn.svm")
    balanced = weight.copy()
    balanced[wanted] *= weight.sum() / (2 * weight[wanted].sum())
    balanced[~wanted] *= weight.sum() / (2 * weight[~wanted].sum())
    made = svm.LinearSVC(C=STRICTNESS, random_state=0).fit(features, wanted, sample_weight=balanced)
    return made.coef_.ravel(), float(made.intercept_[0])


def left_out(
    rows: Sequence[Row], many: Sequence[Example], *, least: Sequence[int] = LEAST
) -> list[tuple[float, float]]:
    """For each example the two scores of a model that had not read its author."""
    authors = sorted({example.author for example in many})
    scores: list[tuple[float, float]] = [(0.0, 0.0)] * len(many)
    for turn in range(min(FOLDS, len(authors))):
        without = frozenset(authors[turn::FOLDS])
        fitted = fit(rows, many, without, least=least)
        judged = [row for row in rows if not row.is_copy and many[row.example].author in without]
        for row, score in zip(judged, score_all(fitted, judged), strict=True):
            scores[row.example] = score
    return scores


def score_all(fitted: Fitted, rows: Sequence[Row]) -> list[tuple[float, float]]:
    """Both scores of each row."""
    numpy = import_module("numpy")
    total = numpy.tile(numpy.array(fitted.bias), (len(rows), 1))
    for group, scale in enumerate(SCALES):
        made = matrix(rows, group, fitted.names[group], fitted.rarity[group])
        total = total + scale * (made @ fitted.weights[group].T)
    return [(float(one[0]), float(one[1])) for one in total]


def calibrate(
    scores: Sequence[tuple[float, float]], many: Sequence[Example]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Slope and shift that turn scores into chances, on authors left out."""
    numpy, linear = import_module("numpy"), import_module("sklearn.linear_model")
    found = []
    for head, level in ((0, ("now", "violence")), (1, ("now",))):
        wanted = numpy.array([example.level in level for example in many])
        line = linear.LogisticRegression(C=100.0).fit(numpy.array([[one[head]] for one in scores]), wanted)
        found.append((round(float(line.coef_[0][0]), 3), round(float(line.intercept_[0]), 3)))
    return (found[0][0], found[1][0]), (found[0][1], found[1][1])


def opinion_of(score: tuple[float, float], slope: tuple[float, float], shift: tuple[float, float]) -> Opinion:
    return Opinion(chance(score[0] * slope[0] + shift[0]), chance(score[1] * slope[1] + shift[1]))


def choose(chances: Sequence[Opinion], examined: Sequence[Examined], many: Sequence[Example]) -> dict[str, float]:
    """Where the model alarms and where it asks: as often as may go wrong on the harmless of ordinary authors."""
    marks = {"alarm": 2.0, "agree": 0.18, "ask": 2.0, "ask_now": 2.0, "sure": 2.0}
    authors = ordinary(many)
    theirs = [at for at, one in enumerate(many) if one.author in authors and one.levels == ("none",)]
    steps = (("alarm", "now", MAY_ALARM), ("ask", "violence", MAY_ASK), ("sure", "violence", MAY_ASK / 5))
    for name, level, share in steps:
        told = [judge(examined[at], chances[at], {**marks, "ask": 2.0}).level for at in theirs]
        if level == "now":
            left = [at for at, one in zip(theirs, told, strict=True) if one != "now"]
        else:
            left = [at for at, one in zip(theirs, told, strict=True) if one == "none"]
        values = [chances[at].now if level == "now" else chances[at].danger for at in left]
        marks[name] = round(mark(values, share * len(theirs) - (len(theirs) - len(left))), 4)
        if name == "alarm":  # no ten-thousandth decides who is woken
            marks[name] = math.ceil(marks[name] * 100) / 100
    return marks


def ordinary(many: Sequence[Example]) -> set[str]:
    """Authors who wrote what a help line is asked: not danger and its twins alone, and not questions alone."""
    with_intent = {example.author for example in many if example.intent and example.level == "none"}
    with_danger = {example.author for example in many if example.level != "none"}
    asking_only = {example.author for example in many if example.topics} - with_intent - with_danger
    return with_intent | ({example.author for example in many} - with_danger - asking_only) or with_danger


def mark(values: Sequence[float], room: float) -> float:
    """The value that so many of these reach or pass."""
    ordered = sorted(values, reverse=True)
    return ordered[min(len(ordered) - 1, max(0, int(room)))] + 1e-4 if ordered else 2.0


def figures(told: Sequence[tuple[Example, Opinion, Examined]], marks: dict[str, float]) -> dict[str, float]:
    """How rules and model do together on authors the model had not read; a share of nothing is left out."""
    return shares([(example, judge(seen, second, marks).level) for example, second, seen in told])


def shares(levels: Sequence[tuple[Example, str]]) -> dict[str, float]:
    """What was seen, asked and alarmed of these examples, each with the level it was given."""
    groups = {
        "danger seen": [level != "none" for example, level in levels if example.level != "none"],
        "now as now": [level == "now" for example, level in levels if example.level == "now"],
        "harmless asked": [level != "none" for example, level in levels if example.levels == ("none",)],
        "harmless alarmed": [level == "now" for example, level in levels if example.levels == ("none",)],
    }
    return {name: round(sum(facts) / len(facts), 4) for name, facts in groups.items() if facts}


def write(
    fitted: Fitted,
    slope: tuple[float, float],
    shift: tuple[float, float],
    marks: dict[str, float],
    made_from: str,
    into: Path,
    weighed: Sequence[float] = (),
) -> None:
    """The model as lines of text, weights rounded to 255 steps; what moves nothing by more than one is left out."""
    numpy = import_module("numpy")
    steps, lines = [], []
    for group, name in enumerate(GROUPS):
        raw = fitted.weights[group] * fitted.rarity[group] * SCALES[group]
        step = numpy.maximum(numpy.abs(raw).max(axis=1, initial=0.0), 1e-9) / 127
        whole = numpy.rint(raw / step[:, None]).astype(int)
        squares = numpy.rint(fitted.rarity[group] ** 2 * RARITY).astype(int)
        steps.append([float(f"{one:.6g}") for one in step])
        lines.append(f"= {name}")
        lines += [
            f"{feature}\t{square}\t{danger}\t{now}"
            for feature, square, danger, now in zip(fitted.names[group], squares, whole[0], whole[1], strict=True)
            if max(abs(danger), abs(now)) > 1
        ]
    bias = [round(value + move / lean, 4) for value, move, lean in zip(fitted.bias, shift, slope, strict=True)]
    head = {"made_from": made_from, "bias": bias, "slope": list(slope), "steps": steps, "marks": marks}
    head |= {"weighed": list(weighed)} if weighed else {}
    packed.write(into, head, lines)

"""Trains the heads for needs, intents, kinds and articles from the same invented examples; development only."""

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from bot.understanding.examples import Example
from bot.understanding.model import RARITY, chance
from bot.understanding.topics import MODEL, Topics, names_of

LEAST_FEATURE, LEAST_HEAD, LEAST_TOPIC = 28, 12, 6
STRICTNESS, FOLDS = 0.2, 4


def train(
    groups: Sequence[tuple[set[str], ...]],
    many: Sequence[Example],
    made_from: str,
    into: Path = MODEL,
    *,
    least: tuple[int, int, int] = (LEAST_FEATURE, LEAST_HEAD, LEAST_TOPIC),
    only: frozenset[str] = frozenset(),
) -> None:
    """One straight line a head; its slope and shift are chosen on authors left out. `groups`: one an example.

    `least`: so many examples a feature, a head and an article must have; `only`: the kinds of heads, if not all.
    """
    numpy = import_module("numpy")
    kept, squares, features, fold = _prepared(groups, many, least[0])
    rare = numpy.sqrt(squares / RARITY)
    names, weights, bias, slopes = [], [], [], []
    heads = {name: head for name, head in _heads(many, least).items() if not only or name.partition(":")[0] in only}
    scores = {name: _left_out(features, *head, fold) for name, head in heads.items()}
    # Few examples tell of each article: what a score means is learnt of all of them together.
    topics = _line([pair for name in heads if name.startswith("topic:") for pair in scores[name]])
    for name, (wanted, known) in heads.items():
        slope, shift = topics if name.startswith("topic:") else _line(scores[name])
        line, start = _fit(features[known], wanted[known])
        names.append(name)
        weights.append(line * rare)
        bias.append(round(start + shift / slope, 4))
        slopes.append(round(slope, 4))
    raw = numpy.stack(weights)
    steps = numpy.maximum(numpy.abs(raw).max(axis=1), 1e-9) / 127
    whole = (numpy.rint(raw / steps[:, None]) + 128).astype(numpy.uint8)
    head = {
        "made_from": made_from, "names": names, "bias": bias, "slope": slopes,
        "steps": [float(f"{step:.6g}") for step in steps],
    }  # fmt: skip
    lines = [
        f"{feature}\t{square}\t{b64encode(whole[:, at].tobytes()).decode()}"
        for at, (feature, square) in enumerate(zip(kept, squares, strict=True))
    ]
    into.write_text("\n".join([json.dumps(head), *lines]) + "\n", "utf-8")


def left_out(
    groups: Sequence[tuple[set[str], ...]],
    many: Sequence[Example],
    *,
    least: tuple[int, int, int] = (LEAST_FEATURE, LEAST_HEAD, LEAST_TOPIC),
) -> list[Topics]:
    """For each example the needs and kinds it sounds like to heads that had not read its author."""
    numpy = import_module("numpy")
    _, _, features, fold = _prepared(groups, many, least[0])
    found: dict[str, list[list[tuple[str, float]]]] = {kind: [[] for _ in many] for kind in ("need", "kind", "wants")}
    for name, (wanted, known) in _heads(many, least).items():
        kind, _, label = name.partition(":")
        if kind not in found:
            continue
        score = numpy.zeros(len(many))
        for turn in range(FOLDS):
            others = known & (fold != turn)
            if wanted[others].any() and not wanted[others].all():
                line, start = _fit(features[others], wanted[others])
                score[fold == turn] = features[fold == turn] @ line + start
        slope, shift = _line([(score[known], wanted[known])])
        for at, value in enumerate(chance(float(one)) for one in score * slope + shift):
            found[kind][at].append((label, value))
    return [
        Topics(tuple(needs), (), tuple(kinds), wants=wants[0][1] if wants else 1.0)
        for needs, kinds, wants in zip(found["need"], found["kind"], found["wants"], strict=True)
    ]


def _prepared(
    groups: Sequence[tuple[set[str], ...]], many: Sequence[Example], least: int
) -> tuple[list[str], Any, Any, Any]:
    """The features that are kept, how rare each is (squared, in eighths), the matrix, and the fold of each example."""
    numpy = import_module("numpy")
    rows = [names_of(one) for one in groups]
    counts = Counter(feature for row in rows for feature in row)
    kept = sorted(feature for feature, count in counts.items() if count >= least)
    rare = numpy.log((1 + len(rows)) / (1 + numpy.array([counts[feature] for feature in kept]))) + 1
    squares = numpy.rint(rare**2 * RARITY).astype(int)
    authors = sorted({example.author for example in many})
    fold = numpy.array([authors.index(example.author) % FOLDS for example in many])
    return kept, squares, _matrix(rows, kept, numpy.sqrt(squares / RARITY)), fold


def _heads(many: Sequence[Example], least: tuple[int, int, int]) -> Mapping[str, tuple[Any, Any]]:
    """For each head with enough examples: which are its own, and which say anything about it."""
    numpy = import_module("numpy")
    every = numpy.ones(len(many), dtype=bool)
    with_intent = numpy.array([example.intent is not None for example in many])
    labelling = {example.author for example in many if example.topics}
    with_topics = numpy.array([example.author in labelling for example in many])
    wanting = {example.author for example in many if example.needs}
    with_needs = numpy.array([example.author in wanting for example in many])
    found: dict[str, tuple[Any, Any]] = {}
    _, of_head, of_topic = least
    for kind, of, known, enough in (
        ("need", lambda one: one.needs, every, of_head),
        ("intent", lambda one: (one.intent,) if one.intent else (), with_intent, of_head),
        ("kind", lambda one: one.kinds if one.level != "none" else (), every, of_head),
        ("topic", lambda one: one.topics, with_topics, of_topic),
        ("wants", lambda one: ("any",) if one.needs else (), with_needs, of_head),
        ("asks", lambda one: ("any",) if one.topics else (), with_topics, of_head),
    ):
        for label in sorted({label for example in many for label in of(example)}):
            wanted = numpy.array([label in of(example) for example in many])
            if wanted.sum() >= enough:
                found[f"{kind}:{label}"] = (wanted, known)
    return found


def _matrix(rows: Sequence[set[str]], kept: Sequence[str], rare: Any) -> Any:
    numpy, sparse = import_module("numpy"), import_module("scipy.sparse")
    at = {feature: number for number, feature in enumerate(kept)}
    columns, ends = [], [0]
    for row in rows:
        columns.extend(sorted(at[feature] for feature in row if feature in at))
        ends.append(len(columns))
    made = sparse.csr_matrix((rare[columns], columns, ends), shape=(len(rows), len(kept)))
    norms = numpy.sqrt(numpy.asarray(made.multiply(made).sum(axis=1)).ravel())
    return (sparse.diags(1 / numpy.maximum(norms, 1e-9)) @ made).tocsr()


def _fit(features: Any, wanted: Any) -> tuple[Any, float]:
    svm = import_module("sklearn.svm")
    made = svm.LinearSVC(C=STRICTNESS, random_state=0, class_weight="balanced").fit(features, wanted)
    return made.coef_.ravel(), float(made.intercept_[0])


def _left_out(features: Any, wanted: Any, known: Any, fold: Any) -> list[tuple[Any, Any]]:
    """The scores of authors left out of the learning, and the truth."""
    found = []
    for turn in range(FOLDS):
        mine, others = known & (fold == turn), known & (fold != turn)
        if mine.any() and wanted[others].any() and not wanted[others].all():
            line, start = _fit(features[others], wanted[others])
            found.append((features[mine] @ line + start, wanted[mine]))
    return found


def _line(pairs: Sequence[tuple[Any, Any]]) -> tuple[float, float]:
    """How such scores become chances: slope and shift."""
    if not pairs:
        return 3.0, 0.0
    numpy, linear = import_module("numpy"), import_module("sklearn.linear_model")
    score, true = (numpy.concatenate(side) for side in zip(*pairs, strict=True))
    if true.all() or not true.any():
        return 3.0, 0.0
    made = linear.LogisticRegression(C=100.0).fit(score.reshape(-1, 1), true)
    return max(0.1, float(made.coef_[0][0])), float(made.intercept_[0])

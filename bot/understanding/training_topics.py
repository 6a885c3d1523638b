"""Trains the heads for needs, intents, kinds and articles from the same invented examples; development only."""

from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from bot.understanding import packed, training_net
from bot.understanding.examples import Example
from bot.understanding.model import RARITY, chance
from bot.understanding.topics import MIDDLE, MODEL, STEPS, Topics, names_of

LEAST_FEATURE, LEAST_HEAD, LEAST_TOPIC = 28, 12, 6
STRICTNESS, FOLDS = 0.2, 4
NEVER = -1.0  # what a line says that had no example
BY_LINE = 3.0  # a straight line's score counts so many times that of the net


@dataclass(frozen=True, slots=True)
class Across:
    """What was learnt with each fold of authors left out: for every example the scores of lines and a net that had not
    read its author, one column a head."""

    kept: Sequence[str]
    squares: Any
    features: Any
    names: Sequence[str]
    wanted: Any
    known: Any
    scores: Any


def across(
    groups: Sequence[tuple[set[str], ...]],
    many: Sequence[Example],
    *,
    least: tuple[int, int, int] = (LEAST_FEATURE, LEAST_HEAD, LEAST_TOPIC),
    only: frozenset[str] = frozenset(),
) -> Across:
    """`groups`: one an example. `least`: so many examples a feature, a head and an article must have; `only`: the
    kinds of heads, if not all."""
    numpy = import_module("numpy")
    kept, squares, features, fold = _prepared(groups, many, least[0])
    heads = {name: head for name, head in _heads(many, least).items() if not only or name.partition(":")[0] in only}
    wanted, known = (numpy.stack(side, 1) for side in zip(*heads.values(), strict=True))
    scores = numpy.zeros(wanted.shape)
    for turn in range(FOLDS):
        mine, others = fold == turn, fold != turn
        if mine.any() and others.any():
            lines, starts = _lines(features[others], wanted[others], known[others])
            net = training_net.learn(features[others], wanted[others], known[others])
            scores[mine] = BY_LINE * (features[mine] @ lines + starts) + net.scores(features[mine])
    return Across(kept, squares, features, list(heads), wanted, known, scores)


def train(found: Across, made_from: str, into: Path = MODEL) -> None:
    """Learn from all authors and write the file; how sure a score is, is told by the authors left out."""
    numpy = import_module("numpy")
    lines, starts = _lines(found.features, found.wanted, found.known)
    net = training_net.learn(found.features, found.wanted, found.known)
    slope, shift = (numpy.array(side) for side in zip(*_chances(found), strict=True))
    rare = numpy.sqrt(found.squares / RARITY)[:, None]
    weights, lean = _stepped(numpy.concatenate([lines * BY_LINE * slope, net.first], axis=1) * rare)
    rows, lean_beside = _stepped(net.second * slope)
    start = numpy.concatenate([(starts * BY_LINE + net.second_start) * slope + shift, net.first_start])
    head = {
        "made_from": made_from, "names": list(found.names), "lean": _told(lean), "start": _told(start),
        "rows": [_packed(row) for row in rows], "lean_beside": _told(lean_beside),
    }  # fmt: skip
    features = zip(found.kept, found.squares, weights, strict=True)
    packed.write(into, head, (f"{feature}\t{square}\t{_packed(row)}" for feature, square, row in features))


def left_out(found: Across) -> list[Topics]:
    """For each example the needs and kinds it sounds like to heads that had not read its author."""
    told: list[dict[str, list[tuple[str, float]]]] = [{"need": [], "kind": [], "wants": []} for _ in found.scores]
    for at, (name, (slope, shift)) in enumerate(zip(found.names, _chances(found), strict=True)):
        kind, _, label = name.partition(":")
        for one, score in zip(told, found.scores[:, at], strict=True):
            if kind in one:
                one[kind].append((label, chance(float(score) * slope + shift)))
    return [
        Topics(
            tuple(one["need"]), (), tuple(one["kind"]), wants=one["wants"][0][1] if one["wants"] else 1.0
        )
        for one in told
    ]  # fmt: skip


def _stepped(raw: Any) -> tuple[Any, Any]:
    """Weights as whole steps around `MIDDLE`, one byte each, and what one step of each column is."""
    numpy = import_module("numpy")
    step = numpy.maximum(numpy.abs(raw).max(axis=0), 1e-9) / STEPS
    return (numpy.rint(raw / step) + MIDDLE).astype(numpy.uint8), step


def _packed(row: Any) -> str:
    return b64encode(row.tobytes()).decode()


def _told(values: Any) -> list[float]:
    return [float(f"{one:.6g}") for one in values]


def _chances(found: Across) -> list[tuple[float, float]]:
    """Slope and shift of each head. Few examples tell of each article: what a score means is learnt of all together."""
    pairs = [(found.scores[known, at], found.wanted[known, at]) for at, known in enumerate(found.known.T)]
    topics = _line([pair for name, pair in zip(found.names, pairs, strict=True) if name.startswith("topic:")])
    return [
        topics if name.startswith("topic:") else _line([pair]) for name, pair in zip(found.names, pairs, strict=True)
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
    naming = {example.author for example in many if example.kinds}
    with_kinds = numpy.array([example.author in naming or example.level == "none" for example in many])
    found: dict[str, tuple[Any, Any]] = {}
    _, of_head, of_topic = least
    for kind, of, known, enough in (
        ("need", lambda one: one.needs, every, of_head),
        ("intent", lambda one: (one.intent,) if one.intent else (), with_intent, of_head),
        ("kind", lambda one: one.kinds if one.level != "none" else (), with_kinds, of_head),
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


def _lines(features: Any, wanted: Any, known: Any) -> tuple[Any, Any]:
    """One straight line a head, as columns, and where each begins."""
    numpy, svm = import_module("numpy"), import_module("sklearn.svm")
    lines, starts = numpy.zeros((features.shape[1], wanted.shape[1])), numpy.full(wanted.shape[1], NEVER)
    for at, (so, is_known) in enumerate(zip(wanted.T, known.T, strict=True)):
        if so[is_known].any() and not so[is_known].all():
            made = svm.LinearSVC(C=STRICTNESS, random_state=0, class_weight="balanced")
            made.fit(features[is_known], so[is_known])
            lines[:, at], starts[at] = made.coef_.ravel(), made.intercept_[0]
    return lines, starts


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

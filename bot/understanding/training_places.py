"""Trains what tells a place that is named from a place where help is looked for; development only."""

import json
from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from bot.understanding.examples import Example, digest, load
from bot.understanding.judging import places_meant
from bot.understanding.sought import MODEL, candidates, features
from directory.gazetteer import PlaceKey, Tier, is_province
from directory.place_cues import lay_out
from directory.place_spans import Span, find
from directory.place_words import contains
from directory.places import communes_of
from directory.reading import read

MORE = "needs"  # the folder beside the authors' whose examples teach needs, articles and places, and not danger
LEAST_FEATURE = 5  # names around which it stands
STRICTNESS = 0.1
FINEST = 127  # the largest weight in the file


def print_of(folder: Path) -> str:
    """What the shipped weights must have been made from."""
    return digest(folder, folder.parent / MORE)


def train(folder: Path, many: Sequence[Example], into: Path = MODEL) -> None:
    """One straight line over the words around a name, of all authors and of those who are beside them."""
    numpy, sparse = import_module("numpy"), import_module("scipy.sparse")
    linear = import_module("sklearn.linear_model")
    rows, wanted = mentions([*many, *load(folder.parent / MORE)])
    counts = Counter(feature for row in rows for feature in row)
    kept = sorted(feature for feature, count in counts.items() if count >= LEAST_FEATURE)
    place = {feature: number for number, feature in enumerate(kept)}
    at = [(row, place[name]) for row, names in enumerate(rows) for name in sorted(names) if name in place]
    ones = (numpy.ones(len(at)), ([row for row, _ in at], [column for _, column in at]))
    matrix = sparse.csr_matrix(ones, shape=(len(rows), len(kept)))
    line = linear.LogisticRegression(C=STRICTNESS, max_iter=500, solver="liblinear", random_state=0)
    line.fit(matrix, numpy.array(wanted))
    weights = line.coef_.ravel()
    step = float(f"{numpy.abs(weights).max() / FINEST:.6g}")
    whole = numpy.rint(weights / step).astype(int)
    head = {"made_from": print_of(folder), "bias": round(float(line.intercept_[0]), 4), "step": step}
    lines = [f"{name}\t{weight}" for name, weight in zip(kept, whole, strict=True) if weight]
    into.write_text("\n".join([json.dumps(head), *lines]) + "\n", "utf-8")


def mentions(many: Sequence[Example]) -> tuple[list[set[str]], list[bool]]:
    """Every name of a place in the examples, and whether help was looked for there."""
    rows: list[set[str]] = []
    wanted: list[bool] = []
    for example in many:
        if example.intent is None:
            continue  # its author filled in no places
        toks = lay_out(read(example.text))
        spans = candidates(find(toks))
        meant = places_meant(example)
        for span in spans:
            rows.append(features(span, toks, spans))
            wanted.append(_is_meant(span, meant))
    return rows, wanted


def _is_meant(span: Span, meant: set[PlaceKey]) -> bool:
    """The place itself, one inside it, or one around it: which of them is named is for the rules to settle."""
    keys = set(span.keys)
    today = {key.code for key in keys if key.tier is Tier.NEW_COMMUNE}
    return bool(keys & meant) or any(
        (not is_province(one) and bool(today & communes_of(one)))
        or any(contains(key, one) or contains(one, key) for key in keys)
        for one in meant
    )

"""What the model looks at in a message: its words, its letters, and the concepts its words stand for."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from bot.understanding.concepts import tags
from directory.reading import Reading

Groups = tuple[set[str], ...]  # the features of one stretch: one set for each of these
GROUPS = ("words", "letters", "concepts")
WINDOW = 80  # words; of a longer message the most dangerous stretch counts
LETTERS = 1200  # so many letters of a stretch at most


def stretches(reading: Reading, seen: frozenset[str] = frozenset()) -> list[Groups]:
    """The features of each stretch of the message, one set a group; `seen` is what the rules say of the whole of it."""
    tokens, half = reading.tokens, WINDOW // 2
    found = tags(reading.words)
    places = [tag.start for tag in found]
    rules = sorted(one for one in seen if not one.startswith("sign "))
    extra = seen.union(f"{one} & {two}" for at, one in enumerate(rules) for two in rules[at + 1 :])
    made: list[Groups] = []
    for start in range(0, max(1, len(tokens) - half), half):
        end = start + WINDOW
        inside = found[bisect_left(places, start) : bisect_left(places, end)]
        names = [tag.concept for tag in inside if tag.concept]
        mixed = [tag.concept or tokens[tag.start] for tag in inside]
        made.append((_of_words(tokens[start:end]), _of_letters(tokens[start:end]), _of_concepts(names, mixed) | extra))
    return made


def _of_words(tokens: Sequence[str]) -> set[str]:
    """Words, two and three in a row, and two with one between them."""
    words = ["^", *tokens, "$"]
    made = set(tokens)
    made.update([f"{one} {two}" for one, two in pairwise(words)])
    made.update([f"{one} _ {two}" for one, two in zip(words, words[2:], strict=False)])
    made.update([f"{one} {two} {three}" for one, two, three in zip(words, words[1:], words[2:], strict=False)])
    return made


def _of_letters(tokens: Sequence[str]) -> set[str]:
    """Two to five letters in a row, across the gaps between words, so that a slip of the finger changes only some."""
    line = f" {' '.join(tokens)} "[:LETTERS]
    size = len(line)
    made = {line[at : at + 2] for at in range(size - 1)}
    for length in (3, 4, 5):
        made.update([line[at : at + length] for at in range(size - length + 1)])
    return made


def _of_concepts(names: Sequence[str], mixed: Sequence[str]) -> set[str]:
    """Concepts in their order, any two of them together, and each beside its neighbouring words."""
    ends = ["^", *names, "$"]
    made = set(names)
    made.update([f"{one}>{two}" for one, two in pairwise(ends)])
    made.update([f"{one}>_>{two}" for one, two in zip(ends, ends[2:], strict=False)])
    made.update([f"{one}>{two}>{three}" for one, two, three in zip(ends, ends[1:], ends[2:], strict=False)])
    all_names = sorted(set(names))
    made.update([f"{one}&{two}" for at, one in enumerate(all_names) for two in all_names[at + 1 :]])
    made.update([f"{one}|{two}" for one, two in pairwise(["^", *mixed, "$"])])
    return made

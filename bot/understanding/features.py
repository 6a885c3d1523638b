"""What the model looks at in a message: its words, letters, marks and ends, and the concepts its words stand for."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from bot.understanding.concepts import Tag, tags
from directory.reading import Reading
from directory.reading.spelling import Word

Groups = tuple[set[str], ...]  # the features of one stretch: one set for each of these
GROUPS = ("words", "letters", "concepts", "apart", "marks", "ends")
WINDOW = 80  # words; of a longer message the most dangerous stretch counts
LETTERS = 1200  # so many letters of a stretch at most
FAR = 5  # words; two that stand this near say something together
_SIGNS = "?!,.…\"'=:"


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
        said = tokens[start:end]
        made.append(
            (
                _of_words(said), _of_letters(said), _of_concepts(names).union(_beside(tokens, inside), extra),
                _apart(said), _marks(reading.words[start:end]), _ends(said, inside, reading.text),
            )
        )  # fmt: skip
    return made


def heard(reading: Reading) -> list[Groups]:
    """Of the beginning only what a message sounds like is read from (`topics.names_of`): words and pairs of them,
    letters, concepts and what stands beside each."""
    said = reading.tokens[:WINDOW]
    found = tags(reading.words[:WINDOW])
    names = {tag.concept for tag in found if tag.concept}
    return [({*said, *_pairs(said)}, _of_letters(said), names.union(_beside(said, found)))]


def _of_words(tokens: Sequence[str]) -> set[str]:
    """Words, two and three in a row, and two with one between them."""
    words = ["^", *tokens, "$"]
    made = {*tokens, *_pairs(tokens)}
    made.update([f"{one} _ {two}" for one, two in zip(words, words[2:], strict=False)])
    made.update([f"{one} {two} {three}" for one, two, three in zip(words, words[1:], words[2:], strict=False)])
    return made


def _pairs(tokens: Sequence[str]) -> list[str]:
    return [f"{one} {two}" for one, two in pairwise(["^", *tokens, "$"])]


def _of_letters(tokens: Sequence[str]) -> set[str]:
    """Four letters in a row, across the gaps between words, so that a slip of the finger changes only some."""
    line = f" {' '.join(tokens)} "[:LETTERS]
    return {line[at : at + 4] for at in range(len(line) - 3)}


def _apart(tokens: Sequence[str]) -> set[str]:
    """Two words with a few others between them: "no … dao", whatever stands there."""
    return {f"{one}~{two}" for at, one in enumerate(tokens) for two in tokens[at + 2 : at + FAR + 1]}


def _marks(words: Sequence[Word]) -> set[str]:
    """Words as they were typed with their marks, alone and in pairs; nothing where none was typed."""
    marked = [word.marked for word in words]
    if marked == [word.plain for word in words]:
        return set()
    return {*marked, *(f"{one} {two}" for one, two in pairwise(marked))}


def _ends(tokens: Sequence[str], tags: Sequence[Tag], text: str) -> set[str]:
    """How it begins and ends, about how long it is, and which signs stand in it."""
    made = {f"len {min(len(tokens) // 4, 12)}", *[f"has {sign}" for sign in _SIGNS if sign in text]}
    for count in (1, 2, 3):
        made.update((f"first {' '.join(tokens[:count])}", f"last {' '.join(tokens[-count:])}"))
    if tags:
        made.update((f"first concept {tags[0].concept}", f"last concept {tags[-1].concept}"))
    return made


def _of_concepts(names: Sequence[str]) -> set[str]:
    """Concepts in their order, and any two of them together."""
    ends = ["^", *names, "$"]
    made = set(names)
    made.update([f"{one}>{two}" for one, two in pairwise(ends)])
    made.update([f"{one}>_>{two}" for one, two in zip(ends, ends[2:], strict=False)])
    made.update([f"{one}>{two}>{three}" for one, two, three in zip(ends, ends[1:], ends[2:], strict=False)])
    all_names = sorted(set(names))
    made.update([f"{one}&{two}" for at, one in enumerate(all_names) for two in all_names[at + 1 :]])
    return made


def _beside(tokens: Sequence[str], tags: Sequence[Tag]) -> list[str]:
    """Each concept beside its neighbouring words."""
    mixed = [tag.concept or tokens[tag.start] for tag in tags]
    return [f"{one}|{two}" for one, two in pairwise(["^", *mixed, "$"])]

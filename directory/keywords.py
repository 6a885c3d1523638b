"""The words that name a need, as the tables and the maintainers write them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from directory import added
from directory.compiled import kept
from directory.reading import SEED, Reading
from directory.reading import read as read_text
from directory.seedfiles import load_table

PLAINLY, WEAKLY = 0.95, 0.7


@dataclass(frozen=True, slots=True)
class Keyword:
    """Words that name a need. `order`: longer ones go before shorter ones. `code` empty: they only look so.
    `is_strict`: only as it is written, for without its marks it is mostly another word."""

    order: int
    marks: tuple[str, ...]
    code: str
    weight: float
    is_strict: bool = False


@cache
def _shipped() -> list[tuple[Reading, str, float, bool]]:
    """Words, need, weight and whether they are strict. Source: `seed/keywords.yaml`."""
    return kept("keywords", _read_keywords)


def _read_keywords() -> list[tuple[Reading, str, float, bool]]:
    content = load_table(SEED / "keywords.yaml")
    weak = {str(words) for words in content["weak"]}  # they count less than words that name one need
    with added.using(added.NOTHING):
        return [
            (read_text(words.removesuffix("!")), code, WEAKLY if words in weak else PLAINLY, words.endswith("!"))
            for code, many in (*content["needs"].items(), ("", content["nothing"]))
            for words in map(str, many)
        ]


@lru_cache(maxsize=4)
def keywords(own: added.Added) -> Mapping[tuple[str, ...], tuple[Keyword, ...]]:
    """By their folded words; `own` are those that maintainers have added."""
    more = [(read_text(words), code, PLAINLY, False) for code, many in own.needs.items() for words in many]
    readings = [*_shipped(), *more]
    found: dict[tuple[str, ...], list[Keyword]] = {}
    ordered = sorted(readings, key=lambda entry: -len(entry[0].plain))
    for order, (reading, code, weight, is_strict) in enumerate(ordered):
        if not reading.tokens:  # its words were added in the console as words that say nothing
            continue
        marks = tuple(word.marked for word in reading.words)
        found.setdefault(reading.tokens, []).append(Keyword(order, marks, code, weight, is_strict))
    return {words: tuple(many) for words, many in found.items()}


def spelt(tokens: Sequence[str]) -> tuple[str, ...]:
    """Words without the difference that none is: "pháp lí" and "pháp lý", "bác sĩ" and "bác sỹ"."""
    return tuple(f"{one[:-1]}i" if len(one) > 1 and one[-1] == "y" and one[-2] in "hklmst" else one for one in tokens)


@lru_cache(maxsize=4)
def by_spelling(own: added.Added) -> Mapping[tuple[str, ...], tuple[Keyword, ...]]:
    """The same by their words as `spelt`."""
    found: dict[tuple[str, ...], tuple[Keyword, ...]] = {}
    for words, many in keywords(own).items():
        found[spelt(words)] = (*found.get(spelt(words), ()), *many)
    return found


def named_by(reading: Reading) -> str | None:
    """The need that just these words name already; they can name one only."""
    known = by_spelling(added.current()).get(spelt(reading.tokens), ())
    return (known[0].code or None) if known else None


@lru_cache(maxsize=4)
def longest(own: added.Added) -> Mapping[str, int]:
    """Of each word how many words the longest keyword has that begins with it."""
    found: dict[str, int] = {}
    for words in by_spelling(own):
        found[words[0]] = max(found.get(words[0], 0), len(words))
    return found

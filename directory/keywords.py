"""The words that name a need, as the tables and the maintainers write them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

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


Row = tuple[tuple[str, ...], tuple[str, ...], str, float, bool]  # folded words, their marks, and as `Keyword` has them


def _read_keywords() -> list[Row]:
    """The shipped ones. Source: `seed/keywords.yaml`."""
    content = load_table(SEED / "keywords.yaml")
    weak = {str(words) for words in content["weak"]}  # they count less than words that name one need
    with added.using(added.NOTHING):
        return [
            _row(words.removesuffix("!"), code, WEAKLY if words in weak else PLAINLY, words.endswith("!"))
            for code, many in (*content["needs"].items(), ("", content["nothing"]))
            for words in map(str, many)
        ]


def _row(written: str, code: str, weight: float, is_strict: bool) -> Row:
    words = read_text(written).words
    return tuple(word.plain for word in words), tuple(word.marked for word in words), code, weight, is_strict


@lru_cache(maxsize=4)
def keywords(own: added.Added) -> Mapping[tuple[str, ...], tuple[Keyword, ...]]:
    """By their folded words; `own` are those that maintainers have added."""
    more = [_row(words, code, PLAINLY, False) for code, many in own.needs.items() for words in many]
    found: dict[tuple[str, ...], list[Keyword]] = {}
    ordered = sorted([*kept("keywords", _read_keywords), *more], key=lambda row: -len(" ".join(row[0])))
    for order, (words, marks, code, weight, is_strict) in enumerate(ordered):
        if words:  # else they were added in the console as words that say nothing
            found.setdefault(words, []).append(Keyword(order, marks, code, weight, is_strict))
    return {words: tuple(many) for words, many in found.items()}


def spelt(tokens: Sequence[str]) -> tuple[str, ...]:
    """Words without the difference that none is: "pháp lí" and "pháp lý", "bác sĩ" and "bác sỹ"."""
    return tuple(
        [f"{one[:-1]}i" if one[-1:] == "y" and len(one) > 1 and one[-2] in "hklmst" else one for one in tokens]
    )


@lru_cache(maxsize=4)
def by_spelling(own: added.Added) -> Mapping[tuple[str, ...], tuple[Keyword, ...]]:
    """The same by their words as `spelt`."""
    found: dict[tuple[str, ...], tuple[Keyword, ...]] = {}
    for words, many in keywords(own).items():
        said = spelt(words)
        found[said] = (*found.get(said, ()), *many)
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

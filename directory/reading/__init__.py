"""From what somebody typed on a phone to clean, comparable words: marks, shortenings and stray signs are smoothed."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from directory import added
from directory.reading.hygiene import Written, clean, written_words
from directory.reading.keyboards import looks_like_telex, looks_like_vni
from directory.reading.shortenings import meant, sayings, several, shortenings, shown
from directory.reading.smoothing import Keyboard, Piece, Step, piece, smooth
from directory.reading.spelling import Word

__all__ = ["SEED", "Reading", "Step", "Token", "Word", "clean", "fold", "read", "shortenings"]

SEED = Path(__file__).resolve().parent.parent / "seed"

_CLAUSE = re.compile(r"[.!?…;\n]+")


@dataclass(frozen=True, slots=True)
class Token:
    """What became of one written word: as typed, as read, and by which step (see `Step`; empty if nothing changed)."""

    typed: str
    read: str
    how: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One message: the cleaned text, its folded words, the same as one string, and clause by clause.

    `words` are the same tokens with their marks and their place in `text`."""

    text: str
    tokens: tuple[str, ...]
    plain: str
    clauses: tuple[str, ...]
    words: tuple[Word, ...] = ()

    @property
    def normal(self) -> str:
        """The message in ordinary spelling, as well as it is known; marks that nobody typed are not invented."""
        return " ".join(word.form for word in self.words)

    def explained(self) -> tuple[Token, ...]:
        """What each written word became, for people who mend the tables."""
        found: list[Token] = []
        last = (-1, -1)
        for word in self.words:
            if (word.start, word.end) == last:
                before = found.pop()
                found.append(Token(before.typed, f"{before.read} {word.form}", before.how or word.how))
            else:
                found.append(Token(self.text[word.start : word.end], word.form, word.how))
            last = (word.start, word.end)
        return tuple(found)


def fold(text: str) -> str:
    """Lower case, without marks, đ as d. Folding twice changes nothing."""
    plain = text if text.isascii() else text.translate(_PLAIN_LETTERS)
    return plain.lower() if plain.isascii() else _folded(text)


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).replace("đ", "d")
    plain = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return unicodedata.normalize("NFKC", plain).casefold().replace("đ", "d")


# What becomes of each letter of Vietnamese, so that few texts are taken apart sign by sign.
_PLAIN_LETTERS = {
    ord(sign): _folded(sign)
    for sign in map(chr, (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)))
    if len(_folded(sign)) == 1 and _folded(sign).isascii()
}


def read(raw: str) -> Reading:
    """Read one message of any length; never raises."""
    text = clean(raw)
    words = _words(text)
    tokens = tuple([word.plain for word in words])
    return Reading(text, tokens, " ".join(tokens), _clauses(text, words), words)


def _clauses(text: str, words: tuple[Word, ...]) -> tuple[str, ...]:
    """The folded words between full stops and line breaks."""
    ends = [match.start() for match in _CLAUSE.finditer(text)]
    if not ends:
        return (" ".join([word.plain for word in words]),) if words else ()
    found: list[list[str]] = [[]]
    at = 0
    for word in words:
        while at < len(ends) and ends[at] < word.start:
            found.append([])
            at += 1
        found[-1].append(word.plain)
    return tuple(" ".join(clause) for clause in found if clause)


def _words(text: str) -> tuple[Word, ...]:
    written = written_words(text)
    keyboard = _keyboard(written)
    own = added.current().shortenings
    read = [(one, part) for one in _sayings_read(written) for part in _pieces(one, keyboard, own)]
    found: list[tuple[Written, Piece]] = []
    for at, (one, part) in enumerate(read):
        if part.open:
            before = read[at - 1][1].plain if at else ""
            after = read[at + 1][1].plain if at + 1 < len(read) else ""
            found += [(one, meant) for meant in _meant(part, before, after)]
        else:
            found.append((one, part))
    return tuple(
        [
            _made((plain, marked, start, end, form, joined or how))
            for (_, start, end, joined), (plain, marked, form, how, _) in found
        ]
    )


_made: Callable[[tuple[str, str, int, int, str, str]], Word] = partial(tuple.__new__, Word)  # a third of `Word(…)`


def _keyboard(written: list[Written]) -> Keyboard:
    words = [word for word, _, _, _ in written]
    if looks_like_telex(words):
        return Keyboard.TELEX
    return Keyboard.VNI if looks_like_vni(words) else Keyboard.PLAIN


def _meant(part: Piece, before: str, after: str) -> tuple[Piece, ...]:
    forms = meant(several()[part.open], before, after)
    if part.open in shown():
        return (part._replace(form=" ".join(forms), how=part.how if forms != (part.open,) else "", open=""),)
    return tuple(piece(form, part.how if form != part.open else "") for form in forms)


def _pieces(one: Written, keyboard: Keyboard, own: Mapping[str, str]) -> tuple[Piece, ...]:
    if one[3] and one[3] == Step.SAYING:
        return (piece(one[0], Step.SAYING),)
    if own and one[0] in own:
        return tuple(piece(word, Step.ADDED) for word in own[one[0]].split())
    return smooth(one[0], keyboard)


def _sayings_read(written: list[Written]) -> list[Written]:
    """Spellings that only two or three words together show: "hà lội"."""
    table = sayings()
    if table.keys().isdisjoint(word for word, _, _, _ in written):
        return written
    found: list[Written] = []
    at = 0
    while at < len(written):
        for typed, read in table.get(written[at][0], ()):
            if tuple(word for word, _, _, _ in written[at : at + len(typed)]) == typed:
                found.extend(_over(read, written[at : at + len(typed)]))
                at += len(typed)
                break
        else:
            found.append(written[at])
            at += 1
    return found


def _over(read: tuple[str, ...], typed: list[Written]) -> list[Written]:
    """The words of a saying in the places of the words typed; if there are more or fewer, each over the whole."""
    if len(read) == len(typed):
        return [(word, one[1], one[2], Step.SAYING) for word, one in zip(read, typed, strict=True)]
    return [(word, typed[0][1], typed[-1][2], Step.SAYING) for word in read]

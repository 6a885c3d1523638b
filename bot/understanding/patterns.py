"""The small language of the rules of danger and intent, so that a social worker can read and mend them.

A pattern is Vietnamese with marks: `bị ..2 đánh|đập <agent>?`. `|` is or, `_` binds syllables, `..2` lets up to two
other words of the same clause pass, `?` makes a word optional, `<agent>` is a list of the same file, `^` and `$` are
the two ends of the message, `>ở|tại` must follow and is not part of what is found. A word typed without marks fits; a
word typed with other marks (dành, not đánh) does not.
"""

import math
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from directory.reading import Reading
from directory.reading.spelling import bare, mark_of
from directory.reading.syllables import price

# Words that deny, as they stand folded in a message; "đừng" and "chả" are left out, folded they are "đứng" and "cha".
NEGATIONS = frozenset({"khong", "chua", "chang"})
_DENYING = frozenset({"không", "chưa", "chẳng", "chả", "hết", "hổng", "khỏi", "đừng"})
STOP = "¦"
_BREAKS = re.compile(r"[.,!?…;\n()]|(?<=\s)[-–](?=\s)")
_BREAK_WORDS = frozenset({"nhưng"})
_AT_WORD = "(?<= )"


@dataclass(frozen=True, slots=True)
class View:
    """One message as patterns see it: ` em bi5 đanh1 ¦ giơ2 ... `, and where each word of it stands in the text."""

    line: str
    starts: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    plain: frozenset[str]

    def words_between(self, start: int, end: int) -> list[str]:
        """The folded words of a stretch of the line."""
        return [bare(word).rstrip("12345") for word in self.line[start:end].split()]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the line stands in the message."""
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.starts, max(start, end - 2)) - 1
        return self.spans[max(first, 0)][0], self.spans[max(last, 0)][1]


def view(reading: Reading) -> View:
    """Lay a message out for patterns: marks as letters and digits, clauses parted."""
    breaks = [found.start() for found in _BREAKS.finditer(reading.text)]
    parts, starts, spans = [" "], [], []
    length, at = 1, 0
    for word in reading.words:
        is_break = word.marked in _BREAK_WORDS
        while at < len(breaks) and breaks[at] < word.start:
            is_break, at = True, at + 1
        if is_break and len(parts) > 1:
            parts.append(STOP + " ")
            length += 2
        starts.append(length)
        spans.append((word.start, word.end))
        parts.append(word.marked + " ")
        length += len(word.marked) + 1
    return View("".join(parts), tuple(starts), tuple(spans), frozenset(reading.tokens))


@dataclass(frozen=True, slots=True)
class Pattern:
    """One compiled pattern; `anchors` are folded words of which one must occur, a cheap look before the slow one."""

    source: str
    written: str
    anchors: tuple[frozenset[str], ...]
    has_negation: bool

    @property
    def expression(self) -> "re.Pattern[str]":
        """The regular expression, made when it is first needed."""
        return _compiled(self.written)

    def may_fit(self, seen: View) -> bool:
        """Whether every word it needs occurs somewhere in the message."""
        return not any(map(seen.plain.isdisjoint, self.anchors))  # asked a hundred times a message

    def find(self, seen: View) -> Iterator["re.Match[str]"]:
        """Every place where the pattern fits."""
        if self.may_fit(seen):
            yield from self.expression.finditer(seen.line)


class Group:
    """Patterns of which one must fit."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self.patterns = tuple(patterns)
        self._by_id = {id(one): one for one in self.patterns}
        self.ids = frozenset(self._by_id)

    def fits(self, seen: View, live: set[int]) -> bool:
        """Whether one of those does that are `live` (see `Index.live`)."""
        if live.isdisjoint(self.ids):
            return False
        there = filter(None, map(self._by_id.get, live))
        return any(one.expression.search(seen.line) for one in there)


class Index:
    """Many patterns by their rarest word, so that a message meets only those that may fit it."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        # Of each word the patterns: what else each needs, the rarest first and apart, since most end there.
        self._by_word: dict[str, list[tuple[int, frozenset[str], tuple[frozenset[str], ...]]]] = {}
        self._alone: dict[str, list[int]] = {}  # those that need nothing else
        self._always: set[int] = set()
        for pattern in patterns:
            rarest = min(pattern.anchors, key=_how_common, default=None)
            if rarest is None:
                self._always.add(id(pattern))
                continue
            others = sorted((one for one in pattern.anchors if one is not rarest), key=_how_common)
            for word in rarest:
                if others:
                    self._by_word.setdefault(word, []).append((id(pattern), others[0], tuple(others[1:])))
                else:
                    self._alone.setdefault(word, []).append(id(pattern))

    def live(self, seen: View) -> set[int]:
        """The ids of the patterns that may fit; the others need not be tried."""
        found, plain = set(self._always), seen.plain
        isdisjoint = plain.isdisjoint
        for word in self._alone.keys() & plain:
            found.update(self._alone[word])
        for word in self._by_word.keys() & plain:
            for pattern, other, more in self._by_word[word]:
                if not (isdisjoint(other) or (more and any(map(isdisjoint, more)))):
                    found.add(pattern)
        return found


def _how_common(anchor: frozenset[str]) -> float:
    """About how often one of these words is said."""
    return sum(math.exp(-price(word)) for word in anchor)


@cache
def _compiled(written: str) -> "re.Pattern[str]":
    return re.compile(written)


def compile_pattern(source: str, lists: Mapping[str, str], *, is_plain: bool = False) -> Pattern:
    """Read one pattern; `lists` holds the words behind `<agent>` and the like. `is_plain`: its words have no marks."""
    expression, anchors, has_negation = _AT_WORD, [], False
    for item in source.split():
        if item.startswith("^"):
            expression, item = r"\A ", item[1:]
        is_last = item.endswith("$")
        item = item.removesuffix("$")
        if gap := re.fullmatch(r"\.\.(\d+)", item):
            expression += rf"(?:[^ {STOP}]+ ){{0,{gap[1]}}}?"
        elif item:
            is_optional, is_ahead = item.endswith("?"), item.startswith(">")
            item = item.removesuffix("?").removeprefix(">")
            if "<" in item:
                item = re.sub(r"<(\w+)>", lambda found: lists[found[1]], item)
            body, begun, firsts, is_denying = _choices(item, is_plain=is_plain)
            if begun and expression == _AT_WORD and not (is_ahead or is_optional):
                expression = begun
            else:
                expression += f"(?={body})" if is_ahead else body + ("?" if is_optional else "")
            if not is_optional and "#" not in item:
                anchors.append(firsts)
                has_negation = has_negation or is_denying
        if is_last:
            expression += r"\Z"
    return Pattern(source, expression, tuple(sorted(anchors, key=len)), has_negation)


@cache
def _choices(item: str, *, is_plain: bool) -> tuple[str, str, frozenset[str], bool]:
    """An expression for one of several words, the same where a pattern begins, their first folded ones, whether some
    deny; many patterns share it."""
    choices = item.split("|")
    written = [_words(choice, is_plain=is_plain) for choice in choices]
    body, begun = (f"(?:{'|'.join(many)})" if many else "" for many in (written, _begun(written)))
    firsts = frozenset(bare(choice.split("_")[0]) for choice in choices)
    return body, begun, firsts, any(part in _DENYING for choice in choices for part in choice.split("_"))


def _begun(written: Iterable[str]) -> list[str]:
    """The same expressions, each with its first letter before the look at what stands before the word: so the machine
    skips what begins otherwise, which is three times as quick. None where one begins with no plain letter."""
    found = []
    for one in written:
        begin = _FIRST_LETTER.match(one)
        if begin is None:
            return []
        found += [f"{letter}(?<= .){one[begin.end() :]}" for letter in begin[1] or begin[2]]
    return found


_FIRST_LETTER = re.compile(r"(?:([^\W_])|\[([^\W_]+)\])(?![?*+{])")


def _words(choice: str, *, is_plain: bool) -> str:
    if is_plain:
        return choice.replace("#", r"\d+").replace("_", " ") + " "
    return "".join(f"{syllable(part)} " for part in choice.split("_"))


@cache
def syllable(word: str) -> str:
    """An expression for one syllable: as written, with some of its marks missing, or with none."""
    if "#" in word:
        return word.replace("#", r"\d+")
    marked = mark_of(word)
    tone = marked[-1] if marked[-1] in "12345" and len(marked) > 1 else ""
    letters = marked[: len(marked) - len(tone)]
    made = "".join(letter if bare(letter) == letter else f"[{letter}{_plainer(letter)}]" for letter in letters)
    tones = {"": "", "3": "[34]?", "4": "[34]?"}.get(tone, f"{tone}?")
    return made + tones


def _plainer(letter: str) -> str:
    return bare(unicodedata.normalize("NFC", letter))

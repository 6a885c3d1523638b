"""A table of a few rules beside those of `danger.yaml`, in their form: what the model is made from stays as it is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from bot.understanding.patterns import Index, Pattern, View, compile_pattern
from bot.understanding.rules import blotted, is_denied
from directory.seedfiles import load_table

_MANY = 200  # places of one pattern in one message; more say nothing new


class SmallTable:
    """Rules with examples and counter-examples; read when they are first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._groups: dict[str, tuple[Pattern, ...]] = {}

    @cached_property
    def content(self) -> Mapping[str, Any]:
        content: Mapping[str, Any] = load_table(self._path)
        return content

    @property
    def rules(self) -> Sequence[Mapping[str, Any]]:
        """The rules as they stand, examples included."""
        rules: Sequence[Mapping[str, Any]] = self.content["rules"]
        return rules

    def first(self, seen: View) -> tuple[Mapping[str, Any], tuple[int, int]] | None:
        """The first rule that fits and is not denied, and where; what the table calls harmless is not looked at."""
        return next(self.fitting(seen), None)

    def fitting(self, seen: View) -> Iterator[tuple[Mapping[str, Any], tuple[int, int]]]:
        """Every rule that fits so, in the order of the table."""
        live = self._index.live(seen)
        if live.isdisjoint(self._of_rules):
            return
        clear, _ = blotted(seen, self.patterns("harmless"), live)
        for told, patterns in self._compiled:
            where = _where((one for one in patterns if id(one) in live), clear)
            if where is not None:
                yield told, where

    def without_harmless(self, seen: View) -> tuple[View, tuple[str, ...]]:
        """The message without what the table calls harmless, every place kept; and what that was."""
        return blotted(seen, self.patterns("harmless"), self._index.live(seen))

    def places(self, group: str, seen: View) -> Sequence[tuple[int, int]]:
        """Where in the message the patterns of a group fit, in characters of its text."""
        found = (match.span() for one in self.patterns(group) for match in islice(one.find(seen), _MANY))
        return [seen.span(*where) for where in found]

    @cached_property
    def _compiled(self) -> Sequence[tuple[Mapping[str, Any], tuple[Pattern, ...]]]:
        return tuple((told, tuple(map(self._pattern, told["patterns"]))) for told in self.rules)

    def patterns(self, group: str) -> tuple[Pattern, ...]:
        """Patterns that stand beside the rules under this name; none where the table has no such group."""
        if group not in self._groups:
            self._groups[group] = tuple(map(self._pattern, self.content.get(group, ())))
        return self._groups[group]

    def _pattern(self, written: object) -> Pattern:
        return compile_pattern(str(written), self.content["lists"])

    @cached_property
    def _index(self) -> Index:
        return Index((*(one for _, patterns in self._compiled for one in patterns), *self.patterns("harmless")))

    @cached_property
    def _of_rules(self) -> frozenset[int]:
        return frozenset(id(one) for _, patterns in self._compiled for one in patterns)


def _where(patterns: Iterable[Pattern], seen: View) -> tuple[int, int] | None:
    """The first place that fits and is not denied."""
    found = ((one, match.span()) for one in patterns for match in islice(one.find(seen), _MANY))
    return next((where for one, where in found if not is_denied(seen, one, where)), None)

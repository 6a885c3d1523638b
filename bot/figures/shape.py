"""The shape of a table: which cells it has, and which of them add up to which."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

Cell = tuple[str, str]  # a place and a line
Move = tuple[tuple[str, int], ...]  # so much more (+1) or less (-1) in each of these, and all sums stay right
Moves = Mapping[str, tuple[Move, ...]]
ALL = "all"


@dataclass(frozen=True, slots=True)
class Block:
    """A sum, and the ways in which it is split; every split adds up to the whole sum."""

    total: str
    splits: tuple[tuple[str, ...], ...] = ()

    def names(self) -> Iterator[str]:
        yield self.total
        for split in self.splits:
            yield from split

    def moves(self, name: str) -> Iterator[Move]:
        """All the smallest changes in which `name` becomes one more and every sum is still right."""
        if name == self.total:
            for parts in product(*self.splits):
                yield tuple((part, 1) for part in (name, *parts))
            return
        mine = next(split for split in self.splits if name in split)
        for other in mine:
            if other != name:
                yield (name, 1), (other, -1)
        for parts in product(*(split for split in self.splits if split is not mine)):
            yield tuple((part, 1) for part in (name, self.total, *parts))


@dataclass(frozen=True, slots=True)
class Shape:
    """Places in one direction, lines in the other."""

    places: tuple[Block, ...]
    lines: tuple[Block, ...]

    def cells(self) -> Iterator[Cell]:
        yield from product(_names(self.places), _names(self.lines))

    def moves(self) -> tuple[Moves, Moves]:
        """For each place and for each line its smallest changes; one of a place times one of a line moves the table."""
        return _moves(self.places), _moves(self.lines)

    def sums(self) -> Iterator[tuple[Cell, tuple[Cell, ...]]]:
        """Every cell that is a sum, with its parts, once for each way in which it is split."""
        for block in self.places:
            for line in _names(self.lines):
                for split in block.splits:
                    yield (block.total, line), tuple((place, line) for place in split)
        for block in self.lines:
            for place in _names(self.places):
                for split in block.splits:
                    yield (place, block.total), tuple((place, line) for line in split)


def filled(shape: Shape, inner: Mapping[tuple[str, tuple[str, ...]], int]) -> dict[Cell, int]:
    """The whole table from what was counted: `inner` says for a place and the lines it is in how often it happened."""
    made = dict.fromkeys(shape.cells(), 0)
    totals = {place: block.total for block in shape.places for split in block.splits for place in split}
    for (place, lines), n in inner.items():
        for where in (place, totals[place]):
            for line in lines:
                made[where, line] += n
    return made


def _names(blocks: Iterable[Block]) -> list[str]:
    return [name for block in blocks for name in block.names()]


def _moves(blocks: Iterable[Block]) -> Moves:
    return {name: tuple(block.moves(name)) for block in blocks for name in block.names()}

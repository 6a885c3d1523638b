"""No hidden number can be worked out: an attacker who knows every sum and what is shown tries to solve them back."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.figures import hiding
from bot.figures.shape import ALL, Block, Cell, Shape, filled

Unknown = tuple[int, Cell]  # a quarter (or 4, the year) and a cell
Equation = tuple[dict[Unknown, int], int]

NUMBERS = st.one_of(st.just(0), st.integers(1, 4), st.integers(1, 12), st.integers(5, 60))


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    places = tuple(f"p{n}" for n in range(draw(st.integers(1, 4))))
    kinds = tuple(f"k{n}" for n in range(draw(st.integers(1, 3))))
    needs = tuple(f"need:{n}" for n in range(draw(st.integers(1, 3))))
    models = draw(st.sampled_from(((), (("model:0", "model:1"),))))
    country = (Block(ALL, (places,)),)
    match draw(st.sampled_from(("sum", "lines", "small sums"))):
        case "sum":
            return Shape(country, (Block(ALL, ((kinds, needs) if len(kinds) > 1 else (needs,)) + models),))
        case "lines":
            return Shape(country, tuple(Block(kind) for kind in kinds))
    return Shape(country, tuple(Block(kind, ((f"found:{kind}", f"none:{kind}"),)) for kind in kinds[:2]))


def inner(shape: Shape) -> list[tuple[str, tuple[str, ...]]]:
    """Every combination of lines that something can be counted in."""
    found = []
    for place in shape.places[0].splits[0]:
        for block in shape.lines:
            combined: list[tuple[str, ...]] = [(block.total,)]
            for split in block.splits:
                combined = [(*some, part) for some in combined for part in split]
            found += [(place, lines) for lines in combined]
    return found


@st.composite
def tables(draw: st.DrawFn) -> tuple[Shape, list[dict[Cell, int]], int]:
    shape = draw(shapes())
    keys = inner(shape)
    quarters = []
    for _ in range(4):
        counted = dict(zip(keys, draw(st.lists(NUMBERS, min_size=len(keys), max_size=len(keys))), strict=True))
        quarters.append(filled(shape, counted))
    return shape, quarters, draw(st.sampled_from((5, 11)))


def published(
    shape: Shape, quarters: list[dict[Cell, int]], below: int
) -> tuple[dict[Unknown, int], set[Unknown], dict[Unknown, int]]:
    """(what is shown, what is hidden, the truth)."""
    why = [hiding.of_quarter(shape, values, below) for values in quarters]
    year = hiding.of_year(quarters, why, below)
    truth = {(at, cell): n for at, values in enumerate(quarters) for cell, n in values.items()}
    truth |= {(4, cell): sum(values[cell] for values in quarters) for cell in shape.cells()}
    hidden = {(at, cell) for at, cells in enumerate((*why, year)) for cell in cells}
    return {at: n for at, n in truth.items() if at not in hidden}, hidden, truth


def equations(shape: Shape, shown: Mapping[Unknown, int], cells: Iterable[Cell]) -> list[Equation]:
    """Every sum of the table, with what is shown put in."""
    made = []
    sums = [((at, total), [(at, part) for part in parts]) for at in range(5) for total, parts in shape.sums()]
    sums += [((4, cell), [(at, cell) for at in range(4)]) for cell in cells]
    for total, parts in sums:
        row: dict[Unknown, int] = {}
        right = 0
        for one, sign in ((total, -1), *((part, 1) for part in parts)):
            if one in shown:
                right -= sign * shown[one]
            else:
                row[one] = row.get(one, 0) + sign
        if row:
            made.append((row, right))
    return made


def solved(rows: list[Equation]) -> set[Unknown]:
    """What follows from the sums alone: the unknowns that have exactly one value."""
    pivots: dict[Unknown, dict[Unknown, Fraction]] = {}
    for row, _ in rows:
        left = {one: Fraction(n) for one, n in row.items()}
        for at in [one for one in left if one in pivots]:
            _without(left, at, pivots[at])
        if left:
            at = min(left)
            scaled = {one: n / left[at] for one, n in left.items()}
            for other in pivots.values():
                if at in other:
                    _without(other, at, scaled)
            pivots[at] = scaled
    return {at for at, row in pivots.items() if len(row) == 1}


def _without(row: dict[Unknown, Fraction], at: Unknown, pivot: Mapping[Unknown, Fraction]) -> None:
    by = row[at]
    for one, n in pivot.items():
        row[one] = row.get(one, Fraction(0)) - by * n
        if not row[one]:
            del row[one]


def bounds(rows: list[Equation], hidden: Iterable[Unknown]) -> dict[Unknown, tuple[float, float]]:
    """What follows when nothing is below zero: bounds, narrowed again and again until they stand still."""
    known = {one: (0.0, float("inf")) for one in hidden}
    for _ in range(60):
        before = dict(known)
        for row, right in rows:
            for one, n in row.items():
                low = high = float(right)
                for other, by in row.items():
                    if other != one:
                        ends = sorted(by * end if end else 0.0 for end in known[other])
                        low, high = low - ends[1], high - ends[0]
                ends = sorted((low / n, high / n))
                known[one] = (max(known[one][0], ends[0]), min(known[one][1], ends[1]))
        if known == before:
            break
    return known


@settings(max_examples=150, deadline=None)
@given(tables())
def test_no_hidden_number_follows_from_what_is_shown(made: tuple[Shape, list[dict[Cell, int]], int]) -> None:
    shape, quarters, below = made
    shown, hidden, truth = published(shape, quarters, below)
    assert not [one for one, n in truth.items() if 0 < n < below and one in shown]
    rows = equations(shape, shown, shape.cells())
    assert not solved(rows)
    for one, (low, high) in bounds(rows, hidden).items():
        assert low <= truth[one] <= high and high - low >= below, (one, low, high, truth[one])


@settings(max_examples=60, deadline=None)
@given(tables())
def test_each_hidden_number_has_a_witness_that_changes_nothing_that_is_shown(
    made: tuple[Shape, list[dict[Cell, int]], int]
) -> None:
    shape, quarters, below = made
    for values in quarters:
        for cell, witness in hiding.of_quarter(shape, values, below).items():
            other = dict(values)
            for one, sign in witness:
                other[one] += sign
            assert other[cell] != values[cell]
            assert all(other[total] == sum(other[part] for part in parts) for total, parts in shape.sums())


@settings(max_examples=60, deadline=None)
@given(tables())
def test_a_quarter_is_told_the_same_whatever_the_others_hold(made: tuple[Shape, list[dict[Cell, int]], int]) -> None:
    shape, quarters, below = made
    alone = set(hiding.of_quarter(shape, quarters[0], below))
    _, hidden, _ = published(shape, quarters, below)
    assert {cell for at, cell in hidden if at == 0} == alone


def test_the_attacker_is_a_good_one() -> None:
    """Hiding the small numbers alone is not enough: he finds them, by the sums or by the bounds."""
    shape = Shape((Block(ALL, (("p0", "p1"),)),), (Block(ALL, (("k0", "k1"),)),))
    values = filled(shape, {("p0", (ALL, "k0")): 3, ("p0", (ALL, "k1")): 20, ("p1", (ALL, "k0")): 30})
    naive = {(0, cell) for cell, n in values.items() if 0 < n < 5}
    shown = {(0, cell): n for cell, n in values.items() if (0, cell) not in naive}
    nothing = {(at, cell): 0 for at in (1, 2, 3, 4) for cell in values}
    rows = equations(shape, {**shown, **nothing}, ())
    assert solved(rows) == naive
    tight: list[Equation] = [({(0, ("a", "a")): 1, (0, ("b", "b")): 1}, 0)]
    assert not solved(tight)
    assert set(bounds(tight, [(0, ("a", "a")), (0, ("b", "b"))]).values()) == {(0.0, 0.0)}


def test_what_is_large_enough_is_shown() -> None:
    shape = Shape((Block(ALL, (("p0", "p1"),)),), (Block(ALL, (("k0", "k1"),)),))
    values = filled(shape, {("p0", (ALL, "k0")): 5, ("p0", (ALL, "k1")): 7, ("p1", (ALL, "k1")): 9})
    assert not hiding.of_quarter(shape, values, 5)
    assert hiding.of_quarter(shape, values, 11)

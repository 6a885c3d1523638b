"""Whoever has the table from inside and the public one, and lays them over each other, finds no hidden number."""

from hypothesis import given, settings

from bot.figures.shape import ALL, Block, Cell, Shape, filled
from bot.figures.telling import INSIDE, PUBLIC, hidden_in
from tests.bot.figures.test_hiding import Unknown, bounds, equations, solved, tables


def hidden(shape: Shape, quarters: list[dict[Cell, int]], below: int) -> set[Unknown]:
    every, year = hidden_in(shape, quarters, below)
    return {(at, cell) for at, cells in enumerate((*every, year)) for cell in cells}


@settings(max_examples=100, deadline=None)
@given(tables())
def test_two_tables_laid_over_each_other_tell_no_more_than_one(
    made: tuple[Shape, list[dict[Cell, int]], int]
) -> None:
    shape, quarters, _ = made
    inside, public = (hidden(shape, quarters, below) for below in (INSIDE, PUBLIC))
    assert inside <= public
    truth = {(at, cell): n for at, values in enumerate(quarters) for cell, n in values.items()}
    truth |= {(4, cell): sum(values[cell] for values in quarters) for cell in shape.cells()}
    for unknown, below in ((inside & public, INSIDE), (public, PUBLIC)):
        rows = equations(shape, {at: n for at, n in truth.items() if at not in unknown}, shape.cells())
        assert not solved(rows)
        for one, (low, high) in bounds(rows, unknown).items():
            assert low <= truth[one] <= high and high - low >= below, (one, low, high, truth[one])


def test_a_sum_that_is_hidden_inside_is_not_shown_in_public() -> None:
    """7 and 4: inside tells the 7 and hides their sum; if the public table told the 11, the 4 would be known."""
    shape = Shape((Block(ALL, (("p0", "p1"),)),), (Block(ALL, (("n0", "n1"),)),))
    values = filled(shape, {("p1", (ALL, "n0")): 7, ("p1", (ALL, "n1")): 4})
    nothing = dict.fromkeys(values, 0)
    inside, public = (hidden(shape, [values, nothing, nothing, nothing], below) for below in (INSIDE, PUBLIC))
    assert (0, ("p1", "n0")) not in inside
    assert (0, ("p1", ALL)) in inside & public

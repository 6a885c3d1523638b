"""Which numbers of a table are hidden, so that no hidden one can be worked out from what is shown.

Every hidden number has a witness: other numbers that could stand in the hidden places, with all the sums that are
shown still right. As long as the witness leaves room for as many values as the limit, nobody can say which is true.
"""

from collections.abc import Iterable, Mapping, Sequence

from bot.figures.shape import ALL, Cell, Move, Moves, Shape

Witness = tuple[tuple[Cell, int], ...]
Values = Mapping[Cell, int]


def of_quarter(shape: Shape, values: Values, below: int) -> dict[Cell, Witness]:
    """The hidden cells of one quarter, each with its witness. It depends on nothing but this quarter's numbers.

    So a quarter is told the same for ever: whoever lays an old table beside a new one learns nothing more.
    """
    why: dict[Cell, Witness] = {}
    prices: dict[str, dict[str, int]] = {}  # what hiding a cell would take from the reader; nothing, if it is hidden
    for (place, line), n in values.items():
        prices.setdefault(place, {})[line] = n + 1
    moves = shape.moves()
    for cell in sorted((cell for cell, n in values.items() if 0 < n < below), key=lambda cell: _order(cell, values)):
        if cell not in why:
            for one, _ in (chosen := _cheapest(moves, values, prices, cell, below)):
                why.setdefault(one, chosen)
                prices[one[0]][one[1]] = 0
    return why


def _order(cell: Cell, values: Values) -> tuple[bool, bool, int, Cell]:
    """Sums first: what is hidden for them protects much of the rest."""
    place, line = cell
    return place != ALL, line != ALL, values[cell], cell


def _cheapest(
    moves: tuple[Moves, Moves], values: Values, prices: Mapping[str, Mapping[str, int]], cell: Cell, below: int
) -> Witness:
    """The witness that takes least, of equal ones the first. There is always one: the cell with all its sums, which
    nothing bounds above. Places that can offer nothing cheaper are not looked at."""
    best: Witness = ()
    least, first = float("inf"), -1
    place, line = cell
    need = below - values[cell]  # what becomes less when the cell becomes more has to hold at least so much
    lines = [along for along in moves[1][line] if all(up > 0 or values[place, one] >= need for one, up in along)]
    used = {one for along in lines for one, _ in along}
    for at_least, at, across in _by_price(moves[0][place], values, prices, line, need):
        if at_least > least:
            break
        rows = [prices[one] for one, _ in across]
        price_of = {one: sum([row[one] for row in rows]) for one in used} if len(rows) > 1 else rows[0]
        for along in lines:
            price = sum([price_of[one] for one, _ in along])
            if price < least or (price == least and at < first):
                moved = tuple(((p, c), up * down) for p, up in across for c, down in along)
                if _room((values[one], sign) for one, sign in moved) >= below:
                    best, least, first = moved, price, at
    return best


def _by_price(
    across: Sequence[Move], values: Values, prices: Mapping[str, Mapping[str, int]], line: str, need: int
) -> list[tuple[int, int, Move]]:
    """The moves over places that the line allows: what each takes in this line alone, its number, and the move."""
    return sorted(
        (sum([prices[place][line] for place, _ in move]), at, move)
        for at, move in enumerate(across)
        if all(up > 0 or values[place, line] >= need for place, up in move)
    )


def _room(moved: Iterable[tuple[int, int]]) -> float:
    """How many steps the numbers can be moved down and up together without one of them falling below zero."""
    down = up = float("inf")
    for n, sign in moved:
        if sign > 0:
            down = min(down, n)
        else:
            up = min(up, n)
    return down + up


def of_year(quarters: Sequence[Values], why: Sequence[Mapping[Cell, Witness]], below: int) -> frozenset[Cell]:
    """Which sums of the four quarters are hidden; what was shown of the quarters stays as it is."""
    hidden: set[Cell] = set()
    for mine, reasons in enumerate(why):
        for witness in dict.fromkeys(reasons.values()):
            if not any(_answers(quarters, why, mine, other, witness, below) for other in range(len(why))):
                hidden.update(cell for cell, _ in witness)
    for cell in quarters[0]:
        if cell not in hidden and 0 < sum(values[cell] for values in quarters) < below:
            witness = next(reasons[cell] for values, reasons in zip(quarters, why, strict=True) if values[cell])
            hidden.update(one for one, _ in witness)
    return frozenset(hidden)


def _answers(
    quarters: Sequence[Values],
    why: Sequence[Mapping[Cell, Witness]],
    mine: int,
    other: int,
    witness: Witness,
    below: int,
) -> bool:
    """Whether another quarter hides the same cells and can take what this one gives, so that the year is unmoved."""
    if other == mine or any(cell not in why[other] for cell, _ in witness):
        return False
    here = [(quarters[mine][cell], sign) for cell, sign in witness]
    there = [(quarters[other][cell], -sign) for cell, sign in witness]
    return _room([*here, *there]) >= below

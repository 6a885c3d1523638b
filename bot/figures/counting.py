"""Folds the counters of single days into quarters, provinces, lines, groups of needs and programme models."""

from collections import Counter

from sqlalchemy import Connection, extract, func, select

from bot.figures.quarters import Quarter, of_day
from bot.figures.shape import ALL, Block, Cell, Shape, filled
from bot.figures.subjects import SUBJECT_OF, Subject
from bot.tables import event
from directory import needs, places, programmes

NOWHERE = "unknown"  # no place was told; also for needs and models
NEED, MODEL = "need:", "model:"
Inner = dict[tuple[str, tuple[str, ...]], int]  # (place, the lines it counts in): how often
Counted = dict[tuple[str, Quarter], Inner]  # by the name of the subject


def shape_of(subject: Subject) -> Shape:
    """All provinces and the country; the lines of the subject and, where they add up, groups of needs and models."""
    country = Block(ALL, ((*sorted(places.provinces()), NOWHERE),))
    if subject.total_of:
        return Shape((country,), tuple(Block(total, (parts,)) for total, parts in _parts(subject).items()))
    if not subject.adds_up:
        return Shape((country,), tuple(Block(line) for line in subject.lines))
    groups = tuple(f"{NEED}{group}" for group in (*needs.groups(), NOWHERE))
    models = (tuple(f"{MODEL}{model}" for model in (*programmes.models(), NOWHERE)),) if subject.by_model else ()
    kinds = (subject.lines,) if len(subject.lines) > 1 else ()
    return Shape((country,), (Block(ALL, (*kinds, groups, *models)),))


def _parts(subject: Subject) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in subject.lines:
        total = subject.total_of[line]
        found[total] = (*found.get(total, ()), line)
    return found


def count(connection: Connection, year: int) -> Counted:
    """Everything of a year that figures tell, in one look at the counters."""
    month = extract("month", event.c.day)
    wanted = (
        select(month, event.c.province, event.c.need_group, event.c.model, event.c.kind, func.sum(event.c.n))
        .where(event.c.day >= Quarter(year, 1).first_day, event.c.day < Quarter(year + 1, 1).first_day)
        .where(event.c.kind.in_(sorted(SUBJECT_OF)))
        .group_by(month, event.c.province, event.c.need_group, event.c.model, event.c.kind)
    )
    made: dict[tuple[str, Quarter], Counter[tuple[str, tuple[str, ...]]]] = {}
    for at, province, group, model, kind, n in connection.execute(wanted):
        subject, line = SUBJECT_OF[kind]
        quarter = of_day(Quarter(year, 1).first_day.replace(month=int(at)))
        place = province if province in places.provinces() else NOWHERE
        inner = made.setdefault((subject.name, quarter), Counter())
        inner[place, _lines(subject, line, group, model)] += int(n)
    return {key: dict(inner) for key, inner in made.items()}


def values(subject: Subject, shape: Shape, counted: Counted, quarter: Quarter) -> dict[Cell, int]:
    """The whole table of one subject in one quarter, before anything is hidden."""
    return filled(shape, counted.get((subject.name, quarter), {}))


def _lines(subject: Subject, line: str, group: str, model: str) -> tuple[str, ...]:
    """The sum, the line, the group of needs, the model; a subject without a sum has its lines alone."""
    if subject.total_of:
        return (subject.total_of[line], line)
    if not subject.adds_up:
        return (line,)
    known = f"{NEED}{group if group in needs.groups() else NOWHERE}"
    models = (f"{MODEL}{model if model in programmes.models() else NOWHERE}",) if subject.by_model else ()
    return (ALL, line, known, *models) if len(subject.lines) > 1 else (ALL, known, *models)

"""Figures as people read them: for each place its tables, lines downwards and quarters across."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.figures.counting import MODEL, NEED, NOWHERE, shape_of
from bot.figures.shape import ALL
from bot.figures.subjects import SUBJECTS, Subject
from bot.figures.telling import Figure
from directory import needs, places, programmes
from directory.wording import t

HIDDEN = "·"
_Told = Mapping[tuple[str, str, str, str], int | None]  # by place, subject, line and time


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table."""

    label: str
    cells: tuple[str, ...]
    is_sum: bool


@dataclass(frozen=True, slots=True)
class Table:
    """One subject at one place."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One place."""

    name: str
    tables: tuple[Table, ...]


def pages(told: Sequence[Figure], times: Sequence[str], language: str) -> tuple[Page, ...]:
    """A page for each place that anything is told of; the whole country, if it is there, comes first."""
    found = {(one.place, one.subject, one.line, one.time): one.n for one in told}
    here = {one.place for one in told}
    order = [ALL, *sorted(places.provinces(), key=place_order), NOWHERE]
    return tuple(
        Page(place_name(place, language), tuple(_tables(found, place, times, language)))
        for place in order
        if place in here
    )


def place_order(code: str) -> str:
    return places.provinces()[code]


def place_name(place: str, language: str) -> str:
    if place in (ALL, NOWHERE):
        return t(f"console.figures.place.{place}", language)
    return places.provinces()[place]


def line_name(subject: str, line: str, language: str) -> str:
    """What a line is called; many are called so elsewhere in the console."""
    if line == ALL:
        return t("console.figures.sum", language)
    if line == f"{NEED}{NOWHERE}":
        return t("console.figures.no_need", language)
    if line.startswith(NEED):
        labels = needs.groups()[line.removeprefix(NEED)]
        return t("console.figures.need", language, need=labels.get(language) or labels["vi"])
    if line.startswith(MODEL):
        code = line.removeprefix(MODEL)
        name = t("console.figures.no_model", language) if code == NOWHERE else programmes.label(code, language)
        return t("console.figures.model", language, model=name)
    match subject:
        case "search":
            what, _, code = line.rpartition(":")
            need = needs.label(code, language)
            return t(f"console.figures.line.search_{what}", language, need=need) if what else need
        case "case":
            return t(f"console.urgency.{line}", language)
        case "outcome":
            return t(f"outcome.{line}", language)
        case "barrier":
            return t(f"barrier.{line}", language)
    return t(f"console.figures.line.{line}", language)


def subject_name(subject: str, language: str) -> str:
    return t(f"console.figures.subject.{subject}", language)


def _tables(found: _Told, place: str, times: Sequence[str], language: str) -> Iterator[Table]:
    for subject in SUBJECTS:
        rows = []
        for line in dict.fromkeys(line for _, line in shape_of(subject).cells()):
            cells = [found.get((place, subject.name, line, time), 0) for time in times]
            if any(n != 0 for n in cells):
                said = tuple(HIDDEN if n is None else str(n) for n in cells)
                is_sum = line == ALL or line in subject.total_of.values()
                rows.append(Row(line_name(subject.name, line, language), said, is_sum))
        if rows:
            share = _quickly(subject, found, place, times, language)
            yield Table(subject_name(subject.name, language), tuple(times), (*rows, *share))


def _quickly(
    subject: Subject, found: _Told, place: str, times: Sequence[str], language: str
) -> tuple[Row, ...]:
    """How many of a hundred danger calls were taken within five minutes, where both numbers are shown."""
    if subject.name != "taken":
        return ()
    cells = []
    for time in times:
        quick, every = (found.get((place, subject.name, line, time), 0) for line in ("within_5", ALL))
        if quick is None or every is None:
            cells.append(HIDDEN)
        else:
            cells.append(f"{100 * quick // every} %" if every else "–")
    return (Row(t("console.figures.quickly", language), tuple(cells), False),)

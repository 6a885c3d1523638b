"""The form of a listing: what is typed becomes a draft, and a draft becomes what stands in the form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.console.layout import Visit
from directory import drafts, places, points, spoken
from directory.drafts import Draft, Problem, problems
from directory.exchange.rows import hours_of
from directory.exchange.said_places import Said, said
from directory.wording import FALLBACK, t

TEXTS = ("reception", "price", "papers")
LISTS: Mapping[str, tuple[str, ...]] = {"audience": drafts.AUDIENCES, "attributes": drafts.ATTRIBUTES}


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the fields, as typed."""

    lines: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_sealed: bool = False
    is_staff_only: bool = False

    def of(self, name: str) -> str:
        return self.lines.get(name, "")

    def has(self, name: str, value: str) -> bool:
        return value in self.chosen.get(name, ())


def show_draft(draft: Draft, shown_in: str) -> Form:
    """The form as it stands before anybody types."""
    lines = {
        "organisation": draft.organisation,
        "service": draft.service,
        "kind": draft.kind,
        "place": places.name_of(draft.place, shown_in) if draft.place else "",
        "street": draft.street,
        "directions": draft.directions,
        "point": draft.point,
        "hours": "\n".join(draft.hours or ()),
        "phones": "\n".join(draft.phones),
        "source": draft.source,
    }
    for name in TEXTS:
        for language in drafts.LANGUAGES:
            lines[f"{name}.{language}"] = getattr(draft, name).get(language, "")
    chosen = {"needs": draft.needs, "audience": draft.audience, "attributes": draft.attributes}
    chosen["languages"] = draft.languages
    return Form(lines, chosen, draft.is_sealed, draft.is_staff_only)


def read_form(visit: Visit, before: Draft | None) -> tuple[Form, Draft, tuple[Problem, ...]]:
    """(what was typed, the draft it means, what could not be understood)."""
    names = ("organisation", "service", "kind", "place", "street", "directions", "point", "hours", "phones", "source")
    texts = tuple(f"{name}.{language}" for name in TEXTS for language in drafts.LANGUAGES)
    lines = {name: visit.given(name, most=2_000) for name in (*names, *texts)}
    chosen = {name: tuple(visit.every(name)) for name in ("needs", *LISTS)}
    chosen["languages"] = tuple(code for code in visit.every("languages") if code in spoken.table())
    form = Form(lines, chosen, visit.given("is_sealed") == "yes", visit.given("is_staff_only") == "yes")
    place = _place(lines["place"], before, visit.language)
    draft = Draft(
        organisation=lines["organisation"],
        service=lines["service"],
        kind=lines["kind"],
        needs=chosen["needs"],
        place=place.key,
        street=lines["street"],
        directions=lines["directions"],
        point=points.tidied(lines["point"]),
        is_sealed=form.is_sealed,
        is_staff_only=form.is_staff_only,
        hours=hours_of("\n".join(_lines(lines["hours"]))) or None,
        phones=_lines(lines["phones"]),
        reception=_texts(lines, "reception"),
        price=_texts(lines, "price"),
        papers=_texts(lines, "papers"),
        audience=chosen["audience"],
        languages=chosen["languages"] + _kept(before) or (FALLBACK,),
        attributes=chosen["attributes"],
        source=lines["source"],
    )
    return form, draft, () if place.key else (_unclear(place),)


def _kept(before: Draft | None) -> tuple[str, ...]:
    """Languages that came in from elsewhere and have no box of their own stay."""
    return tuple(code for code in before.languages if code not in spoken.table()) if before else ()


def _place(written: str, before: Draft | None, language: str) -> Said:
    """Left as it stood, it stays what it was; otherwise the only place that the words name, as in a table."""
    if before is not None and before.place is not None and written == places.name_of(before.place, language):
        return Said(before.place)
    return said(written, "", "")


def all_of(found: Sequence[Problem], draft: Draft, *, is_demo: bool) -> tuple[Problem, ...]:
    """What a form could not be read as, and what is wrong in its other fields: nobody saves it twice for that."""
    named = {one.field for one in found}
    return (*found, *(one for one in problems(draft, is_demo=is_demo) if one.field not in named))


def by_field(found: Sequence[Problem], language: str) -> dict[str, list[str]]:
    """What is wrong, in words, by the field it stands beside."""
    said_of: dict[str, list[str]] = {}
    for one in found:
        said_of.setdefault(one.field, []).append(t(one.key, language, what=one.what))
    return said_of


def _unclear(place: Said) -> Problem:
    if place.why == "ward":
        return Problem("place", "console.import.problem.place_ward", place.what)
    return Problem("place", "listing.problem.place")


def _lines(written: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in written.splitlines() if line.strip())


def _texts(lines: Mapping[str, str], name: str) -> dict[str, str]:
    return {language: said for language in drafts.LANGUAGES if (said := lines[f"{name}.{language}"])}

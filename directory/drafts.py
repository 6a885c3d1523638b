"""What can be written about a listing, as a form or a file carries it, and every mistake that can be made in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from directory import needs, own_of_a_person, phones, places, points
from directory.hours import begins_as_it_ends, clashing, far_day
from directory.listings import Hours, ListingProblem
from directory.places import PlaceKey, Tier
from directory.sealing import telling
from directory.wording import texts_in

# Besides the kinds that answer a need: those that programme documents name and nobody has sorted yet.
_UNSORTED = {"service_point", "labour_rights_point"}
# And those that people ask for by their own name, whatever the need.
_BY_NAME = {"pharmacy", "private_clinic", "one_stop_centre", "psychologist"}
_SOUGHT = {kind for need in needs.all_needs().values() for kind in need.kinds} | _UNSORTED | _BY_NAME
# And those that nobody is sent to: they are for colleagues only, whatever form or file they come by.
COLLEAGUES_KINDS = frozenset({"police", "intl_org"})
KINDS = tuple(sorted(_SOUGHT | COLLEAGUES_KINDS))
AUDIENCES = ("women", "men", "trans", "minors", "foreigners")
ATTRIBUTES = ("free", "no_papers", "anonymous", "evening", "weekend", "trained", "childcare", "accessible")
LANGUAGES = texts_in()  # of the texts: a language is a folder of locales
TEXTS = ("reception", "price", "papers")
TELLS, OWN = "listing.problem.tells_where", "listing.problem.own_of_a_person"
NO_NEED, FOR_COLLEAGUES = "listing.problem.no_need", "listing.problem.colleagues_kind"
DEMO_MARK = "(mẫu)"
_NEWER = frozenset({"is_staff_only", "point"})  # the version before reads no draft that names them
LONGEST_STREET, LONGEST_TEXT = 300, 10_000  # characters
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DEMO_PHONE = re.compile(r"^0000 000 \d{3}$")
_EMPTY = "listing.problem.empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything about a listing that people write. Texts by language; hours as lines, None while unknown."""

    organisation: str
    service: str
    kind: str
    needs: tuple[str, ...]
    place: PlaceKey | None
    street: str = ""
    directions: str = ""
    is_sealed: bool = False
    is_staff_only: bool = False
    point: str = ""
    hours: tuple[str, ...] | None = None
    phones: tuple[str, ...] = ()
    reception: Mapping[str, str] = field(default_factory=dict)
    price: Mapping[str, str] = field(default_factory=dict)
    papers: Mapping[str, str] = field(default_factory=dict)
    audience: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("vi",)
    attributes: tuple[str, ...] = ()
    source: str = ""

    @property
    def visibility(self) -> str:
        """Who is shown it: everybody, colleagues only, or everybody but not where it is."""
        return "staff" if self.is_staff_only else "sealed" if self.is_sealed else "public"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: the field it is in, and the key of the sentence that says how to mend it."""

    field: str
    key: str
    what: str = ""


class DraftProblem(ListingProblem):
    """The listing cannot be kept as it is; `problems` names every mistake at once."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{one.field}: {one.key}" for one in problems))
        self.problems = problems


def problems(draft: Draft, *, is_demo: bool) -> tuple[Problem, ...]:
    """Every mistake, in the order of the form; empty when it can be kept."""
    found: list[Problem] = []
    for name in ("organisation", "service"):
        written = getattr(draft, name)
        if not written:
            found.append(Problem(name, _EMPTY))
        elif len(written) > 200:
            found.append(Problem(name, "listing.problem.long"))
    if is_demo is not (DEMO_MARK in draft.service):
        found.append(Problem("service", "listing.problem.demo_name" if is_demo else "listing.problem.real_name"))
    found += _chosen("kind", (draft.kind,), KINDS)
    if draft.kind in COLLEAGUES_KINDS and not draft.is_staff_only:
        found.append(Problem("kind", FOR_COLLEAGUES))
    if not (draft.needs or draft.is_staff_only):
        found.append(Problem("needs", NO_NEED))
    found += _chosen("needs", draft.needs, needs.all_needs())
    found += _place(draft)
    found += _hours(draft)
    found += _phones(draft, is_demo)
    found += _chosen("audience", draft.audience, AUDIENCES)
    found += _chosen("attributes", draft.attributes, ATTRIBUTES)
    for name in TEXTS:
        found += _chosen(name, getattr(draft, name), LANGUAGES)
    found += _written(draft)
    if draft.is_sealed:
        found += _telling(draft)
        if draft.is_staff_only:
            found.append(Problem("is_staff_only", "listing.problem.staff_or_sealed"))
    return tuple(found)


def of_a_person(draft: Draft) -> list[tuple[str, str]]:
    """The fields whose words name one person or hold her number or mail address, and the part to take out of each."""
    lines = [(name, getattr(draft, name)) for name in ("organisation", "service", "street", "directions", "source")]
    texts = [(f"{name}.{spoken}", said) for name in TEXTS for spoken, said in getattr(draft, name).items()]
    return [(name, part) for name, said in (*lines, *texts) if (part := own_of_a_person.told(said))]


def _written(draft: Draft) -> list[Problem]:
    """Signs that no database and no table can hold, and texts that are too long for a cell."""
    lines = [(name, getattr(draft, name)) for name in ("organisation", "service", "street", "directions", "source")]
    texts = [(f"{name}.{spoken}", said) for name in TEXTS for spoken, said in getattr(draft, name).items()]
    found = [Problem(name, "listing.problem.unseen") for name, said in (*lines, *texts) if _UNSEEN.search(said)]
    if len(draft.street) > LONGEST_STREET:
        found.append(Problem("street", "listing.problem.long_street"))
    found += [Problem(name, OWN, part) for name, part in of_a_person(draft)]
    long = [name for name, said in (*lines[3:], *texts) if len(said) > LONGEST_TEXT]
    return found + [Problem(name, "listing.problem.long_text") for name in long]


def _chosen(name: str, given: Any, known: Any) -> list[Problem]:
    unknown = (str(one) for one in given if one not in known)
    return [Problem(name, "listing.problem.unknown_code", one) if one else Problem(name, _EMPTY) for one in unknown]


def _place(draft: Draft) -> list[Problem]:
    if draft.place is None or places.province_of(draft.place) is None:
        return [Problem("place", "listing.problem.place")]
    if draft.is_sealed and (draft.street or draft.directions):
        return [Problem("street", "listing.problem.sealed")]
    if draft.is_sealed and draft.point:
        return [Problem("point", "listing.problem.sealed_point")]
    if draft.point and (key := points.problem(draft.point, draft.place)):
        return [Problem("point", key, draft.point[:40])]
    return []


def _telling(draft: Draft) -> list[Problem]:
    """What persons would read of a sealed place and could find it by."""
    names = (("organisation", draft.organisation), ("service", draft.service))
    found = [Problem(name, TELLS, part) for name, said in names if (part := telling(said, draft.place, is_name=True))]
    written = [(f"{name}.{spoken}", text) for name in TEXTS for spoken, text in getattr(draft, name).items()]
    written += [("languages", code) for code in draft.languages]
    return found + [Problem(name, TELLS, part) for name, text in written if (part := telling(text, draft.place))]


def _hours(draft: Draft) -> list[Problem]:
    found = []
    for line in draft.hours or ():
        try:
            Hours.parse([line])
        except ListingProblem:
            found.append(Problem("hours", "listing.problem.hours", line))
            continue
        if far_day(line):
            found.append(Problem("hours", "listing.problem.hours_far", line))
        elif begins_as_it_ends(line):
            found.append(Problem("hours", "listing.problem.hours_same", line))
    if not found:
        try:
            clash = clashing(Hours.parse(list(draft.hours or ())))
        except ListingProblem:
            found.append(Problem("hours", "listing.problem.hours_twice"))
        else:
            found += [Problem("hours", "listing.problem.hours_clash", clash)] if clash else []
    return found


def _phones(draft: Draft, is_demo: bool) -> list[Problem]:
    """Made-up numbers stay in the demonstration, real ones out of it."""
    found = []
    for number in draft.phones:
        is_made_up = _DEMO_PHONE.match(number) is not None
        if not is_made_up and not phones.is_vietnamese(number):
            found.append(Problem("phones", "listing.problem.phone", number))
        elif is_demo is not is_made_up:
            key = "listing.problem.demo_phone" if is_demo else "listing.problem.real_phone"
            found.append(Problem("phones", key, number))
    return found


def as_json(draft: Draft) -> dict[str, Any]:
    """The draft as the audit keeps it: without an empty field that the version before this one does not know."""
    return {name: value for name, value in whole(draft).items() if value or name not in _NEWER}


def whole(draft: Draft) -> dict[str, Any]:
    """Every field of the draft, as JSON knows it."""
    told: dict[str, Any] = {one.name: getattr(draft, one.name) for one in fields(Draft)}
    told["place"] = [str(draft.place.tier), draft.place.code] if draft.place else None
    for name, value in told.items():
        if isinstance(value, tuple):
            told[name] = list(value)
        elif isinstance(value, Mapping):
            told[name] = dict(value)
    return told


def from_json(told: Mapping[str, Any]) -> Draft:
    """The draft that `as_json` wrote."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) and name != "place" else value for name, value in told.items()
    }
    place = told.get("place")
    values["place"] = PlaceKey(Tier(place[0]), str(place[1])) if place else None
    return Draft(**values)

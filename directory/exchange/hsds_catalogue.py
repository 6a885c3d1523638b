"""What other programs may ask of the shelf: services, places and organisations, by any filters together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Protocol

from directory import needs, places
from directory.exchange import hsds
from directory.exchange.hsds_names import TAXONOMIES, Term, by_id, name, terms
from directory.gazetteer import forget_with_lists
from directory.listings import Listing
from directory.places import PlaceKey
from directory.reading import fold
from directory.shelf import Shelf
from directory.whereabouts import open_place
from directory.wording import HCMC

Group = tuple[str, ...]  # the ids of a service's places


class Tell(Protocol):
    """How a service is told: in full, flat, or the least."""

    def __call__(self, group: Sequence[Listing], *, on: date, left: datetime | None = None) -> hsds.Object: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. Everything that is given must fit."""

    search: str = ""
    term: str = ""  # the id of a term
    need: str = ""  # the code of a need, for those who know our codes
    taxonomy: str = ""
    organization: str = ""
    province: str = ""
    modified_after: datetime | None = None
    within_m: int = 0  # of the middle of that province, wherever it lies


class Catalogue:
    """One shelf, sorted for the questions of other programs. Never changes once made."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        services: defaultdict[str, list[str]] = defaultdict(list)
        owners: defaultdict[str, list[str]] = defaultdict(list)
        for one in sorted(shelf, key=lambda one: (one.service_id, one.id)):
            services[one.service_id].append(one.id)
            owners[hsds.organization_id(one)].append(one.id)
        self.services: Mapping[str, Group] = {id: tuple(ids) for id, ids in services.items()}
        named = sorted(owners, key=lambda id: (self.named(owners[id]), id))
        self.owners: Mapping[str, Group] = {id: tuple(owners[id]) for id in named}
        left: defaultdict[str, list[datetime]] = defaultdict(list)
        merged: dict[str, str] = {}
        for away in sorted(shelf.gone.values(), key=lambda away: away.id):
            left[away.service_id].append(away.at)
            if away.service_id not in services and (into := shelf.get(away.id)) is not None:
                merged.setdefault(away.service_id, into.service_id)
        self.left: Mapping[str, datetime] = {id: max(moments) for id, moments in left.items()}
        self.merged: Mapping[str, str] = merged  # a service that went up in another

    def listings(self, ids: Iterable[str]) -> tuple[Listing, ...]:
        return tuple(one for id in ids if (one := self.shelf.get(id)) is not None)

    def fitting(self, wanted: Wanted, *, on: date) -> Iterator[Listing]:
        """The listings that fit on this day, by service."""
        fits = _Fits(self, wanted, on)
        chosen = self.services
        if wanted.need:
            mine = sorted({one.service_id for one in self.shelf.index.of_need(wanted.need)})
            chosen = {id: self.services[id] for id in mine}
        for ids in chosen.values():
            for one in self.listings(ids):
                if fits(one):
                    yield one

    def services_fitting(self, wanted: Wanted, *, on: date) -> list[str]:
        """The ids of the services with a place that fits; to who asks for changes, those that are told no more too.

        Of these nothing is known that a filter could look at: they come whatever else is asked.
        """
        if wanted == Wanted():
            return list(self.services)
        found = dict.fromkeys(one.service_id for one in self.fitting(wanted, on=on))
        if (after := wanted.modified_after) is not None:
            ended = (id for id, at in sorted(self.left.items()) if at >= after and id not in self.services)
            found |= dict.fromkeys(ended)
        return list(found)

    def places_fitting(self, wanted: Wanted, *, on: date) -> list[str]:
        """The same of services at one place."""
        found = [one.id for one in self.fitting(wanted, on=on)]
        if (after := wanted.modified_after) is not None:
            found += sorted(id for id, away in self.shelf.gone.items() if away.at >= after)
        return found

    def service(self, id: str, tell: Tell, *, on: date) -> hsds.Object | None:
        """A service in the form that is asked for, or that it is told no more; None: there never was one."""
        if group := self.group(id):
            return tell(group, on=on, left=self.left.get(id))
        return hsds.ended(id, self.left[id]) if id in self.left else None

    def named(self, ids: Iterable[str]) -> str:
        """What the organisation of these listings is called."""
        return next(one.organisation for one in self.listings(ids))

    def organizations_fitting(self, wanted: Wanted, *, on: date) -> list[str]:
        """The ids of the organisations with a place that fits."""
        found = {hsds.organization_id(one) for one in self.fitting(wanted, on=on)}
        return [id for id in self.owners if id in found]

    def group(self, id: str) -> tuple[Listing, ...]:
        """The places of a service; none if there is no such service."""
        return self.listings(self.services.get(id, ()))

    def place(self, id: str, *, on: date, is_full: bool = True) -> hsds.Object | None:
        """A service at one place, with the service itself inside; or that it is told no more."""
        one = self.shelf.index.by_id.get(id)
        if one is None:
            return hsds.ended_place(self.shelf.gone[id]) if id in self.shelf.gone else None
        group, left = self.group(one.service_id), self.left.get(one.service_id)
        tell = hsds.service if is_full else hsds.flat
        inside = {key: said for key, said in tell(group, on=on, left=left).items() if key != "service_at_locations"}
        return {**hsds.place(one, on=on), "service": inside}

    def organization(self, id: str, *, on: date, with_services: bool, is_full: bool = False) -> hsds.Object | None:
        """An organisation, with its services if they are wanted: in full or each by itself."""
        if id not in self.owners:
            return None
        own = self.listings(self.owners[id])
        told = hsds.organization(own[0])
        if not with_services:
            return told
        ids = dict.fromkeys(one.service_id for one in own)
        tell = hsds.service if is_full else hsds.flat
        inside = [tell(self.group(each), on=on, left=self.left.get(each)) for each in ids]
        for service in inside:
            service.pop("organization", None)
        return {**told, "services": inside}


class _Fits:
    """Whether a listing is what is wanted."""

    def __init__(self, catalogue: Catalogue, wanted: Wanted, on: date) -> None:
        self.on, self.left = on, catalogue.left
        self.names = catalogue.shelf.index.names
        self.wanted = wanted
        self.words = fold(wanted.search).split()
        self.middle = places.centre_of(PlaceKey(places.Tier.NEW_PROVINCE, wanted.province))
        term = by_id().get(wanted.term)
        self.is_impossible = bool(wanted.term and term is None) or bool(wanted.need and wanted.need not in needs.NEEDS)
        self.term: Term | None = term
        codes = {name("taxonomy", code): code for code in TAXONOMIES}
        self.taxonomy = codes.get(wanted.taxonomy, "")
        self.is_impossible |= bool(wanted.taxonomy and not self.taxonomy)
        self.owned = frozenset(catalogue.owners.get(wanted.organization, ()))
        self.is_impossible |= bool(wanted.organization and not self.owned)

    def __call__(self, one: Listing) -> bool:
        wanted = self.wanted
        return not (
            self.is_impossible
            or (self.owned and one.id not in self.owned)
            or (wanted.need and wanted.need not in one.needs)
            or (wanted.province and not self._is_there(one))
            or (self.term is not None and not _has(one, self.term))
            or (self.taxonomy and not _has_any(one, self.taxonomy))
            or (wanted.modified_after and not self._is_newer(one, wanted.modified_after))
            or (self.words and not self._says(one))
        )

    def _is_there(self, one: Listing) -> bool:
        """In the province, or within so many metres of its middle; of a sealed place the province is all there is."""
        if not self.wanted.within_m or self.middle is None or one.is_sealed:
            return one.province == self.wanted.province
        point = one.point or places.centre_of(one.place)
        return point is not None and places.distance_km(self.middle, point) * 1000 <= self.wanted.within_m

    def _is_newer(self, one: Listing, after: datetime) -> bool:
        """Changed at that moment or later, or checked on that day or later: a day is all that is kept of a check.

        A service that lost one of its places has changed at the others too.
        """
        moments = (hsds.modified_at(one, self.on), self.left.get(one.service_id))
        if any(at is not None and at >= after for at in moments):
            return True
        return max(one.verified_on.values(), default=date.min) >= after.astimezone(HCMC).date()

    def _says(self, one: Listing) -> bool:
        """Whether its names, its place as it may be named, or its needs hold every word."""
        own, place, needed = self.names[one.id].plain, _place_words(open_place(one)), _need_words(one.needs)
        return all(word in needed or word in place or word in own for word in self.words)


def _has(one: Listing, term: Term) -> bool:
    taxonomy, _, code = term.code.partition(".")
    if taxonomy == "need":
        return any(need == code or needs.group_of(need) == code for need in one.needs)
    held: Mapping[str, Sequence[str]] = {
        "kind": (one.kind,),
        "quality": one.attributes,
        "audience": one.audience,
        "checked": tuple(one.verified_on),
        "visibility": ("sealed",) if one.is_sealed else (),
        "text": tuple(field for field in ("reception", "price", "papers") if getattr(one, field)),
        "spoken": ("language",) if one.languages else (),
    }
    return code in held[taxonomy]


def _has_any(one: Listing, taxonomy: str) -> bool:
    return any(_has(one, term) for term in terms().values() if term.taxonomy == taxonomy)


@cache
def _place_words(key: PlaceKey) -> frozenset[str]:
    return frozenset(fold(places.name_of(key).replace(",", " ")).split())


@cache
def _need_words(codes: tuple[str, ...]) -> frozenset[str]:
    said = " ".join(f"{needs.label(code)} {needs.label(code, 'en')} {code}" for code in codes)
    return frozenset("".join(sign if sign.isalnum() or sign == "." else " " for sign in fold(said)).split())


forget_with_lists(_place_words)

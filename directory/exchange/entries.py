"""A listing as it stands on paper and in the offline page: short, with the day of its last check, nothing sealed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from directory import needs, places
from directory.exchange.hsds_hours import times_of, weekly
from directory.hours import Apart
from directory.languages import marked, text_in
from directory.listing_text import papers, qualities, received
from directory.listings import DAYS, Hours, Listing
from directory.places import Tier
from directory.whereabouts import open_place
from directory.wording import FALLBACK, day, t


@dataclass(frozen=True, slots=True)
class Entry:
    """What is printed of one listing; every text is ready for people."""

    id: str
    service: str
    organisation: str
    needs: tuple[str, ...]  # codes
    needs_said: str
    province: str
    area: str  # the district or commune; empty for a sealed place
    place: str
    hours: str
    phones: tuple[str, ...]
    texts: tuple[str, ...]
    checked: str


def entries(
    listings: Iterable[Listing], *, on: date, language: str = "vi", province: str = "", need: str = ""
) -> tuple[Entry, ...]:
    """The listings of a province and need, or all, by province, place and name; sealed ones after those of a place."""
    chosen = [
        entry(one, on=on, language=language)
        for one in listings
        if (not province or one.province == province) and (not need or need in one.needs)
    ]
    order = sorted(places.provinces().items(), key=lambda pair: pair[1])
    rank = {code: number for number, (code, _) in enumerate(order)}

    def place_and_name(one: Entry) -> tuple[int, bool, str, str, str]:
        return rank.get(one.province, 99), not one.area, one.area, one.service, one.id

    return tuple(sorted(chosen, key=place_and_name))


def entry(one: Listing, *, on: date, language: str = "vi") -> Entry:
    """Of a sealed place the province and the front-gate phone."""
    friendly = one.friendly.said(language) if one.friendly else ""
    said = [friendly, *_texts(one, language)]
    return Entry(
        id=one.id,
        service=one.service,
        organisation="" if one.organisation == one.service else one.organisation,
        needs=one.needs,
        needs_said="; ".join(needs.label(code, language) for code in one.needs),
        province=one.province,
        area=_area(one, language),
        place=_place(one, language),
        hours=hours_said(one.hours, language, on=on),
        phones=one.phones,
        texts=tuple(text for text in (*one.notices_on(on, language), *said) if text),
        checked=_checked(one, language),
    )


def _texts(one: Listing, language: str) -> list[str]:
    """What the card of the chat says too: how one is received, whom, the price, the papers and what else it is like."""
    whom = received(one, language).removeprefix("• ") if one.audience else ""
    said = (text_in(one.reception, language), whom, text_in(one.price, language), papers(one, language))
    return [*said, qualities(one, language)]


def _area(one: Listing, language: str) -> str:
    if one.is_sealed or one.place.tier in (Tier.NEW_PROVINCE, Tier.OLD_PROVINCE):
        return ""
    return places.name_of(one.place, language).partition(",")[0]


def _place(one: Listing, language: str) -> str:
    name = places.name_of(open_place(one), language)
    if one.is_sealed:
        return f"{name}. {t('exchange.sealed', language)}"
    way = marked(one.directions, FALLBACK, language)
    return ", ".join(part for part in (one.street, name) if part) + (f". {way}" if way else "")


def _checked(one: Listing, language: str) -> str:
    if one.is_under_review:
        return t("exchange.under_review", language)
    if one.checked_on is None:
        return t("exchange.not_checked", language)
    if one.state == "stale":
        return t("exchange.checked_long_ago", language, date=day(one.checked_on, language))
    return t("exchange.checked", language, date=day(one.checked_on, language))


def hours_said(hours: Hours | None, language: str, *, on: date | None = None) -> str:
    """`T2–T6 08:00–17:00`; round the clock in words; unknown is never shown as closed. Days that are over: not."""
    if hours is None:
        return t("exchange.hours.unknown", language)
    if sorted(hours.spans) == [(weekday, 0, 1440) for weekday in range(7)]:
        week = t("exchange.hours.always", language)
    else:
        week = ", ".join(_span(first, last, clock, language) for first, last, clock in weekly(hours))
    apart = [_apart(one, language) for one in hours.apart if on is None or one.last is None or one.last >= on]
    return "; ".join(part for part in (week, *apart) if part)


def _apart(one: Apart, language: str) -> str:
    """`Tết: nghỉ`, `24/12/2026: 08:00–12:00`."""
    days = [day(each, language) for each in dict.fromkeys((one.first, one.last)) if each is not None]
    named = t(f"exchange.days.{one.named}", language) if one.named else "–".join(days)
    if one.times is None:
        return f"{named}: {t('exchange.hours.usual', language)}"
    times = ", ".join(times_of(begins, ends).replace("-", "–") for begins, ends in one.times)
    return f"{named}: {times or t('exchange.hours.closed', language)}"


def _span(first: int, last: int, clock: str, language: str) -> str:
    named = [t(f"exchange.day.{DAYS[weekday]}", language) for weekday in dict.fromkeys((first, last))]
    return f"{'–'.join(named)} {clock.replace('-', '–')}"

"""The words above a list: where these places are, at what hour, and what of the wish nothing fulfils."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from bot.dialogues.kit import Turn
from bot.rota.calendar import DaysOff, days_off
from directory import holidays, hours_text, soonest, spoken
from directory.hours import Hours
from directory.places import PlaceKey, Tier, name_of, province_of
from directory.search import Found
from directory.widening import is_within
from directory.wording import HCMC, t


def head(turn: Turn, found: Found) -> str:
    """Where these are; whether the place asked for has none at all, or no more than those shown before."""
    language, place = turn.language, turn.memory.place
    nearest = next((hit.distance_km for hit in found.results if hit.distance_km is not None), None)
    before = (turn.shelf.get(id_) for id_ in turn.memory.shown)
    is_more = any(one is not None and one.place == place for one in before)
    if found.widened and place and found.widened["why"] == soonest.NONE_OPEN:
        said = _none_open(turn, found, nearest)
    elif found.widened and place and "count" in found.widened:
        said = _in_district(turn, found, found.widened)
    elif found.widened and place and nearest is not None and nearest >= 1:
        key = "find.widened_km_more" if is_more else "find.widened_km"
        said = t(key, language, place=name_of(place, language), km=round(nearest))
    elif found.widened and place:
        said = t("find.widened_more" if is_more else "find.widened", language, place=name_of(place, language))
    elif turn.memory.place is None:
        said = t("find.found_anywhere", language)
    else:
        said = t("find.found", language, place=name_of(_as_far_as_told(turn.memory.place, found), language))
    if found.dropped:
        wishes = ", ".join(_wish(wish, language) for wish in sorted(found.dropped))
        said = f"{t('find.dropped', language, wishes=wishes)}\n{said}"
    is_open = any(hit.opening.state == "open" for hit in found.results)
    if turn.memory.need in soonest.TIMELY and not _is_then(found) and not is_open:
        said = f"{t('find.none_open', language)}\n{said}"
    hours = _hours(turn, found)
    return f"{hours}\n{said}" if hours else said


def _as_far_as_told(place: PlaceKey, found: Found) -> PlaceKey:
    """Of sealed places no more than the province is said: "ở quận Ba Đình" above a shelter would be told as its own."""
    province = province_of(place)
    is_sealed = all(hit.listing.is_sealed for hit in found.results)
    return PlaceKey(Tier.NEW_PROVINCE, province) if is_sealed and province else place


def _is_then(found: Found) -> bool:
    return found.when is not None and found.when.moment is not None


def _hours(turn: Turn, found: Found) -> str:
    """The day or hour that was understood, and whether it is a holiday, or one begins tomorrow."""
    if found.when is not None and found.when.doubt:
        return hours_text.understood(found.when, turn.language)
    here = turn.now.astimezone(HCMC).date()
    said = [hours_text.understood(found.when, turn.language)] if found.when is not None else []
    days = found.when.days if found.when is not None else (here,)
    off, tomorrow = days_off(turn.policy), here + timedelta(days=1)
    free = next((day for day in days if off.has(day) and _is_told_as_usual(found, day)), None)
    if free is not None:
        name = hours_text.weekday(free, turn.language)
        said.append(t("hours.day_off", turn.language, day=f"{name[:1].upper()}{name[1:]}"))
    elif found.when is None and _begins(off, here, tomorrow) and _is_unsure(found, tomorrow):
        said.append(t("hours.eve", turn.language, day=hours_text.weekday(tomorrow, turn.language)))
    return "\n".join(said)


def _begins(off: DaysOff, today: date, tomorrow: date) -> bool:
    """Whether a holiday begins tomorrow; on a holiday the cards say so."""
    return not holidays.is_holiday(today) and (holidays.is_holiday(tomorrow) or off.has(tomorrow))


def _is_told_as_usual(found: Found, day: date) -> bool:
    """A day off of the organisation's own list, which the hours of these places know nothing of."""
    return not holidays.is_holiday(day) and not holidays.may_be_holiday(day) and _is_unsure(found, day)


def _is_unsure(found: Found, day: date) -> bool:
    """Whether one of these places may be closed on this day although its week says otherwise."""
    known = (hit.listing.hours for hit in found.results)
    return any(hours is not None and not hours.is_always and not _has_rule(hours, day) for hours in known)


def _has_rule(hours: Hours, day: date) -> bool:
    return any(one.holds(day) for one in hours.apart)


def _none_open(turn: Turn, found: Found, nearest: float | None) -> str:
    """What cannot wait, or was asked for at this hour, is open only elsewhere: how far, where we know that."""
    assert turn.memory.place is not None
    when = "then" if _is_then(found) else "now"
    told = {"place": name_of(turn.memory.place, turn.language)}
    if nearest is not None and nearest >= 1:
        return t(f"find.open_near_km.{when}", turn.language, **told, km=round(nearest))
    return t(f"find.open_near.{when}", turn.language, **told)


def _in_district(turn: Turn, found: Found, widened: Mapping[str, Any]) -> str:
    """None in the ward she named; how many in the old district around it, and about how far where we know that."""
    assert turn.memory.place is not None
    district = PlaceKey(Tier(widened["to"]["tier"]), widened["to"]["code"])
    known = [hit.distance_km for hit in found.results if hit.listing.place != district]  # else it may be next door
    nearest = min((km for km in known if km is not None), default=None)
    is_more = any(one is not None and is_within(one, district) for one in map(turn.shelf.get, turn.memory.shown))
    around = name_of(district, turn.language).partition(",")[0]
    told = {"place": name_of(turn.memory.place, turn.language), "district": around, "n": widened["count"]}
    if nearest is not None and nearest >= 1:
        key = "find.in_district_km_more" if is_more else "find.in_district_km"
        return t(key, turn.language, **told, km=round(nearest))
    return t("find.in_district_more" if is_more else "find.in_district", turn.language, **told)


def _wish(wish: str, language: str) -> str:
    if wish.startswith(spoken.WISH):
        return t("find.speaks", language, tongue=spoken.name(wish.removeprefix(spoken.WISH), language))
    return t(f"find.wish.{wish}", language)

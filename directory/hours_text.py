"""Hours of a named day or hour in words: "thứ bảy 12/12/2026: 08:00–12:00"; what nobody knows is said to be unknown."""

from datetime import date, datetime

from directory.listings import Listing, Opening
from directory.times import When, other_reading
from directory.wording import HCMC, clock_time, day, t

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def weekday(value: date, language: str = "vi") -> str:
    """`thứ bảy 12/12/2026`: a date nobody can mistake."""
    return t(f"hours.{_WEEKDAYS[value.weekday()]}", language, date=day(value, language))


def moment(at: datetime, language: str = "vi") -> str:
    """`08:00 thứ tư 9/12/2026`."""
    local = at.astimezone(HCMC)
    return f"{clock_time(local)} {weekday(local.date(), language)}"


def on_day(one: Listing, value: date, language: str = "vi") -> str:
    """The times of one day as a line of a card."""
    found, name, hours = one.opening_on(value), weekday(value, language), one.hours
    if found.is_holiday:
        return t("hours.day.holiday", language, day=name)
    if found.state == "unknown" or hours is None:
        return t("hours.day.unknown", language, day=name)
    if found.state == "closed":
        return t("hours.day.closed", language, day=name)
    if hours.is_always:
        return t("hours.day.always", language, day=name)
    times = ", ".join(f"{_clock(begins)}–{_clock(ends)}" for begins, ends in hours.on(value) or ())
    return t("hours.day.times", language, day=name, times=times)


def on_days(one: Listing, days: tuple[date, ...], language: str = "vi", *, is_tet: bool = False) -> str:
    """The same for several days; around the new year in one line, where they are all alike."""
    states = {(found.state, found.is_holiday) for found in map(one.opening_on, days)}
    if is_tet and states <= {("unknown", True), ("unknown", False)}:
        return t("hours.tet.unknown", language)
    if is_tet and states == {("closed", False)}:
        return t("hours.tet.closed", language)
    return "\n".join(on_day(one, value, language) for value in days)


def then(found: Opening, language: str = "vi") -> str:
    """Open, closed or unknown at an hour that is not now."""
    if found.is_always:
        return t("listing.always", language)
    if found.state == "open" and found.closes:
        return t("hours.then.open", language, closes=clock_time(found.closes))
    if found.state == "closed" and found.opens:
        opens = found.opens.astimezone(HCMC)
        return t("hours.then.closed", language, opens=clock_time(opens), day=weekday(opens.date(), language))
    if found.is_holiday:
        return t("listing.holiday_hours", language)
    return t("listing.unknown_hours", language) if found.state == "unknown" else t("hours.then.closed_only", language)


def understood(when: When, language: str = "vi") -> str:
    """Which hour or day the message was taken to mean, and what else it may mean; empty where it says just "now"."""
    match when.doubt:
        case "past":
            return t("hours.past", language, day=weekday(when.days[0], language))
        case "no_day" | "which" | "after_tet" | "holiday" | "tet":
            return t(f"hours.{when.doubt}", language)
        case "hour":
            other = other_reading(when)
            assert when.at is not None and other.at is not None
            said = t("hours.at", language, when=moment(when.at, language))
            return f"{said} {t('hours.or_at', language, other=clock_time(other.at))}"
    if when.at is not None:
        return t("hours.at", language, when=moment(when.at, language))
    return t("hours.on", language, days=", ".join(weekday(one, language) for one in when.days))


def _clock(minute: int) -> str:
    return f"{(minute if minute <= 1440 else minute - 1440) // 60:02}:{minute % 60:02}"

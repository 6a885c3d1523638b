"""What a listing says to a question about it; where it does not say, that is said, with the number to call."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

from directory import hours_text, needs, places, spoken, times
from directory.languages import text_in
from directory.listing_text import checked, describe, opening, papers, received, way_in, where
from directory.listings import Listing
from directory.places import PlaceKey, name_of
from directory.reading import fold
from directory.search import hit_now
from directory.times import When
from directory.wording import HCMC, t

HOURS, CARD, BEYOND, NEEDS, UNKNOWN = "hours", "card", "beyond", "need:", "unknown:"
# What the directory has no field for: the words that ask for it, and those by which a listing's own texts may answer.
_UNKNOWN: Mapping[str, tuple[str, str]] = {
    "woman_doctor": ("bac si nu / nu bac si / nu kham / bac si la nu / female doctor / woman doctor", "bác sĩ nữ"),
    "insurance": ("bao hiem / bhyt / the bao hiem / insurance", "bảo hiểm / bhyt"),
    "appointment": ("hen truoc / dat lich / dat hen / hen lich / goi truoc / appointment", "hẹn / đặt lịch"),
    "anonymous": ("hoi ten / ghi ten / khai ten / can ten / an danh / anonymous", "hỏi tên / ghi tên / ẩn danh"),
    "accessible": ("xe lan / wheelchair", "xe lăn"),
    "childcare": ("trong tre / trong con / giu tre / childcare", "trông trẻ / giữ trẻ / trông con"),
    "parking": ("gui xe / do xe / de xe / parking", "gửi xe / để xe / đỗ xe"),
    "results": ("ket qua / results", "kết quả"),
    "minors": ("duoi 18 / chua du 18 / vi thanh nien / under 18", "18 / vị thành niên"),
    "bus": ("xe buyt / xe bus / bus", "xe buýt"),
    "crowd": ("dong khong / cho lau khong / doi lau / phai cho / wait long", "đợi / chờ"),
}


def cues(words: str) -> tuple[str, ...]:
    """`mat tien / mien phi` as a tuple."""
    return tuple(words.split(" / "))


@cache
def unknown() -> Mapping[str, tuple[str, ...]]:
    """The name of each such question and the words that ask it."""
    return {name: cues(asked) for name, (asked, _) in _UNKNOWN.items()}


def say(
    listings: Sequence[Listing | None],
    about: str,
    when: When | None,
    *,
    now: datetime,
    language: str,
    place: PlaceKey | None,
) -> str:
    """The answer for each, under its name; above them the day or hour that was understood."""
    if about == BEYOND:
        names = "\n".join(f"{number}. {one.service}" for number, one in enumerate(listings, 1) if one is not None)
        return f"{t('followup.beyond', language, n=len(listings))}\n{names}"
    is_later = when is not None and (when.at is None or abs(when.at - now) > times.JUST)
    head = [hours_text.understood(when, language)] if when is not None and is_later else []
    each = (_answer(one, about, when if is_later else None, now, language, place) for one in listings)
    return "\n\n".join([*head, *each])


def _answer(
    one: Listing | None, about: str, when: When | None, now: datetime, language: str, place: PlaceKey | None
) -> str:
    if one is None:
        return t("find.taken_down", language)
    if about == CARD:
        return describe(hit_now(one, now), language)
    said = _said(one, about, when, now, language, place) or t("listing.not_known", language)
    return f"{one.service}\n{said}\n{checked(one, language)}"


def _said(
    one: Listing, about: str, when: When | None, now: datetime, language: str, place: PlaceKey | None
) -> str | None:
    match about:
        case "hours":
            return _hours(one, when, now, language)
        case "price":
            return text_in(one.price, language)
        case "papers":
            return papers(one, language)
        case "received":
            return text_in(one.reception, language)
        case "phone":
            return _phones(one, language)
        case "place":
            return "\n".join(filter(None, (where(one, language), way_in(one, language))))
        case "way":
            return way_in(one, language) or ("" if one.is_sealed else where(one, language))
        case "distance":
            return _distance(one, place, language)
        case "whom":
            return _whom(one, language)
        case "speaks":
            return t("followup.speaks", language, languages=spoken.named(one.languages, language))
        case "checked":
            return " "  # the last line says it
    if about.startswith(NEEDS):
        code = about.removeprefix(NEEDS)
        key = "followup.offers" if code in one.needs else "followup.offers_not"
        return t(key, language, need=needs.label(code, language))
    return _in_its_words(one, about.removeprefix(UNKNOWN), language)


def _hours(one: Listing, when: When | None, now: datetime, language: str) -> str:
    today = now.astimezone(HCMC).date()
    day = when.days[0] if when is not None and when.days and when.doubt not in ("past", "no_day") else today
    notices = [t("listing.notice", language, text=text) for text in one.notices_on(day, language)]
    days = times.whole_days(when)
    if when is not None and days:
        said = hours_text.on_days(one, days, language, is_tet=when.doubt == "tet")
    elif when is not None and when.at is not None:
        is_told = one.hours is not None and one.opening_on(when.days[0]).state == "open"
        whole = [hours_text.on_day(one, when.days[0], language)] if is_told else []
        said = "\n".join([hours_text.then(one.opening(when.at), language), *whole])
    else:
        said = opening(one.opening(now), language)
    return "\n".join([said, *notices])


def _phones(one: Listing, language: str) -> str:
    return "\n".join(t("listing.phone", language, number=number) for number in one.phones)


def _distance(one: Listing, place: PlaceKey | None, language: str) -> str:
    if one.is_sealed:
        return t("followup.sealed_distance", language)
    if place is None:
        return t("followup.no_distance", language)
    middle, point = places.centre_of(place), one.point or places.centre_of(one.place)
    near = places.distance_km(point, middle) if point and middle else None
    if near is None or near < 1 or one.place == place:
        inside = t("followup.same_place", language, place=name_of(place, language))
        return f"{inside}\n{where(one, language)}" if one.place == place else where(one, language)
    said = t("followup.distance", language, place=name_of(place, language), km=round(near))
    return f"{said}\n{where(one, language)}"


def _whom(one: Listing, language: str) -> str:
    return received(one, language) if one.audience else t("followup.received_all", language)


def _in_its_words(one: Listing, name: str, language: str) -> str:
    """What the listing's own texts say of it; else the number to ask."""
    words = cues(_UNKNOWN[name][1])
    texts = [text_in(each, language) for each in (one.reception, one.price, one.papers)]
    texts.append("" if one.is_sealed else one.directions)
    vietnamese = [*(each.get("vi", "") for each in (one.reception, one.price, one.papers)), one.directions]
    heard = [
        text
        for text, plain in zip(texts, vietnamese, strict=True)
        if text and any(fold(word) in fold(plain) for word in words)
    ]
    if name in one.attributes:
        heard.insert(0, t("listing.besides", language, text=t(f"console.attributes.{name}", language)))
    if heard:
        return "\n".join(heard)
    return "\n".join(filter(None, (t("followup.ask_them", language), _phones(one, language))))

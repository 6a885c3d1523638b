"""A listing as a person reads it in the chat: what, when, how one is received, phone, and when it was checked."""

from directory import hours_text, needs, spoken
from directory.languages import marked, text_in
from directory.listings import Listing, Opening, written_attributes
from directory.places import name_of
from directory.search import Hit
from directory.wording import FALLBACK, HCMC, clock_time, day, t

_MOST_DAYS = 2  # a weekend; more are those around the new year


def describe(hit: Hit, language: str = "vi", *, position: int | None = None) -> str:
    """The card. Of a sealed place only the province and the front-gate phone are shown."""
    one = hit.listing
    head = f"{position}. {one.service}" if position else one.service
    needed = t("listing.for", language, needs=_needs(one, language)) if one.needs else ""  # colleagues' own have none
    lines = [head, needed, _hours(hit, language)]
    today = (notice.said(language) for notice in one.notices if notice.said("vi") in hit.notices)
    lines.extend(t("listing.notice", language, text=text) for text in today)
    lines.extend((where(one, language), way_in(one, language)))
    if one.friendly is not None:
        lines.append(f"• {one.friendly.said(language)}")
    for texts in (one.reception, one.price):
        if said := text_in(texts, language):
            lines.append(f"• {said}")
    if one.audience:
        lines.append(f"• {received(one, language)}")
    if asked := papers(one, language):
        lines.append(t("listing.papers", language, text=asked))
    if besides := qualities(one, language):
        lines.append(t("listing.besides", language, text=besides))
    if more := spoken.beside_vietnamese(one.languages):
        lines.append(t("listing.speaks", language, languages=spoken.named(more, language)))
    lines.extend(t("listing.phone", language, number=number) for number in one.phones)
    lines.append(checked(one, language))
    return "\n".join(line for line in lines if line)


def _hours(hit: Hit, language: str) -> str:
    """Now, or at the hour or on the days that were asked for."""
    if hit.days:
        return hours_text.on_days(hit.listing, hit.days, language, is_tet=len(hit.days) > _MOST_DAYS)
    return hours_text.then(hit.opening, language) if hit.is_then else opening(hit.opening, language)


def opening(found: Opening, language: str) -> str:
    """Open until when, closed until when, or "call first" where hours are not known."""
    if found.is_always:
        return t("listing.always", language)
    if found.state == "open" and found.closes:
        return t("listing.open", language, closes=clock_time(found.closes))
    if found.state == "closed" and found.opens:
        moment = found.opens.astimezone(HCMC)
        key = "listing.closed_holiday" if found.is_holiday else "listing.closed"
        return t(key, language, opens=clock_time(moment), day=day(moment.date(), language))
    if found.is_holiday:
        return t("listing.holiday_hours", language)
    return t("listing.unknown_hours", language) if found.state == "unknown" else t("listing.closed_now", language)


def where(one: Listing, language: str) -> str:
    """Where it is; a sealed place says only how to be let in."""
    if one.is_sealed:
        return t("listing.sealed", language)
    place = name_of(one.place, language)
    return f"• {one.street}, {place}" if one.street else f"• {place}"


def way_in(one: Listing, language: str) -> str:
    """How to come in without being noticed: "side entrance", "ask at the second desk". Never of a sealed place."""
    if not one.directions or one.is_sealed:
        return ""
    return t("listing.way_in", language, text=marked(one.directions, FALLBACK, language))


def papers(one: Listing, language: str) -> str:
    """What has to be brought along: she should know before she goes, not at the desk."""
    told = text_in(one.papers, language)
    return told or (t("listing.papers.none", language) if "no_papers" in one.attributes else "")


def qualities(one: Listing, language: str) -> str:
    """What else it is like, but for what its price, its papers and its hours say already."""
    told = {"no_papers", *(("free",) if text_in(one.price, language) else ())}
    told |= {"evening", "weekend"} if one.hours else set()
    codes = [code for code in written_attributes(one.attributes) if code not in told]
    return "; ".join(t(f"console.attributes.{code}", language) for code in codes)


def received(one: Listing, language: str) -> str:
    """Whom it receives, where it does not receive everybody."""
    return t("followup.received", language, audience=", ".join(t(f"audience.{who}", language) for who in one.audience))


def checked(one: Listing, language: str) -> str:
    """When somebody last checked it, or that it is being checked again."""
    if one.is_under_review:
        return t("listing.under_review", language)
    if one.checked_on is None:
        return t("listing.not_checked", language)
    if one.state == "stale":
        return t("listing.checked_long_ago", language, date=day(one.checked_on, language))
    return t("listing.checked", language, date=day(one.checked_on, language))


def _needs(one: Listing, language: str) -> str:
    return "; ".join(needs.label(code, language) for code in one.needs[:3])

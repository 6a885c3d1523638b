"""What cannot wait: who is open, or opens first, comes before who is near and closed, also from farther away."""

from datetime import datetime

import pytest

from directory.hours import Hours
from directory.listing_index import build
from directory.listings import Listing
from directory.places import PlaceKey, Tier
from directory.search import Question, question, search
from directory.shelf import Shelf
from tests.directory.test_listing_text import listing

NIGHT = datetime.fromisoformat("2026-12-08T23:30+07:00")
CAU_GIAY, HOANG_MAI = PlaceKey(Tier.OLD_DISTRICT, "005"), PlaceKey(Tier.OLD_DISTRICT, "008")
SAI_GON_3 = PlaceKey(Tier.OLD_DISTRICT, "770")
PEP = ("health.pep", "health.hiv_test")


def at(id: str, place: PlaceKey, *hours: str, needs: tuple[str, ...] = PEP, **told: object) -> Listing:
    parsed = Hours.parse(list(hours)) if hours else None
    return listing(id=id, place=place, hours=parsed, needs=needs, **told)


def ids(listings: list[Listing], asked: Question) -> list[str]:
    return [hit.listing.id for hit in search(Shelf(build(listings)), asked).results]


def asked(place: PlaceKey = CAU_GIAY, need: str = "health.pep", **told: object) -> Question:
    return Question((need,), (place,), at=NIGHT, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize("need", ["health.pep", "health.contraception", "violence.sexual", "health.emergency"])
def test_what_is_open_at_night_comes_before_what_is_closed(need: str) -> None:
    needs = (need,)
    closed = at("a", CAU_GIAY, "mon-fri 08:00-17:00", needs=needs, attributes=("free",))
    later = at("b", CAU_GIAY, needs=("health.sti", need))
    always = at("c", CAU_GIAY, "mon-sun 00:00-24:00", needs=("health.sti", "health.prep", need))
    assert ids([closed, later, always], asked(need=need)) == ["c", "b", "a"]


def test_of_what_is_closed_the_one_that_opens_first_comes_first() -> None:
    late = at("a", CAU_GIAY, "mon-sun 13:00-17:00")
    early = at("b", CAU_GIAY, "mon-sun 06:00-07:00")
    assert ids([late, early], asked()) == ["b", "a"]


def test_open_in_another_district_comes_before_closed_in_this_one_and_is_said_to_be_elsewhere() -> None:
    here, there = at("a", HOANG_MAI, "mon-fri 08:00-17:00"), at("b", CAU_GIAY, "mon-sun 00:00-24:00")
    found = search(Shelf(build([here, there])), asked(HOANG_MAI))
    assert [hit.listing.id for hit in found.results] == ["b", "a"]
    assert found.widened is not None and found.widened["why"] == "none_open_in_place"
    assert found.results[0].distance_km is not None and found.results[0].distance_km > 1


def test_open_in_another_part_of_the_country_is_not_shown_instead() -> None:
    here, there = at("a", HOANG_MAI, "mon-fri 08:00-17:00"), at("b", SAI_GON_3, "mon-sun 00:00-24:00", province="79")
    assert ids([here, there], asked(HOANG_MAI)) == ["a"]


def test_by_day_what_is_near_and_open_stays_first_and_nothing_is_widened() -> None:
    day = datetime.fromisoformat("2026-12-08T10:00+07:00")
    here, there = at("a", HOANG_MAI, "mon-fri 08:00-17:00"), at("b", CAU_GIAY, "mon-sun 00:00-24:00")
    found = search(Shelf(build([here, there])), Question(("health.pep",), (HOANG_MAI,), at=day))
    assert [hit.listing.id for hit in found.results] == ["a"] and found.widened is None


def test_what_can_wait_is_not_widened_at_night() -> None:
    here = at("a", HOANG_MAI, "mon-fri 08:00-17:00")
    there = at("b", CAU_GIAY, "mon-sun 00:00-24:00")
    assert ids([here, there], asked(HOANG_MAI, "health.hiv_test")) == ["a"]


def test_who_asks_for_what_is_open_is_shown_it_also_from_farther_away() -> None:
    here = at("a", HOANG_MAI, "mon-fri 08:00-17:00")
    there = at("b", CAU_GIAY, "mon-sun 00:00-24:00")
    found = search(Shelf(build([here, there])), question("xét nghiệm hiv hoàng mai hà nội còn mở không", at=NIGHT))
    assert [hit.listing.id for hit in found.results] == ["b"] and not found.dropped


def test_whom_a_place_does_not_receive_is_not_sent_there_at_night_either() -> None:
    here = at("a", HOANG_MAI, "mon-fri 08:00-17:00")
    there = at("b", CAU_GIAY, "mon-sun 00:00-24:00", audience=("women",))
    assert ids([here, there], asked(HOANG_MAI, wishes=frozenset({"men"}))) == ["a"]


def test_unchecked_for_long_stays_below_fresh() -> None:
    fresh, stale = at("a", CAU_GIAY, "mon-fri 08:00-17:00"), at("b", CAU_GIAY, "mon-sun 00:00-24:00", state="stale")
    assert ids([fresh, stale], asked()) == ["a", "b"]

"""A notice goes before the usual hours: nobody is sent to a door of which we know that it is closed."""

from datetime import date, datetime

from directory import followup
from directory.hours import Hours
from directory.listing_index import build
from directory.listing_text import describe
from directory.listings import Notice
from directory.places import PlaceKey, Tier
from directory.reading import read
from directory.search import Question, hit_now, question, search
from directory.shelf import Shelf
from tests.directory.test_listing_text import listing

NOW = datetime.fromisoformat("2026-12-08T10:00+07:00")
PLACE = PlaceKey(Tier.OLD_DISTRICT, "005")
CLOSED = Notice("", date(2026, 12, 7), date(2026, 12, 10), "closed")
OTHER_HOURS = Notice("", date(2026, 12, 7), date(2026, 12, 10), "moved_hours")
WEEK = Hours.parse(["mon-sun 08:00-17:00"])
NEEDS = ("health.pep", "health.hiv_test")


def test_what_is_closed_by_a_notice_is_not_called_open_and_says_when_it_opens_again() -> None:
    one = listing(hours=WEEK, notices=(CLOSED,))
    found = one.opening(NOW)
    assert found.state == "closed" and found.opens == datetime.fromisoformat("2026-12-11T08:00+07:00")
    card = describe(hit_now(one, NOW))
    assert "Đang mở" not in card and "11/12/2026" in card


def test_round_the_clock_opens_again_at_midnight_behind_the_last_day() -> None:
    always = listing(hours=Hours.parse(["mon-sun 00:00-24:00"]), notices=(CLOSED,))
    last_minute, first_minute = (datetime.fromisoformat(f"2026-12-{day}+07:00") for day in ("10T23:59", "11T00:00"))
    assert always.opening(last_minute).state == "closed" and always.opening(last_minute).opens == first_minute
    assert always.opening(first_minute).state == "open"


def test_other_hours_than_usual_are_unknown() -> None:
    assert listing(hours=WEEK, notices=(OTHER_HOURS,)).opening(NOW).state == "unknown"


def test_open_comes_before_what_a_notice_closes_and_a_day_behind_it_is_as_usual() -> None:
    shut = listing(id="a", place=PLACE, needs=NEEDS, hours=WEEK, notices=(CLOSED,))
    there = listing(id="b", place=PLACE, needs=("health.hiv_test", "health.sti", "health.pep"), hours=WEEK)
    shelf = Shelf(build([shut, there]))
    found = search(shelf, Question(("health.pep",), (PLACE,), at=NOW))
    assert [hit.listing.id for hit in found.results] == ["b", "a"]
    later = search(shelf, question("pep cau giay thu 7", at=NOW))
    assert {hit.opening.state for hit in later.results} == {"open"}


def test_a_question_about_a_day_knows_the_notice_of_that_day() -> None:
    one = listing(hours=WEEK, notices=(CLOSED,))
    asked = followup.read(read("mai co mo khong"), [one], now=NOW)
    assert asked is not None and "Nghỉ thứ tư 9/12/2026" in followup.answer(asked, now=NOW)
    asked = followup.read(read("thu 7 co mo khong"), [one], now=NOW)
    assert asked is not None and "Mở 08:00–17:00" in followup.answer(asked, now=NOW)


def test_a_notice_that_begins_on_the_day_asked_for_is_shown() -> None:
    coming = Notice("Hết thuốc", date(2026, 12, 12), date(2026, 12, 13))
    shelf = Shelf(build([listing(id="a", place=PLACE, needs=NEEDS, hours=WEEK, notices=(coming,))]))
    found = search(shelf, question("xet nghiem hiv cau giay thu 7", at=NOW))
    assert found.results[0].notices
    assert not search(shelf, question("xet nghiem hiv cau giay", at=NOW)).results[0].notices


NIGHTS = Hours.parse(["mon-sun 20:00-02:00"])


def at(written: str) -> datetime:
    return datetime.fromisoformat(f"2026-12-{written}+07:00")


def test_the_night_of_the_last_closed_day_is_closed_to_its_end() -> None:
    """The notice ends at midnight; who closed at eight in the evening does not open at midnight for two hours."""
    one = listing(hours=NIGHTS, notices=(CLOSED,))
    assert one.opening(at("10T23:30")).opens == at("11T20:00")
    after_midnight = one.opening(at("11T00:30"))
    assert after_midnight.state == "closed" and after_midnight.opens == at("11T20:00")
    assert one.opening(at("11T21:00")).state == "open" and one.opening(at("12T01:00")).state == "open"
    assert one.opening(at("07T01:00")).state == "closed", "from the first minute of its first day"


def test_the_night_after_other_hours_is_unknown_to_its_end() -> None:
    one = listing(hours=NIGHTS, notices=(OTHER_HOURS,))
    assert one.opening(at("11T00:30")).state == "unknown" and one.opening(at("11T03:00")).state == "closed"


def test_a_notice_of_the_days_to_come_is_reckoned_with_before_it_begins() -> None:
    """Told in the evening that it opens tomorrow at eight, somebody would stand before a closed door."""
    evening = at("06T18:00")
    shut = listing(hours=WEEK, notices=(CLOSED,)).opening(evening)
    assert shut.state == "closed" and shut.opens == at("11T08:00")
    other = listing(hours=WEEK, notices=(OTHER_HOURS,)).opening(evening)
    assert other.state == "closed" and other.opens is None, "at what hour it opens then, nobody knows"
    always = listing(hours=Hours.parse(["mon-sun 00:00-24:00"]), notices=(CLOSED,)).opening(evening)
    assert always.state == "open" and always.closes == at("07T00:00")


def test_a_long_closing_says_when_it_opens_again() -> None:
    long = Notice("", date(2026, 12, 7), date(2027, 4, 14), "closed")
    assert listing(hours=WEEK, notices=(long,)).opening(NOW).opens == datetime.fromisoformat("2027-04-15T08:00+07:00")

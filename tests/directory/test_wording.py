"""Dates, hours and sentences are counted and shown as people read them."""

from datetime import UTC, date, datetime

import pytest

from directory.wording import MissingWording, clock_time, count_syllables, day, sentences, t


def test_hours_are_shown_in_vietnam() -> None:
    assert clock_time(datetime(2026, 12, 7, 14, 5, tzinfo=UTC)) == "21:05"


def test_days_are_shown_as_people_write_them() -> None:
    assert day(date(2026, 10, 2)) == "2/10/2026" and day(date(2026, 10, 2), "en") == "2 Oct 2026"


def test_a_sentence_nobody_wrote_is_an_error() -> None:
    with pytest.raises(MissingWording):
        t("nowhere.at.all")


def test_syllables_and_sentences_are_counted_as_written() -> None:
    assert count_syllables("Bạn ơi, – 115 nhé!") == 4
    assert sentences("Một hai. Ba bốn!\nNăm") == ["Một hai.", "Ba bốn!", "Năm"]

"""Requirement 16: days apart leave as HSDS schedules with dates, mean the same there, and come back unchanged."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from directory.exchange import hsds, hsds_days, hsds_files, hsds_hours, hsds_reading, leaving, spreadsheet
from directory.exchange.hsds_hours import HoursProblem
from directory.listings import Hours
from tests.directory.exchange.conftest import errors
from tests.directory.exchange.samples import OPEN, shown

ON = date(2026, 12, 7)
APART = (
    "2026-12-24 08:00-11:00",
    "2026-12-24 13:00-17:00",
    "2027-02-05..2027-02-06 20:00-02:00",
    "2026-12-31 closed",
    "tet closed",
    "holidays 08:00-24:00",
)


def test_they_leave_strictly_valid_and_come_back_unchanged_in_every_form(
    connection: Connection, tmp_path: Path
) -> None:
    shown(connection, replace(OPEN, hours=(*(OPEN.hours or ()), *APART)))
    services = list(hsds.services(leaving.shown(connection), on=ON))
    assert [errors("service", one) for one in services] == [[]]
    package = tmp_path / "hsds.zip"
    package.write_bytes(leaving.packed(hsds_files.as_package(services)))
    files = {"a.json": hsds_files.as_json(services), "a.ndjson": hsds_files.as_ndjson(services)}
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    for path in (package, *(tmp_path / name for name in files)):
        brought = hsds_reading.read_all(list(hsds_files.services_in(path)))
        assert not brought.wrong and not brought.kept_out, path
        assert spreadsheet.plan(connection, tuple(brought.rows)).outcome.same == 1, path
    assert zipfile.is_zipfile(io.BytesIO(package.read_bytes()))
    strict = json.loads(files["a.json"])["contents"][0]["service_at_locations"][0]["schedules"]
    closed = [one for one in strict if one.get("valid_from") == "2026-12-31"]
    assert [("opens_at" in one, one["description"]) for one in closed] == [(False, "2026-12-31 closed")]


def test_days_that_a_file_changes_or_takes_from_another_are_shown_as_changes(connection: Connection) -> None:
    shown(connection, replace(OPEN, hours=(*(OPEN.hours or ()), "2026-12-24 closed")))
    (one,) = hsds.services(leaving.shown(connection), on=ON)
    schedules = one["service_at_locations"][0]["schedules"]
    schedules[-1] = {"id": schedules[-1]["id"], "valid_from": "2026-12-24", "valid_to": "2026-12-26"}
    rows = tuple(hsds_reading.read_all([one]).rows)
    (change,) = spreadsheet.plan(connection, rows).differences
    assert "2026-12-24..2026-12-26 closed" in change.after and "2026-12-24 closed" not in change.after


days = st.dates(date(2026, 11, 1), date(2027, 6, 30))
times = st.tuples(st.integers(0, 23), st.integers(0, 23)).map(lambda two: f"{two[0]:02}:15-{two[1]:02}:45")
rule = st.one_of(
    st.tuples(st.sampled_from(["tet", "holidays"]), st.one_of(times, st.sampled_from(["closed", "usual"]))),
    st.tuples(days.map(str), st.one_of(times, st.sampled_from(["closed", "usual"]))),
    st.tuples(
        st.tuples(days, st.integers(1, 40)).map(lambda two: f"{two[0]}..{two[0] + timedelta(days=two[1])}"),
        st.one_of(times, st.just("closed")),
    ),
).map(" ".join)


@given(st.lists(rule, max_size=5, unique_by=lambda line: line.split()[0]))
@settings(max_examples=200, deadline=None)
def test_each_day_has_the_times_that_we_would_say(lines: list[str]) -> None:
    hours = Hours.parse(["mon-fri 08:00-17:00", *lines])
    assert hours is not None
    told = [*hsds_hours.schedules("x", hours), *hsds_days.schedules("x", hours, on=ON)]
    assert len({one["id"] for one in told}) == len(told)
    again = Hours.parse(list(hsds_hours.lines(told) or ()))
    assert again is not None and (again.spans, again.apart) == (hours.spans, hours.apart)
    for step in range(300):
        day = ON + timedelta(days=step)
        speaking = next((one for one in hours.apart if one.holds(day)), None)
        on_day = [one for one in told if one.get("valid_from", "9") <= day.isoformat() <= one.get("valid_to", "0")]
        if speaking is None or speaking.times is None:
            assert not on_day
        elif not speaking.times:
            assert on_day and not any("opens_at" in one for one in on_day)
        else:
            opens = {(one["opens_at"][:5], one["closes_at"][:5]) for one in on_day}
            assert opens == {(_clock(begins), _clock(ends % 1440)) for begins, ends in speaking.times}


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@pytest.mark.parametrize(
    ("schedule", "says"),
    [
        ({"valid_from": "2026-12-24", "valid_to": "2026-12-20"}, "last day"),
        ({"valid_from": "soon", "valid_to": "2026-12-20"}, "must be days"),
        ({"valid_from": "2026-12-24", "valid_to": "2029-12-20"}, "at most a year"),
        ({"valid_from": "2026-12-24", "valid_to": "2026-12-30", "byday": "MO"}, "some weekdays"),
        ({"valid_from": "2026-12-24", "valid_to": "2026-12-30", "opens_at": "8"}, "times"),
        ({"notes": "APART:every full moon"}, "Hours are written"),
        ({"notes": "APART:mon 08:00-09:00"}, "names no days"),
    ],
)
def test_days_of_others_that_cannot_be_taken_over_are_named(schedule: dict[str, str], says: str) -> None:
    with pytest.raises(HoursProblem, match=says):
        hsds_hours.lines([schedule])

"""A point on the map is checked where it is written down and reckoned from by near-me; a sealed place has none."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, update

from directory import editing, places, points
from directory.drafts import DraftProblem
from directory.exchange import hsds, hsds_files, hsds_reading, leaving, spreadsheet
from directory.places import PlaceKey, Tier
from directory.search import Question, search
from directory.shelf import ShelfKeeper, read_listings
from directory.tables import place_of_service
from tests.directory.exchange.samples import NOW, OPEN, SEALED, shown

MIDDLE = places.centre_of(PlaceKey(Tier.OLD_DISTRICT, "005")) or (0.0, 0.0)


def beside(km: float) -> str:
    """A point so far north of the middle of Cầu Giấy."""
    return points.tidied(f"{MIDDLE[0] + km / 111.2:.6f}, {MIDDLE[1]:.6f}")


def test_every_place_we_know_lies_in_vietnam_and_near_itself() -> None:
    for key, unit in places.units().items():
        if unit.point:
            assert points.problem(f"{unit.point[0]:.6f}, {unit.point[1]:.6f}", key) == ""


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("21.03, 105.79", ""),
        ("21.03 105.79", ""),
        ("105.79, 21.03", "point_turned"),
        ("48.85, 2.35", "point_abroad"),
        ("0, 0", "point_abroad"),
        ("10.77, 106.69", "point_far"),
        ("21.03", "point"),
        ("21,03, 105,79", "point"),
        ("Cầu Giấy", "point"),
        ("nan, nan", "point"),
    ],
)
def test_an_impossible_point_is_named(connection: Connection, written: str, key: str) -> None:
    draft = replace(OPEN, point=written)
    if not key:
        assert editing.propose(connection, draft, staff_id=1, now=NOW)
        return
    with pytest.raises(DraftProblem) as refused:
        editing.propose(connection, draft, staff_id=1, now=NOW)
    assert [(one.field, one.key) for one in refused.value.problems] == [("point", f"listing.problem.{key}")]


def test_a_sealed_place_has_no_point_and_one_written_past_the_rules_is_not_read(connection: Connection) -> None:
    with pytest.raises(DraftProblem):
        editing.propose(connection, replace(SEALED, point="20.98, 105.84"), staff_id=1, now=NOW)
    id = shown(connection, SEALED)
    mine = place_of_service.c.id == id
    connection.execute(update(place_of_service).where(mine).values(lat="20.9831", lon="105.8412"))
    (one,) = read_listings(connection)
    assert one.point is None and "20.98" not in spreadsheet.as_csv(spreadsheet.everything(connection))


def test_near_me_reckons_from_the_point_where_there_is_one(connection: Connection) -> None:
    shown(connection, replace(OPEN, service="Không điểm"))
    shown(connection, replace(OPEN, service="Xa", point=beside(12)))
    shown(connection, replace(OPEN, service="Gần", point=beside(6)))
    keeper = ShelfKeeper()
    keeper.load(connection)
    north = points.parsed(beside(12))
    found = search(keeper.shelf, Question(("health.prep",), near=north, at=NOW)).results
    assert [hit.listing.service for hit in found] == ["Xa", "Gần", "Không điểm"]
    assert [round(hit.distance_km or 0) for hit in found] == [0, 6, 12]


def test_it_goes_out_and_comes_back_the_same(connection: Connection) -> None:
    id = shown(connection, replace(OPEN, point=beside(1)))
    services = list(hsds.services(leaving.shown(connection), on=NOW.date()))
    assert '"latitude": 21.' in hsds_files.as_json(services)
    for without in (frozenset[str](), frozenset({"point"})):
        rows, wrong = spreadsheet.parse(spreadsheet.as_csv(spreadsheet.everything(connection), without=without))
        assert not wrong and spreadsheet.plan(connection, rows).outcome == spreadsheet.Outcome(0, 0, 1)
    brought = hsds_reading.read_all(services)
    assert not brought.wrong and not [one for one in brought.kept_out if "tude" in one]
    assert spreadsheet.plan(connection, brought.rows).outcome == spreadsheet.Outcome(0, 0, 1)
    known = editing.look_up(connection, id)
    assert known is not None and brought.rows[0].draft.point == known.draft.point == beside(1)

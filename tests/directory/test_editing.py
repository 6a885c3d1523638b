"""Requirements 9 and 12: every change keeps what stood there before, and nobody overwrites anybody unseen."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection

from directory import catalogue, drafts, editing, notices, verification
from directory.drafts import Draft, DraftProblem
from directory.editing import EditedMeanwhile, NotNow
from directory.listing_text import describe
from directory.places import PlaceKey, Tier
from directory.replay import replay, stands
from directory.search import hit_now
from directory.shelf import ShelfKeeper

NOW = datetime(2026, 12, 7, 2, tzinfo=UTC)
CLINIC = Draft(
    organisation="Tổ chức Thử",
    service="Phòng khám Thử",
    kind="hiv_clinic",
    needs=("health.hiv_test",),
    place=PlaceKey(Tier.OLD_DISTRICT, "005"),
    hours=("mon-fri 08:00-17:00",),
    phones=("024 0000 0000",),
    reception={"vi": "Không hỏi nghề"},
)


def usual(kind: str) -> int:
    return 180


def published(connection: Connection, draft: Draft = CLINIC) -> str:
    place_id = editing.propose(connection, draft, staff_id=1, now=NOW)
    verification.verify(connection, place_id, verification.GROUPS, method="call", staff_id=1, now=NOW)
    editing.publish(connection, place_id, staff_id=1, now=NOW)
    return place_id


def shown(connection: Connection) -> set[str]:
    keeper = ShelfKeeper()
    keeper.load(connection)
    return {one.service for one in keeper.shelf}


def test_a_proposed_listing_is_hidden_until_somebody_called_and_published_it(connection: Connection) -> None:
    place_id = editing.propose(connection, CLINIC, staff_id=1, now=NOW)
    assert shown(connection) == set()
    with pytest.raises(DraftProblem) as refused:
        editing.publish(connection, place_id, staff_id=1, now=NOW)
    assert [one.key for one in refused.value.problems] == ["listing.problem.not_verified"]
    verification.verify(connection, place_id, ("contact",), method="call", staff_id=1, now=NOW)
    editing.publish(connection, place_id, staff_id=1, now=NOW)
    assert shown(connection) == {"Phòng khám Thử"}


def test_what_is_saved_is_what_is_read_again(connection: Connection) -> None:
    place_id = editing.propose(connection, CLINIC, staff_id=1, now=NOW)
    known = editing.look_up(connection, place_id)
    assert known is not None and known.draft == CLINIC and known.state == "draft"
    assert drafts.from_json(drafts.as_json(CLINIC)) == CLINIC


def test_the_second_to_save_is_told_and_nothing_of_the_first_is_lost(connection: Connection) -> None:
    place_id = published(connection)
    known = editing.look_up(connection, place_id)
    assert known is not None
    first, second = replace(CLINIC, phones=("024 0000 0001",)), replace(CLINIC, phones=("024 0000 0002",))
    editing.save(connection, place_id, first, expected=known.revision, staff_id=1, now=NOW)
    with pytest.raises(EditedMeanwhile):
        editing.save(connection, place_id, second, expected=known.revision, staff_id=2, now=NOW)
    again = editing.look_up(connection, place_id)
    assert again is not None and again.draft.phones == ("024 0000 0001",)


def test_a_change_can_be_taken_back(connection: Connection) -> None:
    place_id = published(connection)
    known = editing.look_up(connection, place_id)
    assert known is not None
    worse = replace(CLINIC, hours=None, needs=("health.pep",), organisation="Tổ chức khác")
    editing.save(connection, place_id, worse, expected=known.revision, staff_id=1, now=NOW)
    change = next(one for one in editing.history(connection, place_id) if one.can_revert)
    editing.revert(connection, place_id, change.seq, expected=known.revision + 1, staff_id=2, now=NOW)
    again = editing.look_up(connection, place_id)
    assert again is not None and again.draft == CLINIC


def test_taking_down_is_one_tap_and_another_person_brings_it_back(connection: Connection) -> None:
    place_id = published(connection)
    editing.withdraw(connection, place_id, staff_id=1, now=NOW)
    assert shown(connection) == set()
    with pytest.raises(NotNow) as refused:
        editing.restore(connection, place_id, staff_id=1, is_alone=False, fresh_days=usual, now=NOW + timedelta(days=2))
    assert refused.value.key == "listing.problem.restore_other"
    editing.restore(connection, place_id, staff_id=2, is_alone=False, fresh_days=usual, now=NOW)
    assert shown(connection) == {"Phòng khám Thử"}


def test_who_keeps_a_province_alone_waits_a_day(connection: Connection) -> None:
    place_id = published(connection)
    editing.withdraw(connection, place_id, staff_id=1, now=NOW)
    with pytest.raises(NotNow):
        later = NOW + timedelta(hours=23)
        editing.restore(connection, place_id, staff_id=1, is_alone=True, fresh_days=usual, now=later)
    editing.restore(connection, place_id, staff_id=1, is_alone=True, fresh_days=usual, now=NOW + timedelta(hours=24))
    assert shown(connection) == {"Phòng khám Thử"}


@pytest.mark.parametrize(
    ("days", "state", "is_hidden"), [(180, "published", False), (211, "stale", False), (361, "stale", True)]
)
def test_what_is_brought_back_is_as_old_as_its_checks(
    connection: Connection, days: int, state: str, is_hidden: bool
) -> None:
    place_id, then = published(connection), NOW + timedelta(days=days)
    editing.withdraw(connection, place_id, staff_id=1, now=NOW)
    editing.restore(connection, place_id, staff_id=2, is_alone=False, fresh_days=usual, now=then)
    known = editing.look_up(connection, place_id)
    assert known is not None and (known.state, known.is_hidden) == (state, is_hidden)
    assert shown(connection) == (set() if is_hidden else {CLINIC.service})
    assert replay(connection, place_id) == stands(connection, place_id)


def test_showing_again_is_not_checking(connection: Connection) -> None:
    place_id, later = published(connection), NOW + timedelta(days=220)
    verification.grow_old(connection, fresh_days=usual, now=later)
    with pytest.raises(NotNow):
        editing.publish(connection, place_id, staff_id=1, now=later)
    known = editing.look_up(connection, place_id)
    assert known is not None and known.state == "stale"


@pytest.mark.parametrize(
    ("change", "field", "key"),
    [
        ({"service": ""}, "service", "listing.problem.empty"),
        ({"service": "Phòng khám (mẫu)"}, "service", "listing.problem.real_name"),
        ({"kind": "bar"}, "kind", "listing.problem.unknown_code"),
        ({"needs": ()}, "needs", "listing.problem.no_need"),
        ({"needs": ("health.gold",)}, "needs", "listing.problem.unknown_code"),
        ({"place": None}, "place", "listing.problem.place"),
        ({"place": PlaceKey(Tier.OLD_DISTRICT, "999")}, "place", "listing.problem.place"),
        ({"is_sealed": True, "street": "1 Phố A"}, "street", "listing.problem.sealed"),
        ({"hours": ("sáng tới chiều",)}, "hours", "listing.problem.hours"),
        ({"hours": ("tet closed", "tet 08:00-11:00")}, "hours", "listing.problem.hours_twice"),
        ({"hours": ("mon-fri 08:00-17:00", "wed 09:00-12:00")}, "hours", "listing.problem.hours_clash"),
        ({"hours": ("mon-sun 00:00-24:00", "mon 08:00-17:00")}, "hours", "listing.problem.hours_clash"),
        ({"hours": ("2026-12-24 08:00-12:00", "2026-12-24 10:00-11:00")}, "hours", "listing.problem.hours_clash"),
        ({"hours": ("mon 08:00-08:00",)}, "hours", "listing.problem.hours_same"),
        ({"hours": ("tet 08:00-08:00",)}, "hours", "listing.problem.hours_same"),
        ({"phones": ("gọi đi",)}, "phones", "listing.problem.phone"),
        ({"phones": ("0000 000 123",)}, "phones", "listing.problem.real_phone"),
        ({"audience": ("rich",)}, "audience", "listing.problem.unknown_code"),
    ],
)
def test_every_mistake_is_named_with_its_field(change: dict[str, object], field: str, key: str) -> None:
    found = drafts.problems(replace(CLINIC, **change), is_demo=False)  # type: ignore[arg-type]
    assert (field, key) in [(one.field, one.key) for one in found]


@pytest.mark.parametrize(
    "hours",
    [
        ("mon-fri 08:00-11:30", "mon-fri 11:30-17:00"),
        ("sat 20:00-02:00", "sun 00:00-24:00"),
        ("mon-fri 08:00-17:00", "mon-fri 08:00-17:00"),
        ("mon-fri 08:00-17:00", "tet 09:00-10:00", "2026-12-24 09:00-12:00"),
        ("mon 20:00-02:00", "mon 08:00-12:00", "tue 01:00-05:00"),
    ],
)
def test_hours_that_only_touch_or_reach_into_the_next_day_are_kept(hours: tuple[str, ...]) -> None:
    assert drafts.problems(replace(CLINIC, hours=hours), is_demo=False) == ()


def test_hours_that_contradict_are_named_with_both_times() -> None:
    (one,) = drafts.problems(replace(CLINIC, hours=("mon 20:00-02:00", "mon 08:00-21:00")), is_demo=False)
    assert one.what == "08:00-21:00 / 20:00-02:00"


def test_the_demonstration_takes_no_real_number() -> None:
    found = drafts.problems(replace(CLINIC, service="Phòng khám Thử (mẫu)"), is_demo=True)
    assert [one.key for one in found] == ["listing.problem.demo_phone"]
    assert drafts.problems(CLINIC, is_demo=False) == ()


def test_a_published_listing_keeps_a_number_to_call(connection: Connection) -> None:
    place_id = published(connection)
    known = editing.look_up(connection, place_id)
    assert known is not None
    with pytest.raises(DraftProblem):
        editing.save(
            connection, place_id, replace(CLINIC, phones=()), expected=known.revision, staff_id=1, now=NOW
        )


def test_a_note_is_shown_from_its_first_to_its_last_day(connection: Connection) -> None:
    place_id = published(connection)
    first, last = date(2026, 12, 10), date(2026, 12, 12)
    notices.put(connection, place_id, "đóng cửa", starts_on=first, ends_on=last, staff_id=1, now=NOW)
    keeper = ShelfKeeper()
    keeper.load(connection)
    listing = keeper.shelf.get(place_id)
    assert listing is not None
    days = [datetime(2026, 12, number, 5, tzinfo=UTC) for number in (9, 10, 12, 13)]
    assert ["đóng cửa" in describe(hit_now(listing, moment)) for moment in days] == [False, True, True, False]
    notices.end(connection, place_id, staff_id=1, now=NOW)
    keeper.refresh(connection)
    assert keeper.shelf.get(place_id) != listing


def test_the_list_puts_first_what_needs_care_and_is_found_without_accents(connection: Connection) -> None:
    good = published(connection, replace(CLINIC, service="Phòng khám Ba"))
    bad = published(connection, replace(CLINIC, service="Phòng khám Hai"))
    verification.report_wrong(connection, bad, now=NOW)
    assert [one.id for one in catalogue.rows(connection)] == [bad, good]
    assert [one.id for one in catalogue.rows(connection, text="cau giay ba")] == [good]
    assert catalogue.rows(connection, state="withdrawn") == ()


def test_a_shelter_is_not_shown_before_it_is_sealed(connection: Connection) -> None:
    with pytest.raises(DraftProblem) as refused:
        published(connection, replace(CLINIC, kind="shelter"))
    assert [one.key for one in refused.value.problems] == ["listing.problem.open_shelter"]
    published(connection, replace(CLINIC, kind="shelter", is_sealed=True))
    assert shown(connection) == {"Phòng khám Thử"}


@pytest.mark.parametrize("kind", ["pharmacy", "private_clinic", "one_stop_centre", "psychologist"])
def test_kinds_that_people_ask_for_by_name_can_be_written_down(connection: Connection, kind: str) -> None:
    assert drafts.problems(replace(CLINIC, kind=kind), is_demo=False) == ()


def test_a_draft_that_says_nothing_new_is_read_by_the_version_before(connection: Connection) -> None:
    place_id = editing.propose(connection, CLINIC, staff_id=1, now=NOW)
    editing.save(connection, place_id, replace(CLINIC, street="Số 5"), expected=1, staff_id=1, now=NOW)
    for change in editing.history(connection, place_id):
        assert not {"is_staff_only", "point"} & {*change.before, *change.after}
    newer = replace(CLINIC, is_staff_only=True, point="21.0300, 105.7900")
    assert {"is_staff_only", "point"} <= set(drafts.as_json(newer))
    assert drafts.from_json(drafts.as_json(newer)) == newer


def test_taking_one_change_back_leaves_what_others_wrote_since(connection: Connection) -> None:
    id = published(connection)
    wrong = replace(CLINIC, phones=("024 0000 0009",), reception={"vi": "Gọi trước"})
    editing.save(connection, id, wrong, expected=2, staff_id=1, now=NOW)
    seq = next(one.seq for one in editing.history(connection, id) if one.can_revert)
    later = replace(wrong, hours=("mon-fri 09:00-16:00",), reception={"vi": "Gọi trước", "en": "Call first"})
    editing.save(connection, id, later, expected=3, staff_id=2, now=NOW)
    editing.revert(connection, id, seq, expected=4, staff_id=1, now=NOW)
    known = editing.look_up(connection, id)
    assert known is not None
    texts = {"vi": "Không hỏi nghề", "en": "Call first"}
    assert known.draft == replace(later, phones=CLINIC.phones, reception=texts)
    editing.save(connection, id, replace(known.draft, phones=("024 0000 0007",)), expected=5, staff_id=2, now=NOW)
    with pytest.raises(DraftProblem) as refused:
        editing.revert(connection, id, seq, expected=6, staff_id=1, now=NOW)
    named = [(one.field, one.key) for one in refused.value.problems]
    assert named == [(name, "listing.problem.changed_since") for name in ("phones", "reception.vi")]
    editing.revert(connection, id, seq, expected=6, staff_id=1, now=NOW, only="phones")

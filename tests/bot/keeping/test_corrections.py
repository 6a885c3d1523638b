"""Requirement 13: what is told of a place is sealed and without who, read by who decides, and gone with that."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.db import Database, Tx
from bot.helpline import retention
from bot.keeping import corrections, hours_said, remarks
from bot.policy import Policy
from bot.resealing import HOUSE_SEALED
from bot.tables import remark
from directory import editing, merging
from directory.drafts import DraftProblem
from directory.editing import EditedMeanwhile
from tests.bot.keeping.test_remarks import lanes
from tests.bot.keeping.test_reminders import BOTH, CLINIC, colleagues, listing

NOW = datetime(2026, 12, 7, 2, tzinfo=UTC)
NEW = "024 3767 4321"


def told(tx: Tx) -> corrections.Correction:
    (one,) = corrections.waiting(tx.connection, tx.seals)
    return one


@BOTH
async def test_it_is_sealed_without_who_and_gone_when_it_was_refused(engine: Database) -> None:
    def story(tx: Tx) -> None:
        id = listing(tx.connection, "Phòng khám Thử", "hiv_clinic", NOW)
        me = colleagues(tx)["maintainer"]
        (a,) = lanes(tx, 1)
        assert corrections.tell(tx, a, id, "phone", NEW, now=NOW)
        assert not corrections.tell(tx, a, id, "phone", "024 3767 0000", now=NOW), "one a day of a part"
        row = tx.execute(select(remark)).one()
        assert NEW.encode() not in row.sealed and not {"lane_id", "person_id", "handle", "at"} & set(row._mapping)
        (ours,) = (one for one in HOUSE_SEALED if one.table is remark)
        assert tx.seals.open(row.sealed, about=ours.about(row)) == NEW, "so a new key can seal it anew"
        one = told(tx)
        assert one.words == NEW and one.place_id == id and NEW not in repr(one)
        assert remarks.waiting(tx.connection) == () and remarks.suggestions(tx.connection, tx.seals) == ()
        assert corrections.refuse(tx, one.id, staff_id=me, now=NOW)
        assert not corrections.refuse(tx, one.id, staff_id=me, now=NOW), "somebody was first"
        assert tx.execute(select(remark.c.sealed)).scalar_one() is None
        known = editing.look_up(tx.connection, id)
        assert known is not None and NEW not in known.draft.phones

    await engine.write(story)


@BOTH
async def test_taking_it_over_is_a_change_like_any_other_and_answers_the_complaint(engine: Database) -> None:
    def story(tx: Tx) -> None:
        id = listing(tx.connection, "Phòng khám Thử", "hiv_clinic", NOW)
        me = colleagues(tx)["maintainer"]
        (a,) = lanes(tx, 1)
        remarks.note(tx, a, id, "phone", now=NOW, policy=Policy())
        corrections.tell(tx, a, id, "phone", NEW, now=NOW)
        before = editing.look_up(tx.connection, id)
        assert before is not None
        take = {"staff_id": me, "now": NOW}
        assert corrections.take_over(tx, told(tx), (NEW,), expected=before.revision, **take)
        after = editing.look_up(tx.connection, id)
        assert after is not None and after.draft.phones == (NEW,) and after.revision == before.revision + 1
        change = editing.history(tx.connection, id)[0]
        assert change.deed == "save" and change.before["phones"] != change.after["phones"] == [NEW]
        assert remarks.waiting(tx.connection) == () and corrections.waiting(tx.connection, tx.seals) == ()
        assert tx.execute(select(remark.c.sealed)).scalars().all() == [None, None]

    await engine.write(story)


@BOTH
async def test_what_does_not_pass_the_checks_of_the_form_decides_nothing(engine: Database) -> None:
    def begin(tx: Tx) -> tuple[str, int]:
        id = listing(tx.connection, "Phòng khám Thử", "hiv_clinic", NOW)
        corrections.tell(tx, lanes(tx, 1)[0], id, "hours", "sáng tới chiều", now=NOW)
        return id, colleagues(tx)["maintainer"]

    id, me = await engine.write(begin)
    known = await engine.read(lambda connection: editing.look_up(connection, id))
    assert known is not None
    for lines, revision, trouble in (
        (("sáng tới chiều",), known.revision, DraftProblem), (("mon-fri 08:00-17:00",), 99, EditedMeanwhile),
    ):  # fmt: skip
        with pytest.raises(trouble):
            await engine.write(
                lambda tx, lines=lines, revision=revision: corrections.take_over(  # type: ignore[misc]
                    tx, told(tx), lines, expected=revision, staff_id=me, now=NOW
                )
            )
        (one,) = await engine.read(lambda connection: corrections.waiting(connection, engine.seals))
        assert one.words == "sáng tới chiều"


@BOTH
async def test_nobody_tells_where_a_sealed_place_is_and_one_account_does_not_fill_the_list(engine: Database) -> None:
    def story(tx: Tx) -> None:
        (a,) = lanes(tx, 1)
        draft = replace(CLINIC, service="Nhà tạm lánh Thử", kind="shelter", is_sealed=True, street="")
        sealed = editing.propose(tx.connection, draft, staff_id=1, now=NOW)
        known = editing.look_up(tx.connection, sealed)
        assert known is not None and known.draft.is_sealed
        assert not corrections.tell(tx, a, sealed, "address", "số 5 ngõ 3", now=NOW)
        assert not corrections.tell(tx, a, "no-such-place", "phone", NEW, now=NOW)
        places = [listing(tx.connection, f"Phòng khám {n}", "hiv_clinic", NOW) for n in range(8)]
        kept = [corrections.tell(tx, a, id, "phone", NEW, now=NOW) for id in places]
        assert sum(kept) == corrections.MOST_A_DAY and kept[0]
        with pytest.raises(ValueError, match="rude"):
            corrections.tell(tx, a, places[0], "rude", "x", now=NOW)

    await engine.write(story)


@BOTH
async def test_undecided_it_goes_after_ninety_days(engine: Database) -> None:
    def story(tx: Tx) -> None:
        id = listing(tx.connection, "Phòng khám Thử", "hiv_clinic", NOW)
        corrections.tell(tx, lanes(tx, 1)[0], id, "phone", NEW, now=NOW)

    await engine.write(story)
    await engine.write(lambda tx: retention.sweep(tx, now=NOW + timedelta(days=91), policy=Policy()))
    assert await engine.read(lambda connection: connection.execute(select(remark)).all()) == []


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("T2-T6 8h-17h", ("mon-fri 08:00-17:00",)),
        ("thứ 2 đến thứ 6, 7h30 - 11h30 và 13h30-17h", ("mon-fri 07:30-11:30", "mon-fri 13:30-17:00")),
        ("hằng ngày 8:00-20:00", ("mon-sun 08:00-20:00",)),
        ("thứ hai tới chủ nhật từ 8h đến 20h30", ("mon-sun 08:00-20:30",)),
        ("mở 24/24", ("mon-sun 00:00-24:00",)),
        ("T7 8h-12h", ("sat 08:00-12:00",)),
        ("8h-17h", ()),  # on which days nobody said
        ("t2-t6 8h-17h, t7 8h-12h", ()),
        ("25h-30h t2", ()),
        ("sáng tới chiều", ()),
    ],
)
def test_hours_in_plain_words_are_lines_and_the_rest_is_for_a_person(words: str, lines: tuple[str, ...]) -> None:
    assert hours_said.lines_of(words) == lines


@BOTH
async def test_what_was_told_of_a_merged_listing_is_written_into_the_one_that_stayed(engine: Database) -> None:
    def story(tx: Tx) -> None:
        gone, stays = (listing(tx.connection, name, "hiv_clinic", NOW) for name in ("Nơi cũ", "Nơi còn"))
        me = colleagues(tx)["maintainer"]
        (a,) = lanes(tx, 1)
        remarks.note(tx, a, gone, "phone", now=NOW, policy=Policy())
        corrections.tell(tx, a, gone, "phone", NEW, now=NOW)
        before = told(tx)
        merging.merge(tx.connection, gone, stays, staff_id=me, now=NOW)
        one, take = told(tx), {"staff_id": me, "now": NOW}
        assert before.place_id == gone and one.place_id == stays
        dead, known = (editing.look_up(tx.connection, id) for id in (gone, stays))
        assert dead is not None and known is not None
        with pytest.raises(EditedMeanwhile), tx.connection.begin_nested():
            corrections.take_over(tx, before, (NEW,), expected=dead.revision, **take)
        assert corrections.take_over(tx, one, (NEW,), expected=known.revision, **take)
        after = [editing.look_up(tx.connection, id) for id in (gone, stays)]
        assert [NEW in each.draft.phones for each in after if each] == [False, True]
        assert tx.execute(select(remark.c.state)).scalars().all() == ["confirmed", "confirmed"]

    await engine.write(story)

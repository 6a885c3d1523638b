"""Referral to outcome, company, notes, silence, the end of a shift, another organisation, keeping somebody out."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update

from bot import policy as policies
from bot.db import Database, Tx
from bot.helpline import (
    blocks,
    cases,
    check_ins,
    consents,
    desk,
    due,
    duties,
    going_along,
    guessing,
    handover,
    reach,
    referrals,
    relay,
    sharing,
    tonight,
)
from bot.helpline.consents import ConsentTo
from bot.helpline.outcomes import Outcome
from bot.masking import Masked
from bot.policy import Policy
from bot.staff import StaffMember
from bot.staff import get as colleague
from bot.tables import block, case, centre, check_in, event, handover_note, shift, staff, staff_organisation
from bot.tables import referral as referral_table
from bot.timers import due_at
from directory.demonstration import import_demo
from directory.tables import place_of_service
from tests.bot.helpline.conftest import BICH, HOA, LAN, MAI, letters
from tests.conftest import MovableClock

AN = 5  # of another organisation


def taken(tx: Tx, clock: MovableClock, policy: Policy, urgency: str = "now") -> int:
    opened = cases.open_case(
        tx,
        1,
        urgency=urgency,
        need=None,
        place=None,
        now=clock.now(),
        policy=policy,  # type: ignore[arg-type]
    )
    cases.take(tx, opened.case.id, LAN, now=clock.now(), policy=policy)
    return opened.case.id


def state_of(tx: Tx, case_id: int) -> str:
    found = cases.get(tx.connection, case_id)
    assert found is not None
    return str(found.state)


def add_other_organisation(tx: Tx, clock: MovableClock) -> None:
    tx.execute(insert(staff_organisation).values(id=2, name="Tổ chức khác (mẫu)"))
    tx.execute(insert(centre).values(id=2, organisation_id=2, name="Trung tâm khác (mẫu)", province="79"))
    row = {"id": AN, "name": "s5", "alias": "An", "role": "worker", "centre_id": 2, "state": "active"}
    tx.execute(insert(staff).values(**row, created_at=clock.now()))


def member(tx: Tx, staff_id: int) -> StaffMember:
    found = colleague(tx.connection, staff_id)
    assert found is not None
    return found


async def test_a_place_ticks_that_somebody_came_and_learns_nothing_about_her(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        import_demo(tx.connection, clock.now())
        place = tx.execute(select(place_of_service.c.id).limit(1)).scalar_one()
        case_id = taken(tx, clock, policy)
        sent = referrals.refer(tx, case_id, LAN, place, "nơi mẫu", now=clock.now())
        slip = letters(tx, lane_id=1)[-1].text
        assert sent.code in slip and "Phiếu nói thay" in slip and "nơi mẫu" not in slip
        wrong = "0000" if sent.code != "0000" else "0001"
        assert referrals.came(tx, place, wrong, now=clock.now()) == "wrong"
        assert referrals.came(tx, place, sent.code, now=clock.now()) == "noted"
        assert referrals.came(tx, place, sent.code, now=clock.now()) == "again"
        assert referrals.of_case(tx.connection, case_id)[0].state == "attended"
        assert "đã tới" in letters(tx, staff_id=LAN)[-1].text
        for _ in range(guessing.MOST_WRONG):
            referrals.came(tx, place, wrong, now=clock.now())
        assert referrals.came(tx, place, wrong, now=clock.now()) == "resting"
        clock.pass_(hours=1)
        assert referrals.came(tx, place, wrong, now=clock.now()) == "wrong"
        tx.execute(delete(referral_table))

    await line.write(story)


async def test_check_ins_come_only_after_a_yes_and_stop_with_a_no(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        assert tx.execute(select(check_in)).first() is None
        consents.give(tx, case_id, ConsentTo.FOLLOW_UP, "t", now=clock.now())
        assert check_ins.plan(tx, 1, "tea", now=clock.now(), policy=policy) == 3
        numbers = list(tx.execute(select(check_in.c.id).order_by(check_in.c.due_at)).scalars())
        cases.close(tx, case_id, LAN, Outcome.SAFE, now=clock.now(), policy=policy)
        clock.pass_(days=3)
        due.DUE["check_in"](tx, numbers[0], clock.now(), policy)
        told = letters(tx, lane_id=1)[-1]
        assert told.text == "Hôm nào mình đi uống trà nhé?" and len(told.choices) == 4
        due.DUE["check_in_silent"](tx, numbers[0], clock.now(), policy)
        assert "chưa có trả lời" in letters(tx, staff_id=HOA)[-1].text
        check_ins.answer(tx, 1, numbers[0], "stop", now=clock.now())
        before = len(letters(tx, lane_id=1))
        due.DUE["check_in"](tx, numbers[1], clock.now(), policy)
        assert len(letters(tx, lane_id=1)) == before
        assert set(tx.execute(select(check_in.c.state)).scalars()) == {"stopped"}

    await line.write(story)


async def test_company_needs_her_yes_and_one_peer_takes_it(line: Database, clock: MovableClock, policy: Policy) -> None:
    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        with pytest.raises(sharing.NoYes):
            going_along.ask_for(tx, case_id, LAN, place_id=None, when_at=None, now=clock.now())
        consents.give(tx, case_id, ConsentTo.ACCOMPANY, "t", now=clock.now())
        number = going_along.ask_for(tx, case_id, LAN, place_id=None, when_at=None, now=clock.now())
        [wanted] = going_along.on_page(tx.connection, member(tx, MAI))
        assert wanted.id == number and wanted.state == "wanted"
        assert going_along.take_on(tx, number, MAI, now=clock.now())
        assert not going_along.take_on(tx, number, HOA, now=clock.now())
        assert "Mai sẽ đi cùng bạn" in letters(tx, lane_id=1)[-1].text
        assert not going_along.finish(tx, number, HOA, "done", now=clock.now())
        assert going_along.finish(tx, number, MAI, "done", now=clock.now())
        assert going_along.on_page(tx.connection, member(tx, MAI)) == ()

    await line.write(story)


async def test_whoever_takes_a_case_and_does_not_write_loses_it_and_a_held_case_is_left_in_peace(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        relay.from_person(tx, case_id, Masked("ừ"), now=clock.now())
        relay.from_worker(tx, case_id, LAN, "chị đây", now=clock.now())
        due.DUE["silent"](tx, case_id, clock.now(), policy)  # a late timer of an earlier silence
        assert state_of(tx, case_id) == "waiting"
        cases.take(tx, case_id, MAI, now=clock.now(), policy=policy)
        cases.hold(tx, case_id, MAI, clock.now() + timedelta(hours=1), now=clock.now(), policy=policy)
        due.DUE["silent"](tx, case_id, clock.now(), policy)
        assert state_of(tx, case_id) == "held"

    await line.write(story)


async def test_her_silence_after_a_cry_is_told_once_to_whoever_wrote_last(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def notes(tx: Tx) -> int:
        return sum("im lặng 10 phút" in one.text for one in letters(tx, staff_id=LAN))

    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        assert due_at(tx, "her_silence", case_id) is None, "the colleague has not written yet"
        relay.from_worker(tx, case_id, LAN, "chị đây", now=clock.now())
        assert due_at(tx, "her_silence", case_id) == clock.now() + timedelta(minutes=10)
        relay.from_person(tx, case_id, Masked("ừ"), now=clock.now())
        assert due_at(tx, "her_silence", case_id) is None, "she writes"
        clock.pass_(minutes=1)
        relay.from_worker(tx, case_id, LAN, "em ở đâu", now=clock.now())
        clock.pass_(minutes=10)
        due.DUE["her_silence"](tx, case_id, clock.now(), policy)
        assert notes(tx) == 1 and state_of(tx, case_id) == "taken"
        relay.from_worker(tx, case_id, LAN, "em ơi", now=clock.now())
        clock.pass_(minutes=10)
        due.DUE["her_silence"](tx, case_id, clock.now(), policy)
        assert notes(tx) == 1, "not after every line of the colleague's"
        relay.from_person(tx, case_id, Masked("em đây"), now=clock.now())
        relay.from_worker(tx, case_id, LAN, "ừ", now=clock.now())
        clock.pass_(minutes=10)
        due.DUE["her_silence"](tx, case_id, clock.now(), policy)
        assert notes(tx) == 2
        cases.close(tx, case_id, LAN, Outcome.SAFE, now=clock.now(), policy=policy)
        assert due_at(tx, "her_silence", case_id) is None
        due.DUE["her_silence"](tx, case_id, clock.now(), policy)  # a late timer
        assert notes(tx) == 2

    await line.write(story)


async def test_at_the_end_of_a_shift_a_note_calls_the_next_one_and_without_it_the_supervisor_takes_over(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        due.DUE["shift_end"](tx, case_id, clock.now(), policy)
        assert state_of(tx, case_id) == "taken", "still on duty"
        tx.execute(update(shift).where(shift.c.staff_id == LAN).values(ends_at=clock.now()))
        due.DUE["shift_end"](tx, case_id, clock.now(), policy)
        known = cases.get(tx.connection, case_id)
        assert known is not None and (known.state, known.staff_id) == ("handed", HOA)
        cases.take(tx, case_id, HOA, now=clock.now(), policy=policy)
        assert handover.write_note(tx, case_id, HOA, ["hurt", "children"], "", now=clock.now())
        tx.execute(update(shift).where(shift.c.staff_id == HOA).values(ends_at=clock.now()))
        due.DUE["shift_end"](tx, case_id, clock.now(), policy)
        assert state_of(tx, case_id) == "waiting"

    await line.write(story)


async def test_words_of_a_note_are_kept_only_with_consent_to_notes(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        relay.from_person(tx, case_id, Masked("ừ"), now=clock.now())
        assert not handover.write_note(tx, case_id, LAN, ["hurt"], "đau tay", now=clock.now())
        assert tx.execute(select(handover_note.c.sealed)).scalar_one() is None
        consents.give(tx, case_id, ConsentTo.NOTES, "t", now=clock.now())
        assert handover.write_note(tx, case_id, LAN, [], "đau tay, gọi 0912345678", now=clock.now())
        known = cases.get(tx.connection, case_id)
        assert known is not None
        newest = handover.notes(tx.connection, tx.seals, known)[0]
        assert newest.text is not None and "đau tay" in newest.text and "0912" not in newest.text
        with pytest.raises(cases.NotYours):
            handover.write_note(tx, case_id, MAI, [], "", now=clock.now())

    await line.write(story)


async def test_after_handing_to_another_organisation_the_first_sees_nothing(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        add_other_organisation(tx, clock)
        case_id = taken(tx, clock, policy)
        with pytest.raises(sharing.NoYes):
            sharing.hand_to_organisation(tx, case_id, LAN, 2, now=clock.now(), policy=policy)
        consents.give(tx, case_id, ConsentTo.SHARE, "t", now=clock.now(), partner_id="org:2")
        before = len(letters(tx, staff_id=LAN))
        sharing.hand_to_organisation(tx, case_id, LAN, 2, now=clock.now(), policy=policy)
        for one in (LAN, MAI, HOA):
            assert not desk.may_see(tx.connection, member(tx, one), case_id)
            done = cases.take(tx, case_id, one, now=clock.now(), policy=policy)
            assert isinstance(done, cases.TakenMeanwhile)
        assert len(letters(tx, staff_id=LAN)) == before
        assert any(one.choices for one in letters(tx, staff_id=AN))
        assert isinstance(cases.take(tx, case_id, AN, now=clock.now(), policy=policy), cases.Taken)
        assert not desk.may_see(tx.connection, member(tx, HOA), case_id)

    await line.write(story)


async def test_a_wish_for_another_province_keeps_her_own_out(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        add_other_organisation(tx, clock)
        opened = cases.open_case(tx, 1, urgency="now", need=None, place=None, now=clock.now(), policy=policy)
        tx.execute(update(case).where(case.c.id == opened.case.id).values(away_from="01", province=None))
        known = cases.get(tx.connection, opened.case.id)
        assert known is not None
        assert reach.rungs_for(tx.connection, known, ((LAN,),), is_any_hour=True) == ((AN,),)
        assert not desk.may_see(tx.connection, member(tx, LAN), known.id)
        assert isinstance(cases.take(tx, known.id, LAN, now=clock.now(), policy=policy), cases.TakenMeanwhile)
        tx.execute(update(staff).where(staff.c.id == AN).values(state="left"))
        ladder = reach.rungs_for(tx.connection, known, ((LAN,),), is_any_hour=True)
        assert ladder == ((LAN,),), "danger is not kept waiting for a wish nobody can fulfil"
        assert isinstance(cases.take(tx, known.id, LAN, now=clock.now(), policy=policy), cases.Taken)

    await line.write(story)


async def test_blocks_end_by_themselves_and_the_longest_takes_two(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        assert blocks.until(tx.connection, 1, clock.now()) is None
        assert blocks.keep_out(tx, case_id, LAN, 24, now=clock.now())
        assert blocks.may_show_card(tx, 1, clock.now()) and not blocks.may_show_card(tx, 1, clock.now())
        clock.pass_(hours=24)
        assert blocks.until(tx.connection, 1, clock.now()) is None
        assert not blocks.keep_out(tx, case_id, LAN, 720, now=clock.now())
        assert blocks.until(tx.connection, 1, clock.now()) is None
        [waits] = blocks.waiting(tx.connection, member(tx, HOA), clock.now())
        assert not blocks.confirm(tx, waits.id, LAN, now=clock.now())
        assert blocks.confirm(tx, waits.id, HOA, now=clock.now())
        assert blocks.until(tx.connection, 1, clock.now()) == clock.now() + timedelta(hours=720)
        with pytest.raises(cases.NotYours):
            blocks.keep_out(tx, case_id, LAN, 10_000, now=clock.now())
        tx.execute(delete(block))

    await line.write(story)


async def test_the_legal_duty_is_off_by_default_and_takes_two_people_and_tells_the_person(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    with_duty = policies.Policy(legal_duty=True, recorded_lines=None, is_demo=True)

    def story(tx: Tx) -> None:
        case_id = taken(tx, clock, policy)
        with pytest.raises(duties.NotOurDuty):
            duties.invoke_duty(tx, case_id, LAN, "life", "cơ quan mẫu", is_told=True, now=clock.now(), policy=policy)
        number = duties.invoke_duty(
            tx, case_id, LAN, "life", "cơ quan mẫu", is_told=True, now=clock.now(), policy=with_duty
        )
        assert sharing.of_case(tx.connection, case_id) == ()
        with pytest.raises(duties.NotOurDuty):
            duties.confirm_duty(tx, number, LAN, now=clock.now(), policy=with_duty)
        duties.confirm_duty(tx, number, HOA, now=clock.now(), policy=with_duty)
        [shared] = sharing.of_case(tx.connection, case_id)
        assert shared.by_duty and "Luật buộc" in letters(tx, lane_id=1)[-1].text

    await line.write(story)


async def test_every_closed_case_has_one_outcome_and_the_sums_agree(
    line: Database, clock: MovableClock, policy: Policy
) -> None:
    def story(tx: Tx) -> None:
        for outcome in (Outcome.SAFE, Outcome.HOAX, Outcome.LISTENED):
            case_id = taken(tx, clock, policy)
            cases.close(tx, case_id, LAN, outcome, ["cost"], now=clock.now(), policy=policy)
        closed = tx.execute(select(func.count()).select_from(case).where(case.c.state == "closed")).scalar_one()
        without = (case.c.state == "closed", case.c.outcome.is_(None))
        assert tx.execute(select(func.count()).select_from(case).where(*without)).scalar_one() == 0
        assert closed == 3

    await line.write(story)
    counted = select(func.sum(event.c.n)).where(event.c.kind.startswith("outcome."))
    assert await line.read(lambda connection: connection.execute(counted).scalar_one()) == 3


async def test_contacts_of_tonight_are_sealed_and_of_the_own_province(line: Database, clock: MovableClock) -> None:
    def story(tx: Tx) -> None:
        assert tonight.add_contact(tx, LAN, "01", "shelter", "chị Hai mở cửa (mẫu)", now=clock.now())
        assert not tonight.add_contact(tx, LAN, "01", "shelter", " ", now=clock.now())
        assert not tonight.add_contact(tx, LAN, "01", "palace", "x", now=clock.now())
        [known] = tonight.contacts(tx.connection, tx.seals, frozenset({"01"}))
        assert known.text == "chị Hai mở cửa (mẫu)"
        assert tonight.contacts(tx.connection, tx.seals, frozenset({"79"})) == ()
        tonight.remove_contact(tx, known.id, frozenset({"79"}), BICH, now=clock.now())
        assert tonight.contacts(tx.connection, tx.seals, frozenset({"01"}))
        assert tonight.set_room(tx, LAN, "p", "full", clock.now() + timedelta(hours=12), now=clock.now())
        assert tonight.rooms(tx.connection, clock.now())["p"].is_fresh
        clock.pass_(hours=12)
        assert not tonight.rooms(tx.connection, clock.now())["p"].is_fresh

    await line.write(story)

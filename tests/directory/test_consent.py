"""A private place or a group of peers is shown only with its own yes, and on a check that still counts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from directory import care, consent, editing, merging, verification
from directory.drafts import KINDS, DraftProblem
from directory.editing import NotNow
from directory.replay import replay, stands
from directory.shelf import read_listings
from directory.showing import _ASKED_AS, is_asked
from tests.directory.test_editing import CLINIC, NOW, shown, usual

KINDS_ASKED = ("private", "peer", "friendly")


def checked(connection: Connection, kind: str, **how: object) -> str:
    """A draft of this kind whose contact somebody checked."""
    id = editing.propose(connection, replace(CLINIC, kind=kind), staff_id=1, now=NOW)
    told: dict[str, object] = {"method": "call", "staff_id": 1, "now": NOW} | how
    verification.verify(connection, id, verification.GROUPS, **told)  # type: ignore[arg-type]
    return id


def keys(connection: Connection, id: str, days: int = 0) -> list[str]:
    """What stands in the way of showing it so many days after its check."""
    now = NOW + timedelta(days=days)
    try:
        editing.publish(connection, id, staff_id=1, now=now, fresh_days=usual, consent_kinds=KINDS_ASKED)
    except DraftProblem as problem:
        return [one.key for one in problem.problems]
    return []


def test_every_kind_that_is_asked_is_a_kind() -> None:
    assert set(_ASKED_AS) < set(KINDS)
    public = ("hospital", "cdc", "commune_health_station", "hiv_clinic", "social_work_centre")
    assert not any(is_asked(kind, KINDS_ASKED) for kind in public)


@pytest.mark.parametrize("kind", sorted(_ASKED_AS))
def test_without_its_yes_it_is_not_shown(connection: Connection, kind: str) -> None:
    id = checked(connection, kind)
    assert keys(connection, id) == ["listing.problem.not_agreed"] and shown(connection) == set()
    consent.give(connection, id, "call", staff_id=1, now=NOW)
    assert keys(connection, id) == [] and shown(connection) == {CLINIC.service}


def test_a_public_place_needs_none_and_the_policy_may_ask_for_less(connection: Connection) -> None:
    assert keys(connection, checked(connection, "hospital")) == []
    id = checked(connection, "pharmacy")
    editing.publish(connection, id, staff_id=1, now=NOW, consent_kinds=("peer",))
    assert len(shown(connection)) == 1


def test_its_no_takes_it_down_and_another_person_cannot_bring_it_back_without_a_new_yes(
    connection: Connection,
) -> None:
    id = checked(connection, "peer_group")
    consent.give(connection, id, "visit", staff_id=1, now=NOW)
    assert keys(connection, id) == []
    consent.end(connection, id, staff_id=1, now=NOW)
    assert shown(connection) == set() and replay(connection, id) == stands(connection, id)
    back = {"is_alone": False, "fresh_days": usual, "now": NOW, "consent_kinds": KINDS_ASKED}
    with pytest.raises(DraftProblem):
        editing.restore(connection, id, staff_id=2, **back)  # type: ignore[arg-type]
    with pytest.raises(NotNow):
        consent.end(connection, id, staff_id=1, now=NOW)
    consent.give(connection, id, "letter", staff_id=2, now=NOW)
    editing.restore(connection, id, staff_id=2, **back)  # type: ignore[arg-type]
    assert shown(connection) == {CLINIC.service}


def test_a_listing_does_not_become_a_private_one_without_a_yes(connection: Connection) -> None:
    id = checked(connection, "hospital")
    assert keys(connection, id) == []
    private = replace(CLINIC, kind="private_clinic")
    with pytest.raises(DraftProblem) as refused:
        editing.save(connection, id, private, expected=2, staff_id=1, now=NOW, consent_kinds=KINDS_ASKED)
    assert [one.key for one in refused.value.problems] == ["listing.problem.not_agreed"]


def test_what_was_shown_before_the_question_was_put_can_be_mended_and_is_named(connection: Connection) -> None:
    id = checked(connection, "pharmacy")
    editing.publish(connection, id, staff_id=1, now=NOW)
    better = replace(CLINIC, kind="pharmacy", phones=("024 0000 0009",))
    editing.save(connection, id, better, expected=2, staff_id=1, now=NOW, consent_kinds=KINDS_ASKED)
    found = care.needed(connection, fresh_days=usual, now=NOW, consent_kinds=KINDS_ASKED)
    assert [(one.place_id, one.what) for one in found] == [(id, "not_agreed")]
    consent.give(connection, id, "call", staff_id=1, now=NOW)
    assert care.needed(connection, fresh_days=usual, now=NOW, consent_kinds=KINDS_ASKED) == ()


def test_a_check_by_nobody_or_of_long_ago_shows_nothing(connection: Connection) -> None:
    nobody = checked(connection, "hospital", staff_id=None)
    assert keys(connection, nobody) == ["listing.problem.not_verified"]
    id = checked(connection, "hospital")
    assert keys(connection, id, days=4 * 365) == keys(connection, id, days=181) == ["listing.problem.checked_long_ago"]
    assert keys(connection, id, days=180) == []


def test_a_no_while_it_was_merged_keeps_it_down_when_it_is_one_of_two_again(connection: Connection) -> None:
    stays = checked(connection, "hospital")
    assert keys(connection, stays) == []
    gone = checked(connection, "peer_group")
    consent.give(connection, gone, "call", staff_id=1, now=NOW)
    assert keys(connection, gone) == []
    merging.merge(connection, gone, stays, staff_id=1, now=NOW)
    consent.end(connection, gone, staff_id=1, now=NOW)
    merging.undo(connection, gone, staff_id=1, fresh_days=usual, now=NOW)
    known = editing.look_up(connection, gone)
    assert known is not None and known.state == "withdrawn" and known.merged_into is None
    assert replay(connection, gone) == stands(connection, gone)
    back = {"is_alone": False, "fresh_days": usual, "now": NOW, "consent_kinds": KINDS_ASKED}
    with pytest.raises(NotNow):
        editing.restore(connection, gone, staff_id=1, **back)  # type: ignore[arg-type]
    assert len(read_listings(connection)) == 1


def test_a_no_before_a_merge_is_not_counted_twice(connection: Connection) -> None:
    stays, gone = checked(connection, "hospital"), checked(connection, "hospital")
    consent.give(connection, gone, "call", staff_id=1, now=NOW)
    consent.end(connection, gone, staff_id=1, now=NOW)
    consent.give(connection, gone, "call", staff_id=2, now=NOW)
    editing.restore(connection, gone, staff_id=2, is_alone=False, fresh_days=usual, now=NOW)
    assert keys(connection, stays) == []
    merging.merge(connection, gone, stays, staff_id=1, now=NOW)
    merging.undo(connection, gone, staff_id=1, fresh_days=usual, now=NOW)
    assert len(read_listings(connection)) == 2


def test_after_a_no_a_public_place_comes_back_with_a_new_yes_only(connection: Connection) -> None:
    id = checked(connection, "hospital")
    consent.give(connection, id, "call", staff_id=1, now=NOW)
    assert keys(connection, id) == []
    consent.end(connection, id, staff_id=1, now=NOW)
    back = {"is_alone": False, "fresh_days": usual, "now": NOW, "consent_kinds": KINDS_ASKED}
    with pytest.raises(DraftProblem) as refused:
        editing.restore(connection, id, staff_id=2, **back)  # type: ignore[arg-type]
    assert [one.key for one in refused.value.problems] == ["listing.problem.not_agreed"] and not shown(connection)
    consent.give(connection, id, "call", staff_id=2, now=NOW)
    editing.restore(connection, id, staff_id=2, **back)  # type: ignore[arg-type]
    assert shown(connection) == {CLINIC.service}


def test_who_took_the_no_of_what_was_down_already_does_not_bring_it_back(connection: Connection) -> None:
    id = checked(connection, "hospital")
    consent.give(connection, id, "call", staff_id=1, now=NOW)
    assert keys(connection, id) == []
    editing.withdraw(connection, id, staff_id=1, now=NOW)
    consent.end(connection, id, staff_id=2, now=NOW)
    consent.give(connection, id, "visit", staff_id=2, now=NOW)
    back = {"is_alone": False, "fresh_days": usual, "now": NOW, "consent_kinds": KINDS_ASKED}
    with pytest.raises(NotNow) as refused:
        editing.restore(connection, id, staff_id=2, **back)  # type: ignore[arg-type]
    assert refused.value.key == "listing.problem.restore_other" and not shown(connection)
    editing.restore(connection, id, staff_id=3, **back)  # type: ignore[arg-type]
    assert shown(connection) == {CLINIC.service}

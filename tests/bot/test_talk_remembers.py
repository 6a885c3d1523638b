"""What stays of a talk comes back as it was kept, also by a process with other lists of places."""

from dataclasses import replace

from bot.dialogues.kit import Memory
from directory.places import PlaceKey, Tier

KEPT = Memory("health.hiv_test", PlaceKey(Tier.OLD_DISTRICT, "005"), shown=("a",), sought=("health.hiv_test",))


def test_a_talk_comes_back_as_it_was_kept() -> None:
    for one in (KEPT, Memory(), replace(KEPT, need=None, kind="pharmacy")):
        assert Memory.from_json(one.as_json()) == one


def test_a_place_that_is_in_no_list_any_more_is_asked_again_and_breaks_nothing() -> None:
    told = {**KEPT.as_json(), "place": ["new_commune", "99999"]}
    assert Memory.from_json(told) == replace(KEPT, place=None)

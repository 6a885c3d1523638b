"""A bell wakes who listens, and a ring between two looks is not lost."""

from bot.bells import Bells


async def test_a_ring_between_two_waits_is_not_lost() -> None:
    bells = Bells()
    with bells.listen("case:1") as bell:
        bells.ring("case:1")
        assert await bell.wait(1)
        assert not await bell.wait(0.01)


async def test_other_topics_do_not_wake_and_nobody_listens_after_leaving() -> None:
    bells = Bells()
    with bells.listen("case:1", "staff:2") as bell:
        bells.ring("case:2")
        assert not await bell.wait(0.01)
        bells.ring("staff:2")
        assert await bell.wait(1)
    assert not bells._waiting

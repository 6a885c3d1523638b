"""How fast one account writes: tested on a clock of its own."""

import asyncio
from collections import Counter
from itertools import pairwise

import pytest

from bot.channels.telegram_pace import Pace
from bot.ports import SendError


class Seconds:
    """Time that passes only while somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.went: list[tuple[float, str]] = []

    def __call__(self) -> float:
        return self.now

    async def nap(self, seconds: float) -> None:
        assert seconds > 0
        for _ in range(5):
            await asyncio.sleep(0)  # whoever was let go has gone before time passes
        self.now += seconds


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def pace(seconds: Seconds) -> Pace:
    return Pace(now=seconds, nap=seconds.nap)


async def go(pace: Pace, seconds: Seconds, chat: str, *, urgent: bool = False) -> None:
    await pace.turn(chat, urgent=urgent)
    seconds.went.append((seconds.now, chat))


async def test_the_first_messages_do_not_wait(pace: Pace, seconds: Seconds) -> None:
    for number in range(25):
        await go(pace, seconds, f"c{number}")
    assert seconds.now == 1000.0


async def test_never_more_than_twenty_five_in_any_second(pace: Pace, seconds: Seconds) -> None:
    await asyncio.gather(*(go(pace, seconds, f"c{number}") for number in range(200)))
    times = sorted(at for at, _ in seconds.went)
    assert len(times) == 200
    assert all(later - first >= 1.0 for first, later in zip(times, times[25:], strict=False))
    assert times[-1] - times[0] <= 8.0, "and not slower than needed"


async def test_one_chat_gets_one_a_second_and_does_not_hold_up_others(pace: Pace, seconds: Seconds) -> None:
    others = [go(pace, seconds, f"c{number}") for number in range(15)]
    await asyncio.gather(*(go(pace, seconds, "same") for _ in range(5)), *others)
    mine = [at for at, chat in seconds.went if chat == "same"]
    assert [at - mine[0] for at in mine] == pytest.approx([0, 1, 2, 3, 4])
    assert all(at == 1000.0 for at, chat in seconds.went if chat != "same")


async def test_the_urgent_goes_before_what_was_there_first(pace: Pace, seconds: Seconds) -> None:
    routine = [go(pace, seconds, f"c{number}") for number in range(60)]
    await asyncio.gather(*routine, *(go(pace, seconds, f"alarm{number}", urgent=True) for number in range(5)))
    order = [chat for _, chat in seconds.went]
    assert all(order.index(f"alarm{number}") < 31 for number in range(5))


async def test_who_stands_in_line_already_obeys_the_network_too(pace: Pace, seconds: Seconds) -> None:
    """Four alarms to one colleague; the network refuses the first for half a minute."""
    lines = [asyncio.create_task(go(pace, seconds, "lan")) for _ in range(4)]
    other = asyncio.create_task(go(pace, seconds, "mai"))
    while not seconds.went:
        await asyncio.sleep(0)
    pace.hold("lan", 30)
    results = await asyncio.gather(*lines, other, return_exceptions=True)
    refused = [one for one in results if isinstance(one, SendError)]
    assert [one.kind for one in refused] == ["throttled"] * 3 and all((one.retry_after or 0) > 29 for one in refused)
    assert sorted(chat for _, chat in seconds.went) == ["lan", "mai"]


async def test_when_the_whole_account_must_wait_nobody_in_line_is_let_go(pace: Pace, seconds: Seconds) -> None:
    lines = [asyncio.create_task(go(pace, seconds, f"c{number}")) for number in range(75)]
    while len(seconds.went) < 25:
        await asyncio.sleep(0)
    pace.hold("c0", 30)
    pace.hold("c1", 30)
    results = await asyncio.gather(*lines, return_exceptions=True)
    assert len(seconds.went) == 25 and sum(isinstance(one, SendError) for one in results) == 50
    seconds.now += 31
    await go(pace, seconds, "c60")


async def test_who_must_wait_is_the_chat_the_network_named(pace: Pace, seconds: Seconds) -> None:
    pace.hold("a", 30)
    with pytest.raises(SendError) as problem:
        await pace.turn("a")
    assert problem.value.kind == "throttled" and problem.value.retry_after == pytest.approx(30)
    await go(pace, seconds, "b")
    seconds.now += 31
    await go(pace, seconds, "a")
    assert Counter(chat for _, chat in seconds.went) == {"a": 1, "b": 1}


async def test_when_a_second_chat_is_named_everybody_waits(pace: Pace, seconds: Seconds) -> None:
    pace.hold("a", 30)
    pace.hold("a", 10)  # the same again changes nothing for others
    assert pace.held_for("c") <= 0
    pace.hold("b", 5)
    with pytest.raises(SendError, match="throttled"):
        await pace.turn("c")
    seconds.now += 6
    await go(pace, seconds, "c")


async def test_an_alarm_to_a_chat_that_was_not_named_is_tried_all_the_same(pace: Pace, seconds: Seconds) -> None:
    """Two colleagues' chats are refused for half a minute; the third colleague must still be called."""
    waiting = [asyncio.create_task(go(pace, seconds, "lan", urgent=True)) for _ in range(2)]
    await asyncio.sleep(0)
    pace.hold("lan", 30)
    pace.hold("mai", 30)
    for name in ("hoa", "bich", "dung"):
        await go(pace, seconds, name, urgent=True)
    times = [at for at, chat in seconds.went if chat in ("hoa", "bich", "dung")]
    assert [later - first for first, later in pairwise(times)] == [1.0, 1.0], "one a second"
    with pytest.raises(SendError, match="throttled"):
        await pace.turn("mai", urgent=True)
    with pytest.raises(SendError, match="throttled"):
        await pace.turn("anh")
    for one in waiting:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_an_alarm_that_gets_through_frees_everybody(pace: Pace, seconds: Seconds) -> None:
    before = seconds.now
    seconds.now += 1
    pace.hold("lan", 30)
    pace.hold("mai", 30)
    pace.got_through(before)
    assert pace.held_for("anh") > 0, "what set out before says nothing"
    seconds.now += 1
    pace.got_through(pace.now)
    await go(pace, seconds, "anh")
    assert pace.held_for("lan") > 0 and pace.held_for("mai") > 0, "who was named still waits"


async def test_whoever_gave_up_does_not_block_the_line(pace: Pace, seconds: Seconds) -> None:
    for number in range(25):
        await pace.turn(f"c{number}")
    lost = asyncio.create_task(pace.turn("lost"))
    await asyncio.sleep(0)
    lost.cancel()
    await go(pace, seconds, "next")
    assert seconds.went[-1][1] == "next"


async def test_on_closing_whoever_waits_is_sent_away_to_try_later(seconds: Seconds) -> None:
    pace = Pace(now=seconds, nap=lambda wait: asyncio.sleep(3600))
    await pace.turn("a")
    waiting = asyncio.create_task(pace.turn("a"))
    await asyncio.sleep(0.01)
    pace.stop()
    with pytest.raises(SendError, match="transient"):
        await waiting


async def test_the_real_wait_is_cut_short_by_a_newcomer_whose_chat_is_free() -> None:
    pace = Pace(chat_seconds=600)
    await pace.turn("a")
    long = asyncio.create_task(pace.turn("a"))
    await asyncio.sleep(0)
    await asyncio.wait_for(pace.turn("b"), 50)
    long.cancel()
    pace.stop()


async def test_a_forgotten_chat_is_remembered_in_nothing(pace: Pace) -> None:
    await pace.turn("77001")
    pace.hold("77001", 30)
    pace.forget("77001")
    assert pace.held_for("77001") <= 0 and pace.wait_for("77001") <= 0 and "77001" not in repr(vars(pace))

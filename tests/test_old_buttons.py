"""A button outlives its question: each does what its words promise, or says kindly that it is over."""

import inspect
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select

from bot.app import House
from bot.db import Tx
from bot.dialogues.choosing import DIALOGUES
from bot.helpline import cases, check_ins, consents, entrusting, guards, relay, turns
from bot.helpline.consents import ConsentTo
from bot.masking import Masked
from bot.outbox import Option, tell_person
from bot.seals import Seals
from bot.tables import case, check_in, consent, entrusted, guard, lane, staff, transcript
from tests.conftest import MovableClock
from tests.fake_house import door, open_house

pytestmark = pytest.mark.timeout(240)

OVER = "Nút này đã hết tác dụng"
STANDS = "chưa ai"  # the true state of the case that is open now
LISTED = {  # about places and articles: nothing of a case hangs on them
    "find", "wrong_listing", "answer", "small", "welcome", "treated", "praise", "new_place", "declined", "blocked",
    "neutral", "watched",
}  # fmt: skip
# Steps of the others that no button leads to.
TYPED = {
    "report": {
        "placed", "state", "kept", "after_entrusting", "now", "offer", "fine", "anew",
        "now_again", "harmed_again", "talk_again", "agreed_again", "where_again",
    },
    "human": {"offer"}, "guard": {"opened", "quiet", "cry"}, "erase": {"word"}, "warn": {"instead"},
}  # fmt: skip

# (dialogue, step, key): what is said with another case open, and what with none; where it is "" something else is.
Kind = tuple[str, str, str]
Said = tuple[str, str]
YES_NOW = ("115", "115")
KINDS: Mapping[tuple[str, str, str], Said] = {
    ("report", "now_or_not", "yes"): YES_NOW,
    ("report", "now_or_not", "no"): (OVER, "không phải lỗi của bạn"),
    ("report", "whether", "yes"): YES_NOW,
    ("report", "whether", "no"): ("Bạn cần gì lúc này?", "Bạn cần gì lúc này?"),
    ("report", "harmed", "yes"): YES_NOW,
    ("report", "harmed", "no"): (OVER, "Bạn có muốn nói chuyện với một đồng nghiệp không?"),
    ("report", "talk", "yes"): (OVER, "Mình đã báo người trực"),
    ("report", "talk", "no"): (OVER, "Bạn quay lại lúc nào cũng được"),
    ("report", "where", "same"): (OVER, OVER),
    ("report", "where", "skip"): (OVER, OVER),
    ("report", "where", "mute"): ("Bạn chỉ cần bấm", "Bạn chỉ cần bấm"),
    ("report", "where", "fine"): (OVER, OVER),
    ("report", "agreed", "yes"): (OVER, OVER),
    ("report", "agreed", "no"): (OVER, OVER),
    ("report", "agreed", "mute"): ("Bạn chỉ cần bấm", "Bạn chỉ cần bấm"),
    ("report", "agreed", "fine"): (OVER, OVER),
    ("human", "wanted", "yes"): (OVER, "hàng chờ"),
    ("human", "wanted", "no"): (OVER, "Bạn quay lại lúc nào cũng được"),
    ("entrust", "sure", "yes"): (OVER, OVER),
    ("entrust", "sure", "no"): (OVER, OVER),
    ("mute", "tapped", "hurt|yes"): (OVER, OVER),
    ("mute", "tapped", "hurt|skip"): (OVER, OVER),
    ("mute", "which", "now"): YES_NOW,
    ("mute", "which", "other"): ("Bạn cần gì lúc này?", "Bạn cần gì lúc này?"),
    ("tapped", "answer", "1|yes"): (OVER, OVER),
    ("tapped", "answer", "1|unsure"): (OVER, OVER),
    ("guard", "checked", "ok"): ("Chào bạn trở lại", "Chào bạn trở lại"),
    ("guard", "checked", "later"): ("lúc nào tiện", "lúc nào tiện"),
    ("word", "chosen", "skip"): ("không đặt cũng được", "không đặt cũng được"),
    ("copy", "sure", "yes"): (OVER, "em kể chị nghe"),
    ("copy", "sure", "no"): (OVER, "Vâng"),
    ("elsewhere", "where", "skip"): ("Bạn quay lại lúc nào cũng được", "Bạn quay lại lúc nào cũng được"),
    ("revoke", "chosen", "notes:"): ("không còn gì để rút lại", "không còn gì để rút lại"),
    ("revoke", "chosen", "keep"): ("để như cũ", "để như cũ"),
    ("official", "helped", "yes"): ("Bạn cần gì lúc này?", "Bạn cần gì lúc này?"),
    ("official", "helped", "no"): ("", ""),
    ("warn", "chosen", "report"): (STANDS, "Bạn có muốn nói chuyện với một đồng nghiệp không?"),
    ("warn", "chosen", "plan"): ("đồng nghiệp", "đồng nghiệp"),
    ("warn", "chosen", "peers"): ("", ""),
    ("warn", "chosen", "nothing"): ("Bạn quay lại lúc nào cũng được", "Bạn quay lại lúc nào cũng được"),
    ("consent", "answer", "police||yes"): (OVER, OVER),
    ("consent", "answer", "share|x|yes"): (OVER, OVER),
    ("consent", "answer", "notes||no"): (OVER, OVER),
    ("referral", "answer", "1|yes"): (OVER, OVER),
    ("referral", "answer", "1|skip"): (OVER, OVER),
    ("consent", "words", "tea"): (OVER, OVER),
    ("consent", "hour", "evening"): (OVER, OVER),
    ("check_in", "answer", "{check_in}|well"): ("Mình mừng cho bạn", "Mình mừng cho bạn"),
    ("check_in", "answer", "{check_in}|unwell"): ("chưa ai", "người thật"),
    ("check_in", "answer", "{check_in}|stop"): ("mình không hỏi nữa", "mình không hỏi nữa"),
    ("erase", "sure", "yes"): ("Xoá lời, vẫn gửi người giúp", "Đã xoá xong"),
    ("erase", "sure", "all"): ("Xoá lời, vẫn gửi người giúp", "Đã xoá xong"),
    ("erase", "sure", "words"): ("Xoá lời, vẫn gửi người giúp", "Đã xoá lời của bạn"),
    ("erase", "sure", "copy"): ("", ""),
    ("erase", "sure", "no"): ("giữ lại như cũ", "giữ lại như cũ"),
    ("erase", "word_or_tap", "words"): ("Xoá lời, vẫn gửi người giúp", "Đã xoá lời của bạn"),
}
# What may change in the case that is open now, of those that are not over.
CHANGES = {
    ("report", "where", "mute"), ("report", "agreed", "mute"), ("report", "now_or_not", "yes"),
    ("report", "harmed", "yes"), ("report", "whether", "yes"), ("mute", "which", "now"),
}  # fmt: skip


@dataclass
class Story:
    """One house, and as many persons as there are buttons."""

    house: House
    clock: MovableClock

    async def says(self, who: str, *, text: str | None = None, choice: str | None = None) -> str:
        before = len(door(self.house).texts(who))
        await door(self.house).say(who, text, **({"choice": choice} if choice else {}))
        await self.house.settle()
        shown = [part for address, part in door(self.house).shown if address == who][before:]
        return "\n".join(" ".join([part.text, *(one.label for one in part.choices)]) for part in shown)

    async def deed(self, what: Any) -> Any:
        return await self.house.db.write(what)

    async def earlier(self, who: str, *kinds: Kind) -> tuple[Mapping[Kind, str], int]:
        """A talk with a colleague in which these were offered, and which is closed now: their tokens, and the lane."""
        await self.says(who, text="chào")
        now, policy = self.clock.now(), self.house.policy

        def offer(tx: Tx) -> int:
            lane_id = int(tx.execute(select(func.max(lane.c.id))).scalar_one())
            opened = cases.open_case(tx, lane_id, urgency="request", need=None, place=None, now=now, policy=policy)
            case_id, worker = opened.case.id, tx.execute(select(staff.c.id).where(staff.c.role == "worker")).scalars()
            who_has_it = worker.all()[0]
            consents.give(tx, case_id, ConsentTo.TALK, "t", now=now)
            relay.from_person(tx, case_id, Masked("em kể chị nghe"), now=now)
            turns.take(tx, case_id, who_has_it, now=now, policy=policy)
            row = {"case_id": case_id, "lane_id": lane_id, "words": "tea", "due_at": now, "state": "sent"}
            made = insert(check_in).values(**row, forget_at=now + timedelta(days=9)).returning(check_in.c.id)
            number = str(tx.execute(made).scalar_one())
            options = [Option(*kind[:2], kind[2].replace("{check_in}", number), ":".join(kind)) for kind in kinds]
            tell_person(tx, lane_id, "hỏi", now=now, options=options)
            turns.close(tx, case_id, who_has_it, "listened", now=now, policy=policy)
            return lane_id

        lane_id = await self.deed(offer)
        await self.house.settle()
        shown = [one for address, part in door(self.house).shown if address == who for one in part.choices]
        tokens = {one.label: one.token for one in shown}
        self.clock.pass_(minutes=30)
        return {kind: tokens[":".join(kind)] for kind in kinds}, lane_id


@pytest.fixture
async def story(tmp_path: Path, seals: Seals, clock: MovableClock) -> AsyncIterator[Story]:
    async with open_house(f"sqlite:///{tmp_path / 'house.db'}", tmp_path, seals, clock) as made:
        yield Story(made, clock)


def stands(connection: Connection, lane_id: int) -> dict[str, Any]:
    """What an old button must not touch: the open case, every yes, her words, what waits to be handed over."""
    known = cases.of_lane(connection, lane_id)
    assert known is not None, "nobody's open case is closed by an old button"

    def count(table: Any, *where: Any) -> int:
        return int(connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one())

    mine = select(case.c.id).where(case.c.lane_id == lane_id)
    return {
        "case": (known.id, known.urgency, known.state, known.place, known.talk_agreed),
        "yes": count(consent, consent.c.case_id.in_(mine), consent.c.withdrawn_at.is_(None)),
        "words": count(transcript, transcript.c.case_id.in_(mine)),
        "entrusted": count(entrusted, entrusted.c.case_id.in_(mine), entrusted.c.agreed_at.is_(None)),
        "planned": count(check_in, check_in.c.lane_id == lane_id, check_in.c.state == "planned"),
        "guard": count(guard, guard.c.lane_id == lane_id, guard.c.state != "open"),
    }


def test_every_step_that_a_button_leads_to_is_in_this_walk() -> None:
    for kind in DIALOGUES:
        if kind.name in LISTED:
            continue
        steps = {name for name, _ in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")}
        walked = {step for dialogue, step, _ in KINDS if dialogue == kind.name}
        assert steps - {"start"} - TYPED.get(kind.name, set()) == walked - {"start"}, kind.name


def groups(at: int) -> list[list[Kind]]:
    """Buttons that are over do nothing, so that one person can press them all; the others each have their own."""
    over = [kind for kind, said in KINDS.items() if said[at] == OVER]
    few = [over[first : first + 6] for first in range(0, len(over), 6)]  # as many as fit under one message
    return [*few, *([kind] for kind, said in KINDS.items() if said[at] != OVER)]


async def test_in_a_later_case_each_says_that_it_is_over_or_does_what_it_says(story: Story) -> None:
    for number, kinds in enumerate(groups(0)):
        who = f"p{number}"
        tokens, lane_id = await story.earlier(who, *kinds)
        await story.says(who, text="nó đang đánh em")

        def later(tx: Tx, lane_id: int = lane_id) -> dict[str, Any]:
            known = cases.of_lane(tx.connection, lane_id)
            assert known is not None
            entrusting.keep(tx, known, [("place", "phòng 12")], now=story.clock.now())
            return stands(tx.connection, lane_id)

        before = await story.deed(later)
        for kind, token in tokens.items():
            story.clock.pass_(seconds=30)
            said = await story.says(who, choice=token)
            assert KINDS[kind][0] in said and said, (kind, said)
            assert KINDS[kind][0] != OVER or STANDS in said.lower(), (kind, said)
            after = await story.house.db.read(lambda connection, lane_id=lane_id: stands(connection, lane_id))
            assert after == before or kind in CHANGES, kind


async def test_with_no_case_open_each_says_that_it_is_over_or_does_what_it_says(story: Story) -> None:
    for number, kinds in enumerate(groups(1)):
        tokens, lane_id = await story.earlier(f"p{number}", *kinds)
        for kind, token in tokens.items():
            said = await story.says(f"p{number}", choice=token)
            assert KINDS[kind][1] in said and said, (kind, said)
            opens = await story.house.db.read(lambda connection, lane_id=lane_id: cases.of_lane(connection, lane_id))
            assert opens is None or KINDS[kind][1] != OVER, kind


async def test_a_tap_from_before_the_word_was_agreed_opens_nothing(story: Story) -> None:
    tap = ("guard", "checked", "ok")
    tokens, lane_id = await story.earlier("anna", tap)
    now = story.clock.now()

    def shut(tx: Tx) -> None:
        guards.agree_word(tx, lane_id, "hoa phượng", now=now)
        guards.ask_first(tx, lane_id, now=now)

    await story.deed(shut)
    assert "từ đã hẹn" in await story.says("anna", choice=tokens[tap])
    assert await story.house.db.read(lambda c: guards.holder(c, lane_id)) is guards.Holder.ASKING
    assert "Chào bạn trở lại" in await story.says("anna", text="hoa phuong")


async def test_no_more_of_this_below_a_question_already_answered_ends_them_all(story: Story) -> None:
    await story.says("anna", text="nó đang đánh em")
    now, policy = story.clock.now(), story.house.policy

    def plan(tx: Tx) -> None:
        known = cases.of_lane(tx.connection, 1)
        assert known is not None
        consents.give(tx, known.id, ConsentTo.FOLLOW_UP, "t", now=now)
        check_ins.plan(tx, 1, "tea", now=now, policy=policy)
        number = tx.execute(select(func.min(check_in.c.id))).scalar_one()
        check_ins.send(tx, number, now=now, policy=policy)

    await story.deed(plan)
    await story.house.settle()
    shown = [part for address, part in door(story.house).shown if address == "anna"][-1].choices
    tokens = {one.label: one.token for one in shown}
    assert "mừng cho bạn" in await story.says("anna", choice=tokens["Ổn"])
    assert "không hỏi nữa" in await story.says("anna", choice=tokens["Đừng hỏi nữa"])
    left = select(func.count()).select_from(check_in).where(check_in.c.state == "planned")
    assert await story.house.db.read(lambda c: c.execute(left).scalar_one()) == 0


async def test_a_question_in_taps_answered_late_or_twice_is_not_taken_for_the_next_one(story: Story) -> None:
    async def readable() -> list[str]:
        rows = await story.house.db.read(lambda c: cases_lines(c, story.house.db.seals))
        return [text for text in rows if text.startswith("[")]

    await story.says("anna", text="nó đang đánh em")
    await story.says("anna", text="Không nói được, chỉ bấm")
    shown = [part for address, part in door(story.house).shown if address == "anna"][-1].choices
    hurt = {one.label: one.token for one in shown}
    await story.says("anna", choice=hurt["Có"])
    assert "Người đó có đang ở gần" in await story.says("anna", choice=hurt["Có"]), "the next question still stands"
    await story.says("anna", text="Không")
    await story.says("anna", choice=hurt["Không"])
    found = await readable()
    assert [line for line in found if "chảy máu" in line] == [
        "[Bạn có đau hay chảy máu nhiều không? Có]", "[Bạn có đau hay chảy máu nhiều không? Không]"
    ]  # fmt: skip
    assert [line for line in found if "ở gần" in line] == ["[Người đó có đang ở gần bạn không? Không]"]


def cases_lines(connection: Connection, seals: Seals) -> list[str]:
    known = cases.of_lane(connection, 1)
    assert known is not None
    return [line.text or "" for line in relay.words(connection, seals, known.id)]

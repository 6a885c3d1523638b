"""What stands in the table of what is kept is gone on its day, in a house that has lived through everything."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

import bot.tables as private
from bot.rehearsal import Rehearsal
from bot.tables import case

# Of one person and one case: what is gone how long after it, counted from the last message, or from closing.
AFTER_A_MESSAGE = {
    "2d": ("message_ref",),
    "3d": ("conversation", "offered"),
    "40d": ("lane", "contact", "person"),
}
AFTER_CLOSING = {
    "1d": ("entrusted",),
    "30d": ("transcript", "consent", "referral", "handover_note", "accompaniment", "alarm", "sharing", "legal_duty"),
    "40d": ("conversation", "offered", "lane", "contact", "person", "message_ref", "return_code", "guard"),
}
STAYS = ("case", "case_event")  # the register, which knows nobody


def rows(connection: Connection, *names: str) -> dict[str, int]:
    tables: Any = private
    count = {name: select(func.count()).select_from(getattr(tables, name)) for name in names}
    return {name: int(connection.execute(wanted).scalar_one()) for name, wanted in count.items()}


async def test_who_only_asked_is_forgotten_step_by_step() -> None:
    async with Rehearsal() as house:
        for text in ("xet nghiem hiv o cau giay", "chỗ thứ hai mấy giờ mở", "đặt từ riêng"):
            await house.play({"as": "person:a", "text": text})
        passed = 0
        for when, names in AFTER_A_MESSAGE.items():
            before = await house.house.db.read(lambda c, names=names: rows(c, *names))
            assert all(before[name] for name in names if name != "message_ref"), (when, before)
            await house.play({"pass": f"{int(when[:-1]) - passed}d"})
            await house.play({"pass": "1h"})
            passed = int(when[:-1])
            assert not any((await house.house.db.read(lambda c, names=names: rows(c, *names))).values()), when


async def test_a_closed_case_is_forgotten_step_by_step() -> None:
    async with Rehearsal() as house:
        alias = ""

        async def play(**line: Any) -> None:
            nonlocal alias
            said = await house.play({**line, **({"case": alias} if line.get("as") == "worker:1" else {})})
            alias = next((one["case"] for one in said if one.get("case")), alias)

        for text in ("nó đang đánh em, em ở nhà nghỉ Sen phòng 12", "Có, cho thấy", "Có, mình muốn"):
            await play(**{"as": "person:a", "text": text})
        await play(**{"as": "worker:1", "do": "take"})
        place = next(one.service for one in house.house.keeper.shelf if "legal.aid" in one.needs)
        for deed in ({"text": "chị đây"}, {"do": "refer", "value": place}, {"do": "ask", "value": "notes"}):
            await play(**{"as": "worker:1", **deed})
        for text in ("Đồng ý", "đặt từ riêng", "hoa phượng"):
            await play(**{"as": "person:a", "text": text})
        here = await house.house.db.read(lambda c: rows(c, "transcript", "consent", "referral", "entrusted", "guard"))
        assert all(here.values()), here
        await play(**{"as": "worker:1", "do": "close"})
        closed: datetime = await house.house.db.read(lambda c: c.execute(select(case.c.closed_at)).scalar_one())
        for when, names in AFTER_CLOSING.items():
            days = int(when[:-1])
            before = await house.house.db.read(lambda c, names=names: rows(c, *names))
            gone = (house.house.clock.now() - closed).days
            await house.play({"pass": f"{days - gone}d"})
            await house.play({"pass": "2h"})
            left = await house.house.db.read(lambda c, names=names: rows(c, *names))
            assert not any(left.values()), (when, before, left)
        assert all((await house.house.db.read(lambda c: rows(c, *STAYS))).values())

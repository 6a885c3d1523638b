"""What people think of an answer is counted without who: one tap, one more; the same tap again is the same opinion."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.rehearsal import Rehearsal
from bot.tables import event
from directory.wording import t


async def _counted(line: Rehearsal, kind: str) -> int:
    return await line.house.db.read(
        lambda connection: int(
            connection.execute(select(func.coalesce(func.sum(event.c.n), 0)).where(event.c.kind == kind)).scalar_one()
        )
    )


def _token(said: list[Mapping[str, Any]], label: str) -> str:
    return next(str(one["token"]) for message in said for one in message["choices"] if one["label"] == label)


@pytest.mark.parametrize("opinion", ["helped", "not_helped", "wrong"])
async def test_the_same_tap_twice_is_one_opinion(opinion: str) -> None:
    async with Rehearsal() as line:
        told = await line.play({"as": "person:a", "text": "prep la gi"})
        tap = {"as": "person:a", "choice": _token(told, t(f"ask.{opinion}", "vi"))}
        first = await line.play(tap)
        again = await line.play(tap)
        assert first and again  # nobody's tap is left without a word
        assert await _counted(line, f"{opinion}:prep-what") == 1


async def test_two_persons_and_two_opinions_are_counted_each() -> None:
    async with Rehearsal() as line:
        for who in ("person:a", "person:b"):
            told = await line.play({"as": who, "text": "prep la gi"})
            await line.play({"as": who, "choice": _token(told, t("ask.helped", "vi"))})
        await line.play({"as": "person:b", "text": "sai rồi"})
        assert await _counted(line, "helped:prep-what") == 2
        assert await _counted(line, "wrong:prep-what") == 1

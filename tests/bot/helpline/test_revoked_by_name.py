"""Of several yeses each has its name when one is taken back; a button of an earlier case opens nothing in a new one."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.db import Tx
from bot.helpline import casebook, consents, sharing, turns
from bot.helpline.consents import ConsentTo
from bot.rehearsal import Rehearsal

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
async def rehearsal() -> AsyncIterator[Rehearsal]:
    async with Rehearsal() as made:
        yield made


def labels(said: list[dict[str, Any]]) -> list[str]:
    return [choice["label"] for one in said for choice in one["choices"]]


def token(said: list[dict[str, Any]], label: str) -> str:
    return next(str(choice["token"]) for one in said for choice in one["choices"] if choice["label"] == label)


async def cry(rehearsal: Rehearsal) -> tuple[int, int]:
    """She cries and Lan takes it; returns the case and Lan's number."""
    said = await rehearsal.play({"as": "person:a", "text": "cuu em voi no danh em"})
    alias = next(one["case"] for one in said if one.get("case"))
    await rehearsal.play({"as": "worker:1", "do": "take", "case": alias})
    known = await rehearsal.house.db.read(lambda c: casebook.by_alias(c, alias))
    assert known is not None and known.staff_id is not None
    return known.id, known.staff_id


async def test_two_places_are_two_buttons_and_one_is_taken_back(rehearsal: Rehearsal) -> None:
    case_id, _ = await cry(rehearsal)
    house = rehearsal.house
    first, second = [one for one in house.keeper.shelf if not one.is_sealed][:2]
    assert first.service != second.service

    def agree(tx: Tx) -> None:
        for one in (first, second):
            consents.give(tx, case_id, ConsentTo.SHARE, "t", now=house.clock.now(), partner_id=one.id)

    await house.db.write(agree)
    shown = labels(await rehearsal.play({"as": "person:a", "text": "em rút lại đồng ý"}))
    assert len(shown) == len(set(shown))
    mine = next(one for one in shown if second.service in one)
    assert any(first.service in one for one in shown)
    await rehearsal.play({"as": "person:a", "choice": mine})
    left = await house.db.read(lambda c: {one.partner_id for one in consents.standing(c, case_id)})
    assert first.id in left and second.id not in left


async def test_an_old_yes_button_says_yes_to_nothing_in_a_new_case(rehearsal: Rehearsal) -> None:
    case_id, lan = await cry(rehearsal)
    house = rehearsal.house
    now, policy = house.clock.now(), house.policy
    await house.db.write(lambda tx: sharing.ask(tx, case_id, lan, ConsentTo.POLICE, now=now, partner_id="police"))
    await house.settle()
    asked, rehearsal._said[:] = list(rehearsal._said), []
    yes = token(asked, "Đồng ý")
    await house.db.write(lambda tx: turns.close(tx, case_id, lan, "listened", now=now, policy=policy))
    await rehearsal.play({"pass": "5m"})
    again, _ = await cry(rehearsal)
    assert again != case_id
    said = await rehearsal.play({"as": "person:a", "choice": yes})
    assert not await house.db.read(lambda c: consents.has(c, again, ConsentTo.POLICE, partner_id="police"))
    assert not any("đồng ý điều bạn hỏi" in one["text"] for one in said)

"""The page of a place: a code is ticked without signing in; a refuge is never confirmed; guessing ends quickly."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import Connection, func, insert, select

from bot import demonstration
from bot.db import Database, Tx
from bot.helpline import cases, guessing, referrals
from bot.policy import demonstration as demo_policy
from bot.seals import Seals
from bot.tables import case, conversation, lane, outbox, person, referral, wrong_code
from bot.web import build
from bot.web.came import routes
from bot.web.tries import FREE, known_mark, known_visitor
from directory.shelf import ShelfKeeper
from directory.tables import place_of_service
from tests.conftest import MovableClock


@pytest.fixture
async def keeper(db: Database, clock: MovableClock) -> ShelfKeeper:
    await db.write(lambda tx: demonstration.seed(tx, clock.now()))
    made = ShelfKeeper()
    await db.read(made.load)
    return made


@pytest.fixture
async def phone(db: Database, clock: MovableClock, keeper: ShelfKeeper) -> AsyncIterator[TestClient[Any, Any]]:
    async def ready() -> bool:
        return True

    made = routes(db, clock, keeper, trusted_proxies=("127.0.0.1",))
    async with TestClient(TestServer(build(made, is_ready=ready))) as client:
        yield client


def refer(tx: Tx, clock: MovableClock, place: str) -> str:
    now = clock.now()
    tx.execute(insert(person).values(id=1, created_at=now, forget_at=now))
    row = {"person_id": 1, "channel": "fake", "account": "1", "handle": "h"}
    tx.execute(insert(lane).values(id=1, last_at=now, forget_at=now, **row))
    tx.execute(insert(conversation).values(lane_id=1, key_id=tx.seals.new_key(), last_at=now, forget_at=now))
    opened = cases.open_case(tx, 1, urgency="now", need=None, place=None, now=now, policy=demo_policy())
    cases.take(tx, opened.case.id, 1, now=now, policy=demo_policy())
    return referrals.refer(tx, opened.case.id, 1, place, "nơi mẫu", now=now).code


def again(tx: Tx, clock: MovableClock, place: str) -> str:
    number = tx.execute(select(case.c.id)).scalar_one()
    return referrals.refer(tx, number, 1, place, "nơi mẫu", now=clock.now()).code


async def test_a_code_is_ticked_and_nobody_is_named(
    phone: TestClient[Any, Any], db: Database, clock: MovableClock, keeper: ShelfKeeper
) -> None:
    place = next(one for one in keeper.shelf if not one.is_sealed)
    found = await (await phone.get("/r/", params={"q": place.service[:12]})).text()
    assert f"/r/{place.id}" in found
    code = await db.write(lambda tx: refer(tx, clock, place.id))
    page = await (await phone.post(f"/r/{place.id}", data={"code": f" {code} "})).text()
    assert "Đã ghi" in page and "Bạn" not in page.replace("của bạn", "")
    state = await db.read(lambda connection: connection.execute(select(referral.c.state)).scalar_one())
    assert state == "attended"
    assert "đã được ghi trước đó" in await (await phone.post(f"/r/{place.id}", data={"code": code})).text()


async def test_a_refuge_is_neither_found_nor_confirmed(phone: TestClient[Any, Any], keeper: ShelfKeeper) -> None:
    sealed = next(one for one in keeper.shelf if one.is_sealed)
    assert sealed.id not in await (await phone.get("/r/", params={"q": sealed.service})).text()
    assert (await phone.get(f"/r/{sealed.id}")).status == 404
    assert (await phone.post(f"/r/{sealed.id}", data={"code": "0000"})).status == 404


def place_of(keeper: ShelfKeeper) -> str:
    return next(one for one in keeper.shelf if not one.is_sealed).id


async def tick(phone: TestClient[Any, Any], place: str, code: str, *, visitor: str = "10.0.0.1") -> int:
    answer = await phone.post(f"/r/{place}", data={"code": code}, headers={"X-Forwarded-For": visitor})
    return answer.status


def wrong_ones(right: str) -> Iterator[str]:
    return (code for number in itertools.count() if (code := f"{number % 10_000:04}") != right)


async def test_one_visitor_who_guesses_waits_longer_and_longer_and_the_place_goes_on(
    phone: TestClient[Any, Any], db: Database, clock: MovableClock, keeper: ShelfKeeper
) -> None:
    place = place_of(keeper)
    code = await db.write(lambda tx: refer(tx, clock, place))
    wrong = wrong_ones(code)
    assert [await tick(phone, place, next(wrong)) for _ in range(9)] == [200] * FREE + [429] * (9 - FREE)
    assert await db.read(lambda connection: connection.execute(select(wrong_code.c.n)).scalar_one()) == FREE
    resting = await phone.post(f"/r/{place}", data={"code": next(wrong)}, headers={"X-Forwarded-For": "10.0.0.1"})
    assert resting.headers["Retry-After"] == "60" and "thử lại từ 9:02" in (await resting.text()).replace("09:", "9:")
    tried = 0
    for _ in range(24 * 60):
        clock.pass_(minutes=1)
        tried += await tick(phone, place, next(wrong)) == 200
    assert tried <= 15, "in a whole day"
    assert await tick(phone, place, code, visitor="10.0.0.2") == 200
    bad = await phone.post(f"/r/{place}", data={"code": "<b>1"})
    assert "<b>1" not in await bad.text()


async def test_many_who_guess_together_find_nothing_and_do_not_shut_out_the_place(
    phone: TestClient[Any, Any], db: Database, clock: MovableClock, keeper: ShelfKeeper
) -> None:
    place = place_of(keeper)
    codes = [await db.write(lambda tx: refer(tx, clock, place))]
    codes += [await db.write(lambda tx: again(tx, clock, place)) for _ in range(3)]
    wrong = next(one for one in ("9999", "9998", "9997", "9996", "9995") if one not in codes)
    assert await tick(phone, place, codes[0]) == 200, "the place has ticked a code before, in this browser"
    stranger = phone.session.cookie_jar
    mark = {cookie.key: cookie.value for cookie in stranger}
    stranger.clear()
    tried, address = 0, itertools.count()
    for _ in range(24 * 12):
        clock.pass_(minutes=5)
        for _ in range(3):
            visitor = f"10.1.{next(address) // 250}.{next(address) % 250}"
            tried += await tick(phone, place, wrong, visitor=visitor) == 200
    assert tried <= 65, "in a whole day, whoever tries"
    assert await tick(phone, place, codes[1], visitor="10.9.9.9") == 429
    stranger.update_cookies(mark, phone.make_url(f"/r/{place}"))
    assert await tick(phone, place, codes[1], visitor="10.9.9.9") == 200
    stranger.clear()
    clock.pass_(minutes=31)
    assert await tick(phone, place, codes[2], visitor="10.9.9.8") == 200, "and a new device waits half an hour at most"
    stranger.clear()
    stranger.update_cookies({"r": mark["r"][:-1] + "x"}, phone.make_url(f"/r/{place}"))
    for _ in range(2):
        assert await tick(phone, place, wrong, visitor="10.9.9.7") in (200, 429)
    assert await tick(phone, place, codes[3], visitor="10.9.9.7") == 429, "a mark that is not ours opens nothing"


async def test_behind_a_proxy_nobody_has_named_one_who_guesses_does_not_shut_out_all(
    db: Database, clock: MovableClock, keeper: ShelfKeeper
) -> None:
    place, other = [one.id for one in keeper.shelf if not one.is_sealed][:2]
    code = await db.write(lambda tx: refer(tx, clock, other))

    async def ready() -> bool:
        return True

    async with TestClient(TestServer(build(routes(db, clock, keeper), is_ready=ready))) as phone:
        guessed = [await tick(phone, place, "9999") for _ in range(12)]
        assert guessed == [200] * guessing.MOST_WRONG + [429] * 2, "the place slows down all the same"
        assert await tick(phone, other, code, visitor="10.0.0.2") == 200


async def test_a_mark_is_of_one_place_and_ends(seals: Seals, clock: MovableClock) -> None:
    now = clock.now()
    mark = known_mark(seals, "a", now)
    assert known_visitor(seals, "a", mark, now) and not known_visitor(seals, "b", mark, now)
    assert not known_visitor(seals, "a", mark, now + timedelta(days=91))
    for bad in (None, "", ".", "..", "x.y.z", mark[1:], mark + "é"):
        assert known_visitor(seals, "a", bad, now) is None


async def test_a_right_code_leaves_no_hour_in_which_somebody_came(
    phone: TestClient[Any, Any], db: Database, clock: MovableClock, keeper: ShelfKeeper
) -> None:
    place = place_of(keeper)
    code = await db.write(lambda tx: refer(tx, clock, place))
    assert await tick(phone, place, code) == 200
    assert await db.read(lambda connection: connection.execute(select(wrong_code)).all()) == []


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
async def test_a_hundred_guesses_at_once_are_no_more_than_ten_and_those_in_charge_hear_of_it_once(
    engine: Database, clock: MovableClock
) -> None:
    def seed(tx: Tx) -> str:
        demonstration.seed(tx, clock.now())
        return tx.execute(select(place_of_service.c.id).where(~place_of_service.c.is_sealed).limit(1)).scalar_one()

    place = await engine.write(seed)
    told = await engine.read(lambda c: c.execute(select(func.count()).select_from(outbox)).scalar_one())

    async def guess(number: int) -> str:
        return await engine.write(lambda tx: referrals.came(tx, place, f"{number:04}", now=clock.now()))

    done = await asyncio.gather(*(guess(number) for number in range(100)))
    assert sorted(done) == ["resting"] * (100 - guessing.MOST_WRONG) + ["wrong"] * guessing.MOST_WRONG
    clock.pass_(hours=2)
    await guess(1)

    def heard(connection: Connection) -> list[int]:
        return list(connection.execute(select(outbox.c.staff_id).order_by(outbox.c.id)).scalars())[told:]

    in_charge = await engine.read(heard)
    assert in_charge and len(in_charge) == len(set(in_charge)), "once each"

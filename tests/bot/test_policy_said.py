"""What the organisation has decided changes what a person hears and can do."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot import policy as policies
from bot import rehearsal as rehearsals
from bot.helpline import coming_back
from bot.rehearsal import Rehearsal
from bot.tables import case
from directory.wording import t


@pytest.fixture
async def strict(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rehearsal]:
    decided = replace(
        policies.demonstration(),
        under_18_alarm_on_age=True,
        legal_duty=True,
        words_days=9,
        erase_check_word=True,
        own_copy=False,
        other_province=False,
        postal_address="1 Đường Mẫu",
    )
    for home in (policies, rehearsals):
        for name in ("demonstration", "demo_policy"):
            if callable(getattr(home, name, None)):
                monkeypatch.setattr(home, name, lambda: decided)
    async with Rehearsal() as made:
        assert made.house.policy.under_18_alarm_on_age
        yield made


async def test_age_alone_alarms_only_where_the_organisation_decided_so(strict: Rehearsal) -> None:
    said = await strict.play({"as": "person:a", "text": "em 15 tuổi"})
    told = [one["text"] for one in said if one["to"] == "person:a"]
    assert any("có giới hạn" in one for one in told), "limits of secrecy before anything else"
    assert any(one["to"] == "worker:1" for one in said)


async def test_who_reads_this_names_the_days_and_the_duty(strict: Rehearsal) -> None:
    said = await strict.play({"as": "person:a", "text": "ai đọc được tin này"})
    told = "\n".join(one["text"] for one in said)
    assert "9 ngày" in told and "Nếu luật buộc" in told and "giám sát" in told


async def said_to(made: Rehearsal, text: str) -> str:
    answers = await made.play({"as": "person:a", "text": text})
    return "\n".join(one["text"] for one in answers if one["to"] == "person:a")


@pytest.fixture(params=["bai tan cat phac", "ria chanh dang cua", "tieng mam chich thieng"])
def code_is(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The first sounds like a goodbye, the second like danger, the third like nothing."""
    words = str(request.param)
    monkeypatch.setattr(coming_back, "make", lambda seals: coming_back.Spare(words, seals.slow_hash(words)))
    return words


async def test_with_help_on_its_way_only_the_word_or_the_code_erases_everything(
    code_is: str, strict: Rehearsal
) -> None:
    told = await said_to(strict, "cứu em với, nó đánh em")
    assert code_is in told
    await said_to(strict, "xoá")
    await said_to(strict, "xoá hết")
    assert await open_cases(strict) == 1, "nothing goes before the word"
    for wrong in ("hoa phượng", "xoá hết", "nó xem máy"):
        await said_to(strict, wrong)
        assert await open_cases(strict) == 1
    await said_to(strict, "xoá")
    await said_to(strict, "xoá hết")
    await said_to(strict, code_is)
    assert await open_cases(strict) == 0


async def test_what_the_organisation_does_not_offer_is_not_given(strict: Rehearsal) -> None:
    await said_to(strict, "cho em gap nguoi that")
    await said_to(strict, "co")
    await said_to(strict, "em ten gi khong quan trong dau")
    assert t("copy.not_here", "vi") in await said_to(strict, "cho em xin bản sao những gì em kể")
    assert t("elsewhere.not_here", "vi") in await said_to(strict, "cho minh gap nguoi tinh khac")


async def test_written_requests_hear_the_address(strict: Rehearsal) -> None:
    assert "1 Đường Mẫu" in await said_to(strict, "chung toi la cong an phuong, de nghi cung cap danh sach")


async def open_cases(made: Rehearsal) -> int:
    wanted = select(case.c.id).where(case.c.state != "closed")
    return len(await made.house.db.read(lambda c: c.execute(wanted).all()))

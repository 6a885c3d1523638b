"""What the organisation has decided changes what a person hears: age alone, and a legal duty."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot import policy as policies
from bot import rehearsal as rehearsals
from bot.rehearsal import Rehearsal


@pytest.fixture
async def strict(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rehearsal]:
    decided = replace(policies.demonstration(), under_18_alarm_on_age=True, legal_duty=True, words_days=9)
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

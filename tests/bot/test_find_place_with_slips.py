"""Words that are no place are not taken for one that is nearly named, when a place is asked for in a talk."""

import pytest

from bot.rehearsal import START, Rehearsal


@pytest.mark.parametrize("answer", ["khong biet nua", "ko bik", "em so lam", "o nha"])
async def test_an_answer_that_names_no_place_is_not_asked_back(answer: str) -> None:
    async with Rehearsal(at=START) as rehearsal:
        await rehearsal.play({"as": "person:a", "text": "xet nghiem hiv"})
        said = await rehearsal.play({"as": "person:a", "text": answer})
    told = " ".join(one["text"] for one in said)
    assert "phải không" not in told
    assert "cùng tên" not in told


async def test_no_place_is_guessed_from_a_question_without_one() -> None:
    async with Rehearsal(at=START) as rehearsal:
        said = await rehearsal.play({"as": "person:a", "text": "ai cho xin sua bot be 3 thang, me mat sua roi"})
    assert not any("phải không" in one["text"] for one in said)

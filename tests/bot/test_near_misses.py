"""Questions near our subjects that no article answers: left alone or asked about, hardly ever told something wrong."""

from pathlib import Path

import pytest

from bot.rehearsal import Rehearsal
from directory.wording import t

MISSES = Path(__file__).parents[1] / "examples" / "near_misses.tsv"
OPEN = [line.split("\t")[1] for line in MISSES.read_text("utf-8").splitlines() if line.startswith("open\t")]
MOST_TOLD = 0.03  # of what no article answers


async def test_what_no_article_answers_is_hardly_ever_told_as_if_it_were() -> None:
    told, woken, hurried = [], [], []
    hours = {t(f"danger.soon.{one}", "vi").splitlines()[0] for one in ("condom", "pill", "raped", "bleeding")}
    async with Rehearsal() as line:
        for number, text in enumerate(OPEN):
            said = await line.play({"as": f"person:n{number}", "text": text})
            labels = {choice["label"] for one in said for choice in one.get("choices", ())}
            told += [text] if t("ask.helped", "vi") in labels else []
            woken += [text] if any(one["to"].startswith("worker:") for one in said) else []
            hurried += [text] if any(first in one["text"] for one in said for first in hours) else []
    assert len(OPEN) >= 120
    assert len(told) <= MOST_TOLD * len(OPEN), told
    assert woken == [] and hurried == []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("bao rách tối qua giờ uống thuốc gì kịp không", "72 giờ"),
        ("thuoc tranh thai khan cap uong trong may ngay", "5 ngày"),
        ("bi phat bao nhieu tien vay", "Bán dâm bị xử phạt hành chính"),
        ("vay vốn chính sách cần giấy gì", "Có một chương trình vay cũ"),
        ("ve benh lau", "Cơ thể báo gì lạ thì đi khám"),
    ],
)
async def test_what_an_article_answers_is_told_all_the_same(text: str, first: str) -> None:
    async with Rehearsal() as line:
        said = await line.play({"as": "person:a", "text": text})
    assert any(first in one["text"] for one in said), [one["text"] for one in said]

"""A maintainer begins a topic of the own, it goes the way of all articles, and persons find it by its phrasings."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import pytest

from bot.db import Tx
from bot.rehearsal import Rehearsal
from directory import answers, articles, publishing
from directory.exchange import cards
from directory.reading import read
from tests.bot.console.conftest import Browser, Desk

HERE = "/console/articles/kham-rang/vi"
QUESTIONS = (
    "đau răng quá khám ở đâu cho kín", "rang so 8 moc lech lam sao", "em bị sâu răng", "nho rang co dau khong",
    "răng lung lay có phải nhổ", "chay mau chan rang hoai", "viêm nướu thì sao", "làm răng giả cho kín đáo",
    "lay cao rang bao lau mot lan", "hôi miệng do răng", "đi nha sĩ có bị hỏi nghề không", "mẻ răng cửa",
)  # fmt: skip
NEW = {"id": "kham-rang", "title": "Khám răng kín đáo", "review": "none", "sources": "Nhóm tự viết (mẫu), 12/2026"}


def _fields(page: str) -> dict[str, str]:
    form = page.partition(f'<form method="post" action="{HERE}" ')[2].partition("</form>")[0]
    found = dict(re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>(.*?)</textarea>', form, re.S))
    for tag in re.findall(r"<input[^>]*>", form):
        found[re.findall(r'name="(\w+)"', tag)[0]] = re.findall(r'value="([^"]*)"', tag)[0]
    found["since"] = re.findall(r'<option value="(\w+)" selected', form)[0]
    return {name: unescape(value) for name, value in found.items() if name != "csrf"}


async def _begun(desk: Desk) -> Browser:
    thu = await desk.as_("maintainer-1")
    where, page = await desk.press(thu, "/console/article-new", **NEW, needs=["health.general"])
    assert where == f"{HERE}?said=to_mend", page
    return thu


async def test_from_a_new_topic_to_readers_who_find_it_by_its_phrasings(desk: Desk) -> None:
    thu = await _begun(desk)
    await desk.db.read(desk.keeper.refresh)
    assert "kham-rang" not in {one.id for one in desk.keeper.shelf.library or ()}, "a draft changes nothing"
    form = _fields(await (await thu.get(HERE)).text())
    form |= {"body": "Bạn được khám mà không phải kể làm nghề gì.", "questions": "\n".join(QUESTIONS), "next": "talk"}
    where, page = await desk.press(thu, HERE, **form)
    assert where.endswith("said=saved"), page
    where, page = await desk.press(thu, f"{HERE}/approve", revision="2", role="none", on="2026-12-07",
                                   review_by="2027-06-01")  # fmt: skip
    assert where.endswith("said=approved"), page
    where, page = await desk.press(thu, f"{HERE}/publish", revision="3")
    assert where.endswith("said=published"), page
    await desk.db.read(desk.keeper.refresh)
    library = desk.keeper.shelf.library
    assert library is not None and "kham-rang" not in articles.topics()
    for asked in QUESTIONS:
        assert answers.find(read(asked), library=library).ids[:1] == ("kham-rang",), asked
    made = cards.everything(library, now=desk.clock.now(), days=30, recorded=None)
    assert [one.id for one in made][-1] == "kham-rang"
    assert "Khám răng kín đáo" in await (await thu.get("/console/articles?text=khám răng")).text()
    english = await (await thu.get("/console/articles/kham-rang/en")).text()
    assert 'name="title"' in english, "a translation can be begun"


@pytest.mark.parametrize(
    ("field", "given"),
    [("id", "Khám răng"), ("id", "prep-what"), ("title", " "), ("review", "king"), ("sources", ""), ("needs", "x.y")],
)
async def test_what_is_missing_is_named_by_its_field_and_nothing_is_kept(desk: Desk, field: str, given: str) -> None:
    thu = await desk.as_("maintainer-1")
    told = {**NEW, "needs": ["health.general"], field: [given] if field == "needs" else given}
    where, page = await desk.press(thu, "/console/article-new", **told)
    assert where == "/console/article-new" and f'id="mistake-{field}-1"' in page
    assert not await desk.db.read(lambda connection: publishing.is_topic(connection, "kham-rang"))


async def test_the_same_topic_is_not_begun_twice_and_a_worker_begins_none(desk: Desk) -> None:
    thu = await _begun(desk)
    _, page = await desk.press(thu, "/console/article-new", **NEW, needs=["health.general"])
    assert "đã có chủ đề mang mã kham-rang" in page
    lan = await desk.as_("worker-1")
    assert (await lan.get("/console/article-new")).status == 403


async def test_in_the_chat_the_new_article_answers() -> None:
    async with Rehearsal() as rehearsal:
        house, now = rehearsal.house, datetime(2026, 12, 7, 2, tzinfo=UTC)

        def write(tx: Tx) -> None:
            connection = tx.connection
            publishing.begin_topic(
                connection, "kham-rang", title="Khám răng", needs=["health.general"], review="none",
                sources=["Nhóm tự viết (mẫu)"], staff_id=None, now=now,
            )  # fmt: skip
            desk = publishing.look_up(connection, "kham-rang", "vi")
            words, steps = ("Bạn không phải kể làm nghề gì.",), (articles.NextStep("talk"),)
            full = replace(desk.working, body=words, questions=QUESTIONS, next=steps)
            assert publishing.save(connection, full, expected=1, staff_id=None, now=now) == ()
            publishing.publish(
                connection, publishing.look_up(connection, "kham-rang", "vi"), expected=2, staff_id=None, now=now
            )

        await house.db.write(write)
        await house.db.read(house.keeper.refresh)
        said = await rehearsal.play({"as": "person:a", "text": "răng lung lay có phải nhổ"})
        assert any("Bạn không phải kể làm nghề gì." in one["text"] for one in said)
        said = await rehearsal.play({"as": "person:b", "text": "niềng răng có mắc không ad"})
        asked = next(one for one in said if one["choices"])
        assert "Khám răng" in [one["label"] for one in asked["choices"]]
        said = await rehearsal.play({"as": "person:b", "choice": "Khám răng"})
        assert any("Bạn không phải kể làm nghề gì." in one["text"] for one in said)

"""An editor says which words mean a topic, sees which questions would find it, and is warned of common words."""

from bot.tables import audit
from directory import articles, publishing
from tests.bot.begun_topics import rows
from tests.bot.console.conftest import Browser, Desk
from tests.bot.console.test_new_article import HERE, NEW, _begun, _fields
from tests.bot.console.test_question_pages import asked_by

TOPIC = rows()[0]["kham-rang"]
ASKED = f"{HERE}/asked"


async def saved(desk: Desk, thu: Browser, **changes: str) -> tuple[str, str]:
    form = _fields(await (await thu.get(HERE)).text())
    words = {"body": "Bạn không phải kể làm nghề gì.", "questions": "\n".join(TOPIC.phrasings), "next": "talk"}
    return await desk.press(thu, HERE, **{**form, **words, **changes})


async def test_the_words_are_kept_with_the_text_and_can_be_compared(desk: Desk) -> None:
    thu = await _begun(desk)
    where, page = await saved(desk, thu, cues="Nhổ răng\nnha sĩ\nnhổ răng")
    assert where.endswith("said=saved"), page
    now = await desk.db.read(lambda connection: publishing.look_up(connection, "kham-rang", "vi"))
    assert now.working.cues == ("nhổ răng", "nha sĩ")
    assert _fields(await (await thu.get(HERE)).text())["cues"] == "nhổ răng\nnha sĩ"
    assert "Từ chỉ riêng chủ đề này" in await (await thu.get(f"{HERE}/compare")).text()
    english = await desk.db.read(lambda connection: publishing.look_up(connection, "kham-rang", "en"))
    assert english.working.cues == (), "a translation has its own words"


async def test_words_that_other_articles_use_are_named_and_the_text_cannot_be_shown(desk: Desk) -> None:
    thu = await _begun(desk)
    where, page = await saved(desk, thu, cues="răng\nrăng đau, nhức")
    assert where.endswith("said=to_mend")
    assert "“răng” cũng có trong" in page and "“răng đau, nhức”: chỉ gồm chữ" in page
    where, page = await desk.press(thu, f"{HERE}/publish", revision="2")
    assert "kham-rang" not in {one.id for one in desk.keeper.shelf.library or ()} and "said=published" not in where
    listed = await (await thu.get("/console/articles/prep-what/vi")).text()
    assert 'name="cues"' not in listed and "/asked" not in listed, "those of the list stand in its table"


async def test_the_page_shows_what_was_asked_what_is_drawn_here_and_what_stands_alone(desk: Desk) -> None:
    await asked_by(desk, 3, "rang dau qua lam sao")
    await asked_by(desk, 3, "xam hinh o dau re")
    thu = await _begun(desk)
    before = await (await thu.get(ASKED)).text()
    assert before.count("Vẫn chưa gặp") == 2
    await saved(desk, thu, cues="đau răng\nnha sĩ")
    page = await (await thu.get(ASKED)).text()
    assert page.count("Với bản này thì gặp bài") == 1 and page.count("Vẫn chưa gặp") == 1
    assert "trên 12" in page and "bi gay rang cua" not in page.partition('id="alone"')[2].replace("\n", " ")[:200]
    await saved(desk, thu, questions="\n".join((*TOPIC.phrasings, "mua vé số ở đâu")), cues="")
    assert "mua vé số ở đâu" in (await (await thu.get(ASKED)).text()).partition('id="alone"')[2]
    await saved(desk, thu, questions="\n".join((*TOPIC.phrasings, *["khám phụ khoa ở đâu kín đáo"] * 2)), cues="khám")
    drawn = (await (await thu.get(ASKED)).text()).partition('id="drawn"')[2].partition('id="alone"')[0]
    assert "Khám phụ khoa kín đáo" in drawn, "questions of another article are named with it"


async def test_looking_changes_nothing_and_is_for_editors_of_topics_begun_here(desk: Desk) -> None:
    thu = await _begun(desk)
    await saved(desk, thu)
    done = await desk.count(audit)
    assert (await thu.get(ASKED)).status == 200 and await desk.count(audit) == done
    await desk.db.read(desk.keeper.refresh)
    assert "kham-rang" not in {one.id for one in desk.keeper.shelf.library or ()}
    for one in ("prep-what/vi", "nothing/vi", "kham-rang/xx"):
        assert (await thu.get(f"/console/articles/{one}/asked")).status == 404, one
    for role in ("worker-1", "peer-1", "supervisor-1"):
        assert (await (await desk.as_(role)).get(ASKED)).status == 403
    assert NEW["id"] not in articles.topics()

"""A maintainer writes, somebody of the right role looks, people read: in the console, with every step in the audit."""

import re
from dataclasses import replace
from html import unescape

import pytest
from sqlalchemy import select

from bot import audit
from bot.dialogues import ask
from bot.tables import audit as audit_table
from directory import articles, languages, publishing
from tests.bot.console.conftest import Browser, Desk

HERE = "/console/articles/prep-what/vi"
UNTIL = "2027-06-01"


def fields(page: str) -> dict[str, str]:
    """What stands in the form, as a browser would send it."""
    form = page.partition('<form method="post" action="/console/articles/prep-what/vi" ')[2].partition("</form>")[0]
    found = dict(re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>(.*?)</textarea>', form, re.S))
    for tag in re.findall(r"<input[^>]*>", form):
        found[re.findall(r'name="(\w+)"', tag)[0]] = re.findall(r'value="([^"]*)"', tag)[0]
    found["since"] = re.findall(r'<option value="(\w+)" selected', form)[0]
    return {name: unescape(value) for name, value in found.items() if name != "csrf"}


async def opened(browser: Browser) -> dict[str, str]:
    return fields(await (await browser.get(HERE)).text())


async def deeds(desk: Desk) -> list[tuple[str, str, str]]:
    wanted = select(audit_table.c.deed, audit_table.c.subject, audit_table.c.detail).order_by(audit_table.c.seq)
    rows = await desk.db.read(lambda connection: connection.execute(wanted).all())
    return [tuple(row) for row in rows if row.deed.startswith("article_")]


async def shown(desk: Desk) -> articles.Article | None:
    await desk.db.read(desk.keeper.refresh)
    assert desk.keeper.shelf.library is not None
    return desk.keeper.shelf.library.get("prep-what")


async def test_the_way_from_a_draft_to_readers_and_back(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    form = await opened(thu)
    assert form["revision"] == "0" and "find: health.prep" in form["next"]
    form["body"] += "\n\nCâu mới của Thu."
    path, page = await desk.press(thu, HERE, **form)
    assert path.endswith("said=saved"), page
    before = await shown(desk)
    assert before is not None and "Câu mới của Thu." not in before.body
    preview = await (await thu.get(f"{HERE}/preview")).text()
    assert "Câu mới của Thu." in preview
    assert "Câu mới của Thu." not in await (await thu.get(f"{HERE}/preview?of=shown")).text()
    path, page = await desk.press(thu, f"{HERE}/approve", revision="1", role="doctor", on="2026-12-07", review_by=UNTIL)
    assert path.endswith("said=approved"), page
    path, page = await desk.press(thu, f"{HERE}/publish", revision="2")
    assert path.endswith("said=published"), page
    after = await shown(desk)
    assert after is not None and "Câu mới của Thu." in after.body and after.reviewer == "doctor"
    compared = await (await thu.get(f"{HERE}/compare?from=0&to=3")).text()
    assert "<ins>" in compared and "Câu mới của Thu." in compared
    versions = await (await thu.get("/console/article-versions")).text()
    assert "Có 1 bài khác" in versions and "Câu mới của Thu." in versions
    path, _ = await desk.press(thu, f"{HERE}/withdraw", revision="3")
    assert path.endswith("said=withdrawn") and await shown(desk) is None
    assert [one for one in await deeds(desk) if one[1].endswith(":vi")] == [
        ("article_saved", "article:prep-what:vi", "revision:1"),
        ("article_approved_doctor", "article:prep-what:vi", "revision:2"),
        ("article_published", "article:prep-what:vi", "revision:3"),
        ("article_withdrawn", "article:prep-what:vi", "revision:4"),
    ]
    assert ("article_withdrawn", "article:prep-what:en", "revision:1") in await deeds(desk)
    assert await desk.db.read(lambda connection: audit.verify(connection, desk.db.seals)) is None


async def test_the_second_of_two_editors_keeps_the_words_and_is_led_to_what_the_first_changed(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    form = await opened(thu)
    await desk.press(thu, HERE, **{**form, "body": form["body"] + "\n\nCâu của người thứ nhất."})
    _, page = await desk.press(thu, HERE, **{**form, "body": form["body"] + "\n\nCâu của người thứ hai."})
    assert "Người khác vừa sửa" in page and "Câu của người thứ hai." in fields(page)["body"]
    assert f'href="{HERE}/compare?from=0&amp;to=1" target="_blank"' in page
    assert fields(page)["revision"] == "1"  # whoever has looked may save


async def test_a_translation_that_has_not_followed_the_vietnamese_text_says_so_until_it_has(desk: Desk) -> None:
    thu, there = await desk.as_("maintainer-1"), "/console/articles/prep-what/en"
    form = await opened(thu)
    behind = "Bản en chưa đổi theo bản tiếng Việt"

    async def tells(path: str) -> bool:
        return behind in await (await thu.get(path)).text()

    await desk.press(thu, HERE, **{**form, "body": form["body"] + "\n\nCâu mới."})
    assert not await tells(HERE)  # a draft: nobody is told it yet
    await desk.press(thu, f"{HERE}/publish", revision="1")
    assert await tells(HERE) and await tells(there)
    assert "bản tiếng Việt đã đổi" in await (await thu.get("/console/articles?language=en&text=prep-what")).text()
    await desk.press(thu, there, **_english(await (await thu.get(there)).text()))
    await desk.press(thu, f"{there}/publish", revision="1")
    assert not await tells(HERE) and not await tells(there)
    await desk.press(thu, f"{HERE}/due", revision="2")
    assert not await tells(there)  # the words are the same


async def test_a_translation_that_was_changed_alone_says_so_until_the_vietnamese_text_is_shown_anew(desk: Desk) -> None:
    thu, there = await desk.as_("maintainer-1"), "/console/articles/prep-what/en"
    ahead = "Bản en đã đổi mà bản tiếng Việt chưa đổi theo"

    async def tells(path: str) -> bool:
        return ahead in await (await thu.get(path)).text()

    await desk.press(thu, there, **_english(await (await thu.get(there)).text()))
    assert not await tells(there)  # a draft: nobody is told it yet
    await desk.press(thu, f"{there}/publish", revision="1")
    assert await tells(HERE) and await tells(there)
    for language in ("vi", "en"):
        page = await (await thu.get(f"/console/articles?language={language}&text=prep-what")).text()
        assert "bản dịch đã đổi một mình" in page
    await desk.press(thu, f"{there}/due", revision="2")
    assert await tells(HERE)
    form = await opened(thu)
    await desk.press(thu, HERE, **{**form, "questions": form["questions"] + "\nprep la cai chi rua"})
    assert await tells(HERE)
    await desk.press(thu, f"{HERE}/publish", revision="1")
    assert not await tells(HERE) and not await tells(there)  # somebody has compared both


def _english(page: str) -> dict[str, str]:
    form = fields(page.replace("prep-what/en", "prep-what/vi"))
    return {**form, "body": form["body"] + "\n\nA new sentence."}


async def test_every_fault_is_named_at_its_field_and_nothing_typed_is_lost(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    form = await opened(thu)
    wrong = {**form, "valid_from": "hôm qua", "sources": "", "next": "đi đâu đó", "title": "Tên <mới>"}
    path, page = await desk.press(thu, HERE, **wrong)
    assert path == HERE and "Tên &lt;mới&gt;" in page and "hôm qua" in page and "đi đâu đó" in page
    for name in ("valid_from", "sources", "next"):
        assert f'href="#f-{name}"' in page
    assert not await deeds(desk)
    path, page = await desk.press(thu, HERE, **{**form, "body": "Uống 96 viên.\n\n## Tiêu đề\n\nhết"})
    assert "bỏ tiêu đề (##)" in page
    path, page = await desk.press(thu, HERE, **{**form, "body": "Uống 96 viên."})
    assert path.endswith("said=to_mend") and "số 96" in page
    path, page = await desk.press(thu, f"{HERE}/publish", revision="1")
    assert path == f"{HERE}/publish" and "số 96" in page and "Bạn sửa các ô" in page
    path, page = await desk.press(thu, HERE, **form)
    assert "Người khác vừa sửa bài này" in page, "an old form overwrites nothing"


async def test_the_preview_says_word_for_word_what_the_person_gets(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    page = unescape(await (await thu.get(f"{HERE}/preview")).text())
    article = articles.load().get("prep-what")
    assert article is not None
    today = desk.clock.now().date()
    for is_all in (False, True):
        text, options = ask.told(article, "vi", articles.load(), today=today, days=30, is_all=is_all)
        assert text in page
        assert all(f">{label}</li>" in page for _, label in options)


async def test_the_preview_of_a_draft_with_slips_and_of_what_was_taken_back_says_what_is_the_matter(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    form = await opened(thu)
    await desk.press(thu, HERE, **{**form, "body": "Mức: {value:no_such}."})
    answer = await thu.get(f"{HERE}/preview")
    assert answer.status == 200 and "mức này mình chưa có nguồn chắc chắn" in await answer.text()
    await desk.press(thu, f"{HERE}/withdraw", revision="1")
    page = await (await thu.get(f"{HERE}/preview?of=shown")).text()
    assert "Chưa ai đọc được bản này" in page and "quá hạn" not in page


async def test_a_peer_approves_what_waits_for_peers_and_nothing_else(desk: Desk) -> None:
    sen = await desk.as_("peer-1")
    days = {"on": "2026-12-07", "review_by": UNTIL, "revision": "0"}
    _, page = await desk.press(sen, f"{HERE}/approve", role="doctor", **days)
    assert "chờ người có vai khác" in page
    mine = next(topic.id for topic in articles.topics().values() if topic.review == "peer")
    path, page = await desk.press(sen, f"/console/articles/{mine}/vi/approve", role="peer", **days)
    assert path.endswith("said=approved"), page
    state = await desk.db.read(lambda connection: publishing.look_up(connection, mine, "vi").pending)
    assert state == "reviewed"
    _, page = await desk.press(sen, f"/console/articles/{mine}/vi/publish", revision="1")
    assert "Vai của bạn không làm việc này" in page


async def test_the_list_says_which_languages_there_are_and_how_far_each_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = {**languages.known(), "tyz": languages.Language("tyz", "Tày", (), "draft")}
    monkeypatch.setattr(languages, "known", lambda: begun)
    page = await (await (await desk.as_("maintainer-1")).get("/console/articles")).text()
    assert '<option value="tyz">Tày (tyz): nháp, chưa ai chọn được</option>' in page
    assert '<option value="vi" selected>Tiếng Việt (vi): đang dùng</option>' in page


async def test_the_list_is_found_by_state_role_and_words(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    await desk.press(thu, f"{HERE}/withdraw", revision="0", only="yes")
    page = await (await thu.get("/console/articles", params={"state": "withdrawn"})).text()
    assert page.count('class="card"') == 1 and "prep-what/vi" in page
    page = await (await thu.get("/console/articles", params={"role": "lawyer", "text": "moi ve phuong"})).text()
    assert "stopped-by-police/vi" in page and "prep-what" not in page
    page = await (await thu.get("/console/articles", params={"language": "en"})).text()
    assert "prep-what/en" in page and "chưa ai đọc được" not in page
    for path in ("no-such/vi", "prep-what/xx", "prep-what/xx/preview", "no-such/vi/compare"):
        assert (await thu.get(f"/console/articles/{path}")).status == 404


async def test_a_manager_reads_and_changes_nothing(desk: Desk) -> None:
    binh = await desk.as_("manager-1")
    page = await (await binh.get(HERE)).text()
    assert "readonly" in page and "Lưu bản nháp" not in page and "Gỡ ngay" not in page


async def test_a_newer_shipped_text_is_named_compared_and_settled(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    thu = await desk.as_("maintainer-1")
    form = await opened(thu)
    form["body"] += "\n\nCâu mới của Thu."
    await desk.press(thu, HERE, **form)
    await desk.press(thu, f"{HERE}/publish", revision="1")
    assert "Bản kèm theo mới hơn" not in await (await thu.get(HERE)).text()
    files = articles.load()
    newer = replace(files.by_key["prep-what", "vi"], more=("Câu của bản cài mới.",))
    library = articles.shelve([*files, newer])
    monkeypatch.setattr(articles, "load", lambda: library)
    assert "Bản kèm theo mới hơn" in await (await thu.get("/console/articles?text=prep-what")).text()
    page = await (await thu.get(HERE)).text()
    assert "Bản kèm theo mới hơn" in page and "/compare?from=0&amp;to=2" in page
    compared = await (await thu.get(f"{HERE}/compare?from=0&to=2")).text()
    assert "cài" in compared and "Thu" in compared
    path, page = await desk.press(thu, f"{HERE}/keep-ours", revision="2")
    assert path.endswith("said=kept_ours") and "Bản kèm theo mới hơn" not in page
    assert ("article_kept", "article:prep-what:vi", "revision:3") in await deeds(desk)

"""Two who review at once, going back to an older text, versions that lie further apart, and files changed by hand."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import update

from bot.dialogues import opinions
from bot.events import happened
from directory import articles
from directory.tables import overlay as overlay_table
from tests.bot.console.conftest import Desk
from tests.bot.console.test_article_pages import HERE, UNTIL, deeds, fields, opened, shown

LAW = "/console/articles/current-fine/vi"


async def _written(desk: Desk, words: str, revision: int) -> None:
    """Thu adds a sentence and shows the text to people."""
    thu = await desk.as_("maintainer-1")
    form = await opened(thu)
    assert form["revision"] == str(revision)
    await desk.press(thu, HERE, **{**form, "body": form["body"] + f"\n\n{words}"})
    path, page = await desk.press(thu, f"{HERE}/publish", revision=str(revision + 1))
    assert path.endswith("said=published"), page


async def test_of_two_who_approve_at_once_one_has_done_so_and_the_other_is_told(desk: Desk) -> None:
    thu, other = await desk.as_("maintainer-1"), await desk.as_("maintainer-1")
    form = {"revision": "0", "role": "doctor", "on": "2026-12-07", "review_by": UNTIL}
    ends = await asyncio.gather(*(desk.press(one, f"{HERE}/approve", **form) for one in (thu, other)))
    assert sorted("said=approved" in path for path, _ in ends) == [False, True]
    assert any("Người khác vừa sửa" in page for _, page in ends)
    assert [one for one, *_ in await deeds(desk)] == ["article_approved_doctor"]


async def test_what_was_changed_while_somebody_reviewed_is_not_approved(desk: Desk) -> None:
    thu, other = await desk.as_("maintainer-1"), await desk.as_("maintainer-1")
    form = await opened(thu)
    await desk.press(other, HERE, **{**form, "body": form["body"] + "\n\nCâu thêm vào lúc ấy."})
    path, page = await desk.press(
        thu, f"{HERE}/approve", revision=form["revision"], role="doctor", on="2026-12-07", review_by=UNTIL
    )
    assert path == f"{HERE}/approve" and "Người khác vừa sửa" in page


async def test_whoever_reverts_goes_on_from_the_older_text_and_people_read_it_once_it_is_shown(desk: Desk) -> None:
    await _written(desk, "Câu thứ nhất.", 0)
    await _written(desk, "Câu thứ hai.", 2)
    thu = await desk.as_("maintainer-1")
    path, page = await desk.press(thu, f"{HERE}/bring-back", revision="4", old="2")
    assert path.endswith("said=brought_back"), page
    assert "Câu thứ hai." not in fields(page)["body"] and "Câu thứ nhất." in fields(page)["body"]
    still = await shown(desk)
    assert still is not None and "Câu thứ hai." in still.body
    path, page = await desk.press(thu, f"{HERE}/publish", revision="5")
    assert path.endswith("said=published"), page
    now = await shown(desk)
    assert now is not None and "Câu thứ hai." not in now.body and "Câu thứ nhất." in now.body


async def test_a_version_is_compared_with_the_one_two_steps_back(desk: Desk) -> None:
    await _written(desk, "Câu thứ nhất.", 0)
    await _written(desk, "Câu thứ hai.", 2)
    thu = await desk.as_("maintainer-1")
    page = unescape(await (await thu.get("/console/article-versions")).text())
    options = sorted({int(one) for one in _options(page)}, reverse=True)
    newest, one_back, two_back = options[:3]
    near = unescape(await (await thu.get(f"/console/article-versions?from={one_back}&to={newest}")).text())
    assert "Câu thứ hai." in near and "<ins>" in near and "Câu thứ nhất.</ins>" not in near
    far = unescape(await (await thu.get(f"/console/article-versions?from={two_back}&to={newest}")).text())
    assert "Câu thứ nhất." in far and "Câu thứ hai." in far


def _options(page: str) -> list[str]:
    return [part.partition('"')[0] for part in page.split('<option value="')[1:] if part[:1].isdigit()]


async def test_the_preview_of_a_law_that_ended_says_what_people_read_and_when_nobody_does(desk: Desk) -> None:
    file = articles.load().get("current-fine")
    assert file is not None
    desk.clock.pass_(days=(file.review_by - desk.clock.now().date()).days + 5)
    thu = await desk.as_("maintainer-1")
    page = unescape(await (await thu.get(f"{LAW}/preview")).text())
    assert "có thể đã đổi" in page and "quá hạn" not in page
    desk.clock.pass_(days=60)
    thu = await desk.as_("maintainer-1")
    page = unescape(await (await thu.get(f"{LAW}/preview")).text())
    assert "quá hạn" in page


@pytest.mark.parametrize("path", ["", "/preview", "/preview?of=shown", "/compare?from=0&to=0", "/compare?from=0&to=1"])
@pytest.mark.parametrize("spoilt", [("vi",), ("vi", "en")])
async def test_a_file_that_somebody_broke_by_hand_leaves_every_page_standing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, path: str, spoilt: tuple[str, ...]
) -> None:
    broken = {("prep-what", one) for one in spoilt}
    files = [one for one in articles.load() if (one.id, one.language) not in broken]
    library, read = articles.shelve(files), articles.on_file
    monkeypatch.setattr(articles, "load", lambda: library)
    monkeypatch.setattr(articles, "on_file", lambda id, one: None if (id, one) in broken else read(id, one))
    thu = await desk.as_("maintainer-1")
    assert (await thu.get(f"{HERE}{path}")).status == 200
    assert (await thu.get("/console/articles")).status == 200
    assert (await thu.get("/console/articles/prep-what/en")).status == 200
    assert (await thu.get("/console/article-versions")).status == 200


@pytest.mark.parametrize("body", ["không có đầu bài", "---\nid: prep-what\ntitle: 'x'\n---\nChữ."])
async def test_an_old_text_that_cannot_be_read_any_more_is_left_out_and_breaks_no_page(desk: Desk, body: str) -> None:
    await _written(desk, "Câu thứ nhất.", 0)
    broken = update(overlay_table).where(overlay_table.c.key == "prep-what", overlay_table.c.revision == 1)
    await desk.db.write(lambda tx: tx.execute(broken.values(body=body)))
    thu = await desk.as_("maintainer-1")
    for path in ("", "/compare?from=1&to=2", "/compare?from=0&to=1", "/preview"):
        assert (await thu.get(f"{HERE}{path}")).status == 200, path
    path, page = await desk.press(thu, f"{HERE}/bring-back", revision="2", old="1")
    assert path == f"{HERE}/bring-back" and "Bạn" in page


async def test_front_matter_changed_by_hand_under_a_text_of_the_console_is_named(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _written(desk, "Câu thứ nhất.", 0)
    files = articles.load()
    newer = replace(files.by_key["prep-what", "vi"], state="withdrawn", reviewer="doctor")
    library = articles.shelve([*files, newer])
    monkeypatch.setattr(articles, "load", lambda: library)
    thu = await desk.as_("maintainer-1")
    for path in ("", "/preview", "/preview?of=shown", "/compare?from=0&to=2"):
        assert (await thu.get(f"{HERE}{path}")).status == 200, path


async def test_what_was_taken_back_in_the_file_stands_in_the_list_and_may_be_shown_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = articles.load()
    taken = replace(files.by_key["prep-what", "vi"], state="withdrawn")
    library, read = articles.shelve([*files, taken]), articles.on_file
    monkeypatch.setattr(articles, "load", lambda: library)
    back = ("prep-what", "vi")
    monkeypatch.setattr(articles, "on_file", lambda id, one: taken if (id, one) == back else read(id, one))
    thu = await desk.as_("maintainer-1")
    page = await (await thu.get("/console/articles", params={"state": "withdrawn"})).text()
    assert "prep-what/vi" in page
    assert taken.body[0] in unescape(await (await thu.get(HERE)).text())
    path, page = await desk.press(thu, f"{HERE}/publish", revision="0")
    assert path.endswith("said=published"), page
    assert await shown(desk) is not None


async def test_the_page_tells_what_readers_thought_in_the_last_months(desk: Desk) -> None:
    now = desk.clock.now()
    for kind, before in (("helped", 3), ("helped", 4), ("wrong", 1), ("not_helped", 200)):
        at = now - timedelta(days=before)
        await desk.db.write(lambda tx, kind=kind, at=at: happened(tx, opinions.kind(kind, "prep-what"), now=at))
    page = await (await (await desk.as_("maintainer-1")).get(HERE)).text()
    assert "có ích 2, chưa giúp được 0, có chỗ sai 1" in page

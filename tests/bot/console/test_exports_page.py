"""Who may take which file along, and that nothing sealed is in any of them."""

import asyncio
import io
import zipfile
from collections.abc import Sequence

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update

from bot.console.pages import exports
from bot.db import Tx
from bot.staff import ROLES
from bot.tables import audit
from directory import publishing, review_list
from directory.exchange import cards
from directory.listings import Listing
from directory.tables import place_of_service
from tests.bot.console.conftest import Browser, Desk

TABLES = ("maintainer", "manager")
FORMS = {"csv": "table", "xlsx": "table", "hsds": "public", "offline": "public"}


async def take(browser: Browser, form: str, path: str) -> tuple[int, bytes]:
    page = await (await browser.get("/console/exports")).text()
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    answer = await browser.post(f"/console/exports/{path}", data={"csrf": csrf, "form": form})
    return answer.status, await answer.read()


def opened(raw: bytes) -> bytes:
    """Everything that stands in a file, unpacked."""
    if not raw.startswith(b"PK"):
        return raw
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        return b"\n".join(packed.read(name) for name in packed.namelist())


@pytest.mark.parametrize("role", ROLES)
async def test_every_role_takes_along_what_it_may(desk: Desk, role: str) -> None:
    browser = await desk.as_(f"{role}-1")
    page = await (await browser.get("/console/exports")).text()
    assert ("/console/exports/table" in page) is (role in TABLES)
    for form, path in FORMS.items():
        status, raw = await take(browser, form, path)
        is_let = path == "public" or role in TABLES
        assert status == (200 if is_let else 403), form
        if is_let:
            assert "(mẫu)".encode() in opened(raw), form
    taken = select(audit.c.detail).where(audit.c.deed == "listings_exported").order_by(audit.c.seq)
    rows = await desk.db.read(lambda connection: list(connection.execute(taken).scalars()))
    assert rows == [form for form, path in FORMS.items() if path == "public" or role in TABLES]


async def test_what_is_sealed_stands_in_no_file(desk: Desk) -> None:
    sealed = place_of_service.c.is_sealed.is_(True)
    marks = {"street": "CANARYSTREET", "directions": "CANARYWAY", "source": "CANARYSOURCE"}
    done = await desk.db.write(lambda tx: tx.execute(update(place_of_service).where(sealed).values(marks)).rowcount)
    assert done > 0, "the demonstration has sealed places"
    thu = await desk.as_("maintainer-1")
    for form, path in FORMS.items():
        status, raw = await take(thu, form, path)
        assert status == 200 and b"CANARY" not in opened(raw), form


async def test_a_form_that_does_not_exist_is_refused(desk: Desk) -> None:
    thu = await desk.as_("maintainer-1")
    for path in ("table", "public", "book"):
        status, page = await take(thu, "exe", path)
        assert status == 400 and "Không có dạng này." in page.decode()


async def test_the_handbook_is_a_pdf(desk: Desk) -> None:
    thu = await desk.as_("peer-1")
    status, raw = await take(thu, "a6", "book")
    assert status == 200 and raw.startswith(b"%PDF")


async def test_the_handbook_of_one_need_holds_no_other_place(desk: Desk) -> None:
    pytest.importorskip("typst")
    pypdf = pytest.importorskip("pypdf")
    thu = await desk.as_("peer-1")
    page = await (await thu.get("/console/exports")).text()
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    told = {"csrf": csrf, "form": "a5", "province": "01", "need": "legal.aid"}
    answer = await thu.post("/console/exports/book", data=told)
    assert answer.status == 200 and 'value="legal.aid"' in page
    text = " ".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(await answer.read())).pages)
    await desk.db.read(desk.keeper.refresh)
    own = [one for one in desk.keeper.shelf if one.province == "01"]
    asked = {one.service for one in own if "legal.aid" in one.needs}
    others = {one.service for one in own} - asked
    said = " ".join(text.split())
    assert asked and others and all(name in said for name in asked) and not any(name in said for name in others)
    answer = await thu.post("/console/exports/book", data={**told, "need": "no.such"})
    assert answer.status == 400


async def test_a_button_on_the_page_of_an_article_gives_its_card_and_only_of_what_persons_are_shown(desk: Desk) -> None:
    pytest.importorskip("typst")
    lan = await desk.as_("worker-1")
    page = await (await lan.get("/console/articles/prep-what/vi")).text()
    form = page.partition('action="/console/exports/card"')[2].partition("</form>")[0]
    assert 'name="article" value="prep-what"' in form and 'name="language" value="vi"' in form
    csrf = form.partition('name="csrf" value="')[2].partition('"')[0]
    told = {"csrf": csrf, "article": "prep-what", "language": "vi"}
    answer = await lan.post("/console/exports/card", data=told)
    assert answer.status == 200 and (await answer.read()).startswith(b"%PDF")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="card.pdf"'
    numbers = await lan.post("/console/exports/card", data={**told, "article": cards.NUMBERS})
    assert (await numbers.read()).startswith(b"%PDF")
    for wrong, status in (({"article": "no-such"}, 404), ({"language": "klingon"}, 400)):
        assert (await lan.post("/console/exports/card", data={**told, **wrong})).status == status

    def take_back(tx: Tx) -> None:
        shown = publishing.look_up(tx.connection, "prep-what", "vi")
        publishing.withdraw(tx.connection, shown, expected=shown.revision, staff_id=None, now=desk.clock.now())

    await desk.db.write(take_back)
    assert (await lan.post("/console/exports/card", data=told)).status == 404
    taken = select(audit.c.subject).where(audit.c.deed == "listings_exported").order_by(audit.c.seq)
    rows = await desk.db.read(lambda connection: list(connection.execute(taken).scalars()))
    assert rows == ["card:prep-what:vi", f"card:{cards.NUMBERS}:vi"]


async def test_the_work_list_of_a_role_is_printed_with_the_words_of_each_text(desk: Desk) -> None:
    pytest.importorskip("typst")
    lan = await desk.as_("worker-1")
    page = await (await lan.get("/console/exports")).text()
    form = page.partition('action="/console/exports/reviews"')[2].partition("</form>")[0]
    csrf = form.partition('name="csrf" value="')[2].partition('"')[0]
    assert all(f'value="{role}"' in form for role in review_list.ROLES)
    answer = await lan.post("/console/exports/reviews", data={"csrf": csrf, "role": "peer"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="reviews.pdf"'
    said = " ".join("".join(one.extract_text() for one in PdfReader(io.BytesIO(await answer.read())).pages).split())
    assert "safety-plan" in said and "pep-72h" not in said
    assert (await lan.post("/console/exports/reviews", data={"csrf": csrf, "role": "judge"})).status == 400
    taken = select(audit.c.subject).where(audit.c.deed == "listings_exported").order_by(audit.c.seq)
    rows = await desk.db.read(lambda connection: list(connection.execute(taken).scalars()))
    assert rows == ["reviews:peer"]


@pytest.mark.parametrize(
    ("path", "form", "module"), [("public", "offline", "offline.page"), ("book", "a5", "handbook.make")]
)
async def test_a_place_taken_down_while_a_file_is_made_is_not_in_it(
    desk: Desk, path: str, form: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Setting a book takes many seconds: what was shown when it began may be unsafe when it is given out."""
    made: list[list[str]] = []
    engine = desk.db

    def make(shown: Sequence[Listing], **told: object) -> str | bytes:
        made.append([one.id for one in shown])
        if len(made) == 1:
            down = place_of_service.c.id == made[0][0]
            asyncio.run_coroutine_threadsafe(
                engine.write(lambda tx: tx.execute(update(place_of_service).where(down).values(state="withdrawn"))),
                loop,
            ).result(10)
        text = "\n".join(made[-1])
        return text if form == "offline" else text.encode()

    loop = asyncio.get_running_loop()
    where, _, name = module.partition(".")
    monkeypatch.setattr({"offline": exports.offline, "handbook": exports.handbook}[where], name, make)
    status, raw = await take(await desk.as_("worker-1"), form, path)
    assert status == 200 and len(made) == 2 and made[0][0].encode() not in raw and made[1][0].encode() in raw

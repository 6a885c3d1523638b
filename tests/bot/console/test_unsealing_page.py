"""In the console too, two persons open a sealed place."""

from directory import editing
from tests.bot.console.conftest import Desk
from tests.bot.console.test_veil import NEAR, plant
from tests.directory.exchange.samples import SEALED


async def test_a_maintainer_asks_and_a_peer_agrees(desk: Desk) -> None:
    here = f"/console/listings/{(await plant(desk))[NEAR, 'sealed']}"
    thu, sen = await desk.as_("maintainer-1"), await desk.as_("peer-1")
    page = await (await thu.get(here)).text()
    told = {"revision": page.partition('name="revision" value="')[2].partition('"')[0], "kind": SEALED.kind}
    told |= {"service": "Nơi mở (mẫu)", "organisation": "Nhóm (mẫu)", "place": "quận Hoàng Mai, Hà Nội"}
    _, page = await desk.press(thu, here, **told, needs="shelter.refuge", phones="0000 000 901")
    assert "Bỏ giữ kín cần hai người" in page
    page = await (await sen.get(here)).text()
    assert "/unseal" not in page and "/ask-unseal" not in page
    path, page = await desk.press(thu, f"{here}/ask-unseal")
    assert path.endswith("said=unseal_asked") and f'action="{here}/unseal"' not in page
    _, page = await desk.press(thu, f"{here}/unseal")
    assert "Người khác sẽ đồng ý" in page
    assert f'action="{here}/unseal"' in await (await sen.get(here)).text()
    path, page = await desk.press(sen, f"{here}/keep-sealed")
    assert path.endswith("said=kept_sealed")
    await desk.press(thu, f"{here}/ask-unseal")
    _, page = await desk.press(sen, f"{here}/unseal")
    assert "Nơi ở tạm phải giữ kín" in page, "a shelter that is shown stays sealed, whoever agrees"
    await desk.press(thu, f"{here}/withdraw")
    path, page = await desk.press(sen, f"{here}/unseal")
    assert path.endswith("said=unsealed")
    known = await desk.db.read(lambda connection: editing.look_up(connection, here.rpartition("/")[2]))
    assert known is not None and not known.draft.is_sealed

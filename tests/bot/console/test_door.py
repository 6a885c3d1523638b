"""Signing in: an invitation used once, a passphrase, a code used once, guessing slowed down, forms that are ours."""

from datetime import timedelta
from pathlib import Path

import pyotp
import pytest

from bot import keyfile, staff
from bot.tables import staff_session
from tests.bot.console.conftest import Browser, Desk

PASSPHRASE = "bốn từ không liên quan"


async def invited(desk: Desk, name: str = "hoa") -> str:
    return await desk.db.write(
        lambda tx: staff.invite(
            tx,
            name,
            role="worker",
            organisation="Tổ chức mẫu",
            centre="Trung tâm mẫu",
            provinces=frozenset({"01"}),
            now=desk.clock.now(),
        )
    )


def code(desk: Desk, secret: str) -> str:
    return pyotp.TOTP(secret).at(desk.clock.now())


async def secret_on(browser: Browser, token: str) -> str:
    page = await (await browser.get(f"/console/invite/{token}")).text()
    return page.partition('<code class="secret">')[2].partition("<")[0].replace(" ", "")


async def settled_in(desk: Desk, name: str = "hoa") -> str:
    """Hoa has accepted her invitation; returns the secret on her phone."""
    token, browser = await invited(desk, name), await desk.browser()
    secret = await secret_on(browser, token)
    answer = await browser.post(
        f"/console/invite/{token}",
        data={"passphrase": PASSPHRASE, "again": PASSPHRASE, "code": code(desk, secret)},
    )
    assert answer.status == 200 and str(answer.url.path) == "/console/cases"
    desk.clock.pass_(seconds=60)
    return secret


async def enter(desk: Desk, secret: str, **change: str) -> tuple[int, Browser]:
    browser = await desk.browser()
    fields = {"name": "hoa", "passphrase": PASSPHRASE, "code": code(desk, secret), **change}
    answer = await browser.post("/console/sign-in", data=fields)
    return answer.status, browser


async def test_an_invited_colleague_chooses_a_passphrase_and_can_come_back(desk: Desk) -> None:
    secret = await settled_in(desk)
    status, browser = await enter(desk, secret)
    assert status == 200
    assert "Hoa" in await (await browser.get("/console/cases")).text() or status == 200


async def test_an_invitation_works_once_and_looking_uses_nothing_up(desk: Desk) -> None:
    token, browser = await invited(desk), await desk.browser()
    secret = await secret_on(browser, token)
    assert secret == await secret_on(browser, token), "the picture stays the same when the page is opened again"
    fields = {"passphrase": PASSPHRASE, "again": PASSPHRASE, "code": code(desk, secret)}
    assert (await browser.post(f"/console/invite/{token}", data=fields)).status == 200
    again = await (await desk.browser()).post(f"/console/invite/{token}", data=fields)
    assert again.status == 404 and "đã dùng" in await again.text()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"passphrase": "ngắn", "again": "ngắn"}, "ít nhất 14"),
        ({"again": "khác hẳn cụm đầu tiên"}, "không giống nhau"),
        ({"code": "000000"}, "Mã không đúng"),
    ],
)
async def test_a_bad_choice_is_named_and_the_link_stays_good(desk: Desk, change: dict[str, str], said: str) -> None:
    token, browser = await invited(desk), await desk.browser()
    secret = await secret_on(browser, token)
    fields = {"passphrase": PASSPHRASE, "again": PASSPHRASE, "code": code(desk, secret), **change}
    answer = await browser.post(f"/console/invite/{token}", data=fields)
    assert answer.status == 400 and said in await answer.text()
    assert (await browser.get(f"/console/invite/{token}")).status == 200


async def test_an_old_invitation_says_that_it_is_old(desk: Desk) -> None:
    token = await invited(desk)
    desk.clock.pass_(hours=73)
    assert (await (await desk.browser()).get(f"/console/invite/{token}")).status == 404


@pytest.mark.parametrize(
    "change", [{"passphrase": "sai hoàn toàn rồi nhé"}, {"code": "000000"}, {"code": ""}, {"name": "ai đó"}]
)
async def test_every_failure_sounds_the_same(desk: Desk, change: dict[str, str]) -> None:
    secret = await settled_in(desk)
    status, browser = await enter(desk, secret, **change)
    assert status == 401
    assert (await browser.get("/console/cases", allow_redirects=False)).status == 303


async def test_a_code_is_accepted_once(desk: Desk) -> None:
    secret = await settled_in(desk)
    assert (await enter(desk, secret))[0] == 200
    assert (await enter(desk, secret))[0] == 401
    desk.clock.pass_(seconds=60)
    assert (await enter(desk, secret))[0] == 200


async def test_guessing_is_slowed_down_and_forgiven_after_a_while(desk: Desk) -> None:
    secret = await settled_in(desk)
    for _ in range(5):
        assert (await enter(desk, secret, passphrase="đoán bừa một cụm"))[0] == 401
    assert (await enter(desk, secret))[0] == 401, "right, but too soon"
    desk.clock.pass_(minutes=16)
    assert (await enter(desk, secret))[0] == 200


async def test_a_session_ends_by_itself(desk: Desk) -> None:
    lan = await desk.as_("worker-1")
    desk.clock.pass_(minutes=29)
    assert (await lan.get("/console/cases", allow_redirects=False)).status == 200
    desk.clock.pass_(minutes=29)
    assert (await lan.get("/console/cases", allow_redirects=False)).status == 200
    desk.clock.pass_(minutes=31)
    assert (await lan.get("/console/cases", allow_redirects=False)).status == 303


async def test_twelve_hours_are_enough(desk: Desk) -> None:
    lan = await desk.as_("worker-1")
    for _ in range(36):
        desk.clock.pass_(minutes=20)
        await lan.get("/console/cases")
    assert (await lan.get("/console/cases", allow_redirects=False)).status == 303


async def test_signing_out_ends_the_session_on_our_side(desk: Desk) -> None:
    lan = await desk.as_("worker-1")
    await desk.press(lan, "/console/sign-out")
    assert await desk.count(staff_session) == 0
    assert (await lan.get("/console/cases", allow_redirects=False)).status == 303


async def test_who_has_left_is_out_at_once(desk: Desk) -> None:
    lan, member = await desk.as_("worker-1"), await desk.member("worker-1")
    await desk.db.write(lambda tx: staff.remove(tx, member.id, now=desk.clock.now()))
    assert (await lan.get("/console/cases", allow_redirects=False)).status == 303


async def test_a_form_that_is_not_ours_does_nothing(desk: Desk) -> None:
    lan = await desk.as_("worker-1")
    bare = await lan.post("/console/sign-out", data={})
    assert bare.status == 403
    foreign = await lan.post("/console/sign-in", data={}, headers={"Origin": "https://elsewhere.example"})
    assert foreign.status == 403
    assert await desk.count(staff_session) == 1


async def test_after_signing_in_nobody_is_led_away_from_the_console(desk: Desk) -> None:
    secret = await settled_in(desk)
    for bad in ("https://elsewhere.example/", "//elsewhere.example", "/chat", "/console/../x"):
        browser = await desk.browser()
        desk.clock.pass_(seconds=60)
        fields = {"name": "hoa", "passphrase": PASSPHRASE, "code": code(desk, secret), "next": bad}
        answer = await browser.post("/console/sign-in", data=fields, allow_redirects=False)
        assert answer.headers["Location"] == "/console/"


async def test_pages_carry_headers_that_keep_them_to_themselves(desk: Desk) -> None:
    answer = await (await desk.browser()).get("/console/sign-in")
    assert answer.headers["Cache-Control"] == "no-store" and answer.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert timedelta(minutes=30)


async def test_a_code_that_was_shown_before_a_change_of_the_master_key_works_after_it(
    desk: Desk, tmp_path: Path
) -> None:
    token, browser = await invited(desk), await desk.browser()
    secret = await secret_on(browser, token)
    for step in (keyfile.add_key, keyfile.use_newest, keyfile.drop_old_keys):
        step(tmp_path / "key.json")
        assert desk.db.seals.reload()
        assert await secret_on(browser, token) == secret, "the picture on the phone stays right"
    fields = {"passphrase": PASSPHRASE, "again": PASSPHRASE, "code": code(desk, secret)}
    answer = await browser.post(f"/console/invite/{token}", data=fields)
    assert answer.status == 200 and str(answer.url.path) == "/console/cases"

"""Requirement 19: the table of roles and deeds is what the pages obey: every route, every role."""

import pytest

from bot.console.building import ROUTES
from bot.console.layout import OpenRoute, Route
from bot.console.permissions import PERMISSIONS, About, Deed, may
from bot.staff import ROLES, StaffMember
from tests.bot.console.conftest import Browser, Desk

OPEN = {"/sign-in", "/invite/{token}"}


def colleague(role: str, *, id: int = 1, centre: int = 1, provinces: str = "01") -> StaffMember:
    return StaffMember(id, role, role, role, centre, frozenset(provinces.split()), "vi", "active", False)


def filled(path: str, *, case: str) -> str:
    """The address with something in every place."""
    path = path.replace("{case}", case).replace("{referral}", "1").replace("{number}", "1").replace("{listing}", "x")
    path = path.replace("{article}", "no-such").replace("{language}", "vi")
    return path.replace("{channel}", "1").replace("{colleague}", "999")


async def signed_in(desk: Desk, name: str) -> tuple[Browser, str]:
    """A browser, and the word its forms carry as long as nobody signs out."""
    browser = await desk.as_(name)
    page = await (await browser.get("/console/listings")).text()
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    assert csrf
    return browser, csrf


def test_every_role_has_its_row_and_every_deed_somebody_who_may_do_it() -> None:
    assert set(PERMISSIONS) == set(ROLES)
    assert {deed for row in PERMISSIONS.values() for deed in row} == set(Deed)


def test_only_the_door_is_open_to_strangers() -> None:
    assert {route.path for route in ROUTES if isinstance(route, OpenRoute)} == OPEN


@pytest.mark.parametrize("role", ROLES)
async def test_every_route_obeys_the_table(desk: Desk, role: str) -> None:
    name = f"{role}-1"
    browser, csrf = await signed_in(desk, name)
    member = await desk.member(name)
    wrong = []
    for route in ROUTES:
        if not isinstance(route, Route) or route.path in ("/sign-out", "/live"):
            continue
        path = "/console" + filled(route.path, case="999")
        if route.method == "GET":
            status = (await browser.get(path, allow_redirects=False)).status
        else:
            status = (await browser.post(path, data={"csrf": csrf}, allow_redirects=False)).status
        if (status == 403) is (route.deed in PERMISSIONS[member.role]):
            wrong.append(f"{route.method} {path}: {status}")
        if route.path == "/other-colleague" and route.method == "POST":
            browser, csrf = await signed_in(desk, name)
    assert not wrong


async def test_strangers_are_led_to_the_door(desk: Desk) -> None:
    browser = await desk.browser()
    for route in ROUTES:
        if isinstance(route, Route):
            path = "/console" + filled(route.path, case="1")
            answer = await browser.request(route.method, path, allow_redirects=False)
            assert answer.status == 303 and answer.headers["Location"].startswith("/console/sign-in"), path


def test_a_worker_reaches_the_own_provinces_and_the_own_case() -> None:
    lan = colleague("worker")
    assert may(lan, Deed.TAKE, About(province="01"))
    assert may(lan, Deed.TAKE, About(province=None))
    assert not may(lan, Deed.TAKE, About(province="79"))
    assert may(lan, Deed.READ_WORDS, About(province="79", staff_id=1))
    assert not may(lan, Deed.READ_WORDS, About(province="01", staff_id=2))
    assert not may(lan, Deed.EDIT_LISTING, About(province="01"))


def test_a_supervisor_reaches_the_own_centre() -> None:
    minh = colleague("supervisor")
    assert may(minh, Deed.READ_WORDS, About(province="79", centre_id=1, staff_id=2))
    assert not may(minh, Deed.READ_WORDS, About(province="01", centre_id=2, staff_id=2))
    assert not may(minh, Deed.REPLY, About(province="01", centre_id=1, staff_id=2))


def test_a_manager_and_an_admin_read_nobodys_words() -> None:
    for role in ("manager", "admin", "maintainer"):
        assert not may(colleague(role), Deed.READ_WORDS, About(staff_id=1))
        assert not may(colleague(role), Deed.SEE_BOARD, About(province="01"))

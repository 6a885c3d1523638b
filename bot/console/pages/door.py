"""Signing in and out, accepting an invitation, and choosing who to be in the demonstration."""

import segno
from aiohttp import web

from bot import staff
from bot.console import login, sessions
from bot.console.layout import Console, OpenRoute, Route, Visit, go, language_of, refused, render, safe_next, whose
from bot.console.permissions import Deed
from bot.db import Tx
from bot.staff import StaffMember


async def sign_in_form(console: Console, request: web.Request) -> web.Response:
    """The door."""
    if await whose(console, request) is not None:
        return go(safe_next(request.query.get("next", "")))
    return render(request, "sign-in.html", None, next=safe_next(request.query.get("next", "")), key="", name="")


async def sign_in(console: Console, request: web.Request) -> web.Response:
    """One sentence for every way in which it can fail, so that nobody learns which names exist."""
    form = await request.post()
    name, onward = str(form.get("name", "")).strip(), safe_next(str(form.get("next", "")))
    staff_id = await _checked(console, name, str(form.get("passphrase", "")), str(form.get("code", "")))
    if staff_id is None:
        return render(
            request, "sign-in.html", None, status=401, next=onward, key="console.door.wrong", name=name[:80],
            language="en" if form.get("lang") == "en" else "vi",
        )
    return await _let_in(console, staff_id, onward)


async def _checked(console: Console, name: str, passphrase: str, code: str) -> int | None:
    now, seals = console.clock.now(), console.db.seals
    account = await console.db.read(lambda connection: login.find_account(connection, seals, name))
    is_right = await console.passphrases.is_right(account, passphrase)
    if account is None:
        return None
    if login.is_locked(account, now):
        return None
    step = login.step_of(account.totp_secret, code, now) if account.totp_secret else None
    if not is_right or (account.totp_secret is not None and step is None):
        await console.db.write(lambda tx: login.count_failure(tx, account.staff_id, now=now), urgent=False)
        return None
    if account.totp_secret is None and console.policy.second_factor:
        return None  # an account from a time without a second factor: invite this colleague again

    def enter(tx: Tx) -> bool:
        if step is not None and not login.use_step(tx, account.staff_id, step):
            return False
        login.forgive(tx, account.staff_id)
        return True

    return account.staff_id if await console.db.write(enter, urgent=False) else None


async def _let_in(console: Console, staff_id: int, onward: str) -> web.Response:
    """A new session at every sign-in; what the browser had before is worth nothing."""
    now = console.clock.now()
    token = await console.db.write(lambda tx: sessions.open_session(tx, staff_id, now=now), urgent=False)
    answer = web.Response(status=303, headers={"Location": onward})
    answer.set_cookie(
        console.cookie,
        token,
        max_age=int(sessions.LONGEST.total_seconds()),
        httponly=True,
        secure=console.is_https,
        samesite="Lax",  # an alarm's link opened from another app must find the colleague signed in
        path="/",
    )
    return answer


async def sign_out(console: Console, visit: Visit) -> web.Response:
    now = console.clock.now()
    await console.db.write(lambda tx: sessions.end(tx, visit.seat, now=now), urgent=False)
    answer = web.Response(status=303, headers={"Location": "/console/sign-in"})
    answer.del_cookie(console.cookie, path="/")
    return answer


async def change_language(console: Console, visit: Visit) -> web.Response:
    wanted = visit.given("language")
    if wanted in ("vi", "en"):
        member = visit.seat.member
        await console.db.write(lambda tx: sessions.change_language(tx, member.id, wanted), urgent=False)
    return go(safe_next(visit.given("next")))


# --- invitations ------------------------------------------------------------------------------------------------------


async def _guest(console: Console, request: web.Request) -> tuple[StaffMember, str, str] | None:
    """(colleague, kind of link, token) of a link that is still good."""
    token, now, seals = request.match_info["token"], console.clock.now(), console.db.seals
    found = await console.db.read(lambda connection: staff.invited(connection, seals, token, now))
    if found is None:
        return None
    member = await console.db.read(lambda connection: staff.get(connection, found[0]))
    if member is None or (found[1] == "demo") is not member.is_demo or (member.is_demo and not console.policy.is_demo):
        return None
    return member, found[1], token


async def invitation(console: Console, request: web.Request) -> web.Response:
    """Looking at the link uses nothing up: previews and a second look are harmless."""
    guest = await _guest(console, request)
    if guest is None:
        return render(request, "door-sentence.html", None, status=404, key="console.door.link_over")
    member, kind, token = guest
    if kind == "demo":
        return render(request, "choose-colleague.html", None, colleagues=await _demo_colleagues(console), csrf="")
    return _form(console, request, member, token)


async def accept_invitation(console: Console, request: web.Request) -> web.Response:
    guest = await _guest(console, request)
    if guest is None:
        return render(request, "door-sentence.html", None, status=404, key="console.door.link_over")
    member, kind, token = guest
    form = await request.post()
    if kind == "demo":
        return await _enter_demo(console, request, token, str(form.get("colleague", "")))
    passphrase, now = str(form.get("passphrase", "")), console.clock.now()
    secret = login.new_secret(console.db.seals, token) if console.policy.second_factor else None
    step = login.step_of(secret, str(form.get("code", "")), now) if secret else None
    if not login.SHORTEST <= len(passphrase) <= login.LONGEST:
        return _form(console, request, member, token, key="console.door.too_short")
    if passphrase != str(form.get("again", "")):
        return _form(console, request, member, token, key="console.door.not_same")
    if secret is not None and step is None:
        return _form(console, request, member, token, key="console.door.wrong_code")
    hashed = await console.passphrases.hash(passphrase)
    accepted = await console.db.write(
        lambda tx: login.accept(tx, token, member.id, passphrase_hash=hashed, secret=secret, step=step, now=now)
    )
    if not accepted:
        return render(request, "door-sentence.html", None, status=409, key="console.door.link_over")
    return await _let_in(console, member.id, "/console/")


def _form(console: Console, request: web.Request, member: StaffMember, token: str, *, key: str = "") -> web.Response:
    secret = login.new_secret(console.db.seals, token) if console.policy.second_factor else ""
    picture = segno.make(login.phone_uri(secret, member.name)).svg_data_uri(scale=5, light="#fff") if secret else ""
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    shown = {"member": member, "picture": picture, "secret": spaced, "key": key, "shortest": login.SHORTEST}
    return render(
        request, "invitation.html", None, status=400 if key else 200, language=language_of(request), **shown
    )


# --- the demonstration ------------------------------------------------------------------------------------------------


async def _demo_colleagues(console: Console) -> list[StaffMember]:
    everyone = await console.db.read(staff.everyone)
    order = {role: at for at, role in enumerate(staff.ROLES)}
    return sorted((one for one in everyone if one.is_demo), key=lambda one: (order[one.role], one.name))


async def _enter_demo(console: Console, request: web.Request, token: str, wanted: str) -> web.Response:
    chosen = next((one for one in await _demo_colleagues(console) if one.name == wanted), None)
    if chosen is None:
        return render(request, "choose-colleague.html", None, colleagues=await _demo_colleagues(console), csrf="")
    now = console.clock.now()
    if not await console.db.write(lambda tx: login.use_link(tx, token, now=now), urgent=False):
        return render(request, "door-sentence.html", None, status=409, key="console.door.link_over")
    return await _let_in(console, chosen.id, "/console/")


async def other_colleague(console: Console, visit: Visit) -> web.Response:
    """In the demonstration: who else to be, and a fresh link for a second window."""
    if not (console.policy.is_demo and visit.seat.member.is_demo):
        return refused(visit.request, visit.seat, status=404, key="console.not_found")
    colleagues = await _demo_colleagues(console)
    return render(visit.request, "choose-colleague.html", visit.seat, colleagues=colleagues, csrf=visit.seat.csrf)


async def be_other_colleague(console: Console, visit: Visit) -> web.Response:
    chosen = next((one for one in await _demo_colleagues(console) if one.name == visit.given("colleague")), None)
    if not (console.policy.is_demo and visit.seat.member.is_demo) or chosen is None:
        return refused(visit.request, visit.seat, status=404, key="console.not_found")
    now = console.clock.now()
    await console.db.write(lambda tx: sessions.end(tx, visit.seat, now=now), urgent=False)
    return await _let_in(console, chosen.id, "/console/")


async def second_window(console: Console, visit: Visit) -> web.Response:
    if not (console.policy.is_demo and visit.seat.member.is_demo):
        return refused(visit.request, visit.seat, status=404, key="console.not_found")
    now, member = console.clock.now(), visit.seat.member
    token = await console.db.write(lambda tx: staff.demo_link(tx, member.id, now=now), urgent=False)
    link = f"{console.base_url}/console/invite/{token}"
    return render(visit.request, "second-window.html", visit.seat, link=link)


ROUTES = (
    OpenRoute("GET", "/sign-in", sign_in_form),
    OpenRoute("POST", "/sign-in", sign_in),
    OpenRoute("GET", "/invite/{token}", invitation),
    OpenRoute("POST", "/invite/{token}", accept_invitation),
    Route("POST", "/sign-out", Deed.OWN_PAGE, sign_out),
    Route("POST", "/language", Deed.OWN_PAGE, change_language),
    Route("GET", "/other-colleague", Deed.OWN_PAGE, other_colleague),
    Route("POST", "/other-colleague", Deed.OWN_PAGE, be_other_colleague),
    Route("POST", "/second-window", Deed.OWN_PAGE, second_window),
)

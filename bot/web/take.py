"""The one-time link of an alarm: one big button takes the case, two small ones say otherwise; no words are shown."""

from collections.abc import Iterable
from html import escape
from typing import Any

from aiohttp import web

from bot.db import Database, Tx
from bot.helpline import alarms
from bot.helpline.turns import Taken, TakenMeanwhile
from bot.policy import Policy
from bot.ports import Clock
from directory.wording import t


def routes(db: Database, clock: Clock, policy: Policy) -> Iterable[Any]:
    """`GET` only looks (a preview of the link takes nothing), `POST` takes."""

    async def look(request: web.Request) -> web.Response:
        token, now = request.match_info["token"], clock.now()
        link = await db.read(lambda connection: alarms.open_token(connection, db.seals, token, now))
        if link.state == "good":
            return _page(t("take.question"), calls_for=policy.help_call_minutes)
        return _page(t(f"take.{link.state}"), status=404 if link.state == "unknown" else 200)

    async def take(request: web.Request) -> web.Response:
        token, now = request.match_info["token"], clock.now()

        form = await request.post()
        do = str(form.get("do", "take"))
        if do == "decline":
            link = await db.write(lambda tx: alarms.decline(tx, token, now=now))
            return _page(t("take.declined" if link.state == "good" else f"take.{link.state}"))

        def deed(tx: Tx) -> Taken | TakenMeanwhile | alarms.Refused:
            press = alarms.call_help if do == "call_help" else alarms.use_token
            return press(tx, token, now=now, policy=policy)

        done = await db.write(deed)
        match done:
            case Taken() if do == "call_help":
                minutes = policy.help_call_minutes
                return _page(t("take.calling", case=done.case.alias, minutes=minutes), case_id=done.case.id)
            case Taken():
                return _page(t("take.done", case=done.case.alias), case_id=done.case.id)
            case TakenMeanwhile(alias_of_first=None):
                return _page(t("take.recalled"), status=410)
            case TakenMeanwhile():
                return _page(t("take.somebody_first", worker=done.alias_of_first), status=409)
        # A push presses without showing a page: only a status that is no success keeps it from looking taken.
        return _page(t(f"take.{done.state}"), status=404 if done.state == "unknown" else 410)

    return (web.get("/t/{token}", look), web.post("/t/{token}", take))


def _page(words: str, *, calls_for: int = 0, case_id: int | None = None, status: int = 200) -> web.Response:
    """The smallest page that works on every phone, without scripts."""
    link = f'<p><a href="/console/cases/{case_id}">{escape(t("take.read"))}</a></p>' if case_id is not None else ""
    form = "".join(_button(do, calls_for) for do in ("take", "call_help", "decline")) if calls_for else ""
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    style = '<link rel="stylesheet" href="/static/chat/chat.css">'
    body = f'<main class="take"><h1>{escape(words)}</h1>{form}{link}</main>'
    head += f"<title>{escape(t('take.title'))}</title>"
    page = f'<!doctype html><html lang="vi"><head>{head}{style}</head><body>{body}</body></html>'
    return web.Response(text=page, content_type="text/html", status=status)


def _button(do: str, minutes: int) -> str:
    label = escape(t(f"take.button.{do}", minutes=minutes))
    quiet = "" if do == "take" else ' class="quiet"'
    return f'<form method="post"><button name="do" value="{do}"{quiet}>{label}</button></form>'

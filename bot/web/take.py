"""The one-time link of an alarm: one big button takes the case, also from a locked phone; no words are shown here."""

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
            return _page(t("take.question"), button=t("take.button"))
        return _page(t(f"take.{link.state}"), status=404 if link.state == "unknown" else 200)

    async def take(request: web.Request) -> web.Response:
        token, now = request.match_info["token"], clock.now()

        def deed(tx: Tx) -> Taken | TakenMeanwhile | alarms.Refused:
            return alarms.use_token(tx, token, now=now, policy=policy)

        done = await db.write(deed)
        match done:
            case Taken():
                return _page(t("take.done", case=done.case.alias), case_id=done.case.id)
            case TakenMeanwhile(alias_of_first=None):
                return _page(t("take.recalled"))
            case TakenMeanwhile():
                return _page(t("take.somebody_first", worker=done.alias_of_first))
        return _page(t(f"take.{done.state}"), status=404 if done.state == "unknown" else 200)

    return (web.get("/t/{token}", look), web.post("/t/{token}", take))


def _page(words: str, *, button: str = "", case_id: int | None = None, status: int = 200) -> web.Response:
    """The smallest page that works on every phone, without scripts."""
    link = f'<p><a href="/console/cases/{case_id}">{escape(t("take.read"))}</a></p>' if case_id is not None else ""
    form = f'<form method="post"><button>{escape(button)}</button></form>' if button else ""
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    style = '<link rel="stylesheet" href="/static/chat/chat.css">'
    body = f'<main class="take"><h1>{escape(words)}</h1>{form}{link}</main>'
    head += f"<title>{escape(t('take.title'))}</title>"
    page = f'<!doctype html><html lang="vi"><head>{head}{style}</head><body>{body}</body></html>'
    return web.Response(text=page, content_type="text/html", status=status)

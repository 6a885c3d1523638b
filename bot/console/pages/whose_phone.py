"""Who holds the phone, as the colleague who has the case sees it: one button each way."""

from aiohttp import web

from bot.console.layout import Console, Route, Visit, go
from bot.console.pages.case import Opened, address, deed_of
from bot.console.permissions import Deed
from bot.helpline import whose_phone


async def _other_hands(console: Console, visit: Visit, opened: Opened) -> web.StreamResponse:
    case_id, member, now = opened.known.id, visit.seat.member, console.clock.now()
    await console.db.write(lambda tx: whose_phone.suspect(tx, case_id, member.id, now=now))
    return go(address(opened.known), "other_hands")


async def _herself(console: Console, visit: Visit, opened: Opened) -> web.StreamResponse:
    case_id, member, now = opened.known.id, visit.seat.member, console.clock.now()
    is_asked = await console.db.write(lambda tx: whose_phone.trust(tx, case_id, member.id, now=now))
    return go(address(opened.known), "herself_asked" if is_asked else "herself_already")


ROUTES = (
    Route("POST", "/cases/{case}/other-hands", Deed.REPLY, deed_of(Deed.REPLY, _other_hands)),
    Route("POST", "/cases/{case}/herself", Deed.REPLY, deed_of(Deed.REPLY, _herself)),
)

"""Keeps an open page fresh: a stream that says only "look again"; what changed is fetched as an ordinary page."""

import asyncio
from contextlib import suppress

from aiohttp import web
from sqlalchemy import Connection

from bot.console.layout import STOP_TOPIC, STOPPING, Console, Route, Visit, whose
from bot.console.permissions import Deed, has
from bot.db import DatabaseAway
from bot.helpline import desk, typing_marks

BEAT_SECONDS = 20
MARK_LOOK_SECONDS = 5  # the case may be taken, or handed on, while the page is open
MOST_SECONDS = 3_600  # then the browser connects again


async def live(console: Console, visit: Visit) -> web.StreamResponse:
    """Server-sent events: `changed` when something on the page may be new, `gone` when the session is over."""
    topics = [f"staff:{visit.seat.member.id}", *await _topics(console, visit)]
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    with suppress(ConnectionResetError):  # the page was closed
        await answer.prepare(visit.request)
        marking = asyncio.create_task(_mark(console, visit, answer, topics))
        try:
            await _tell(console, visit, answer, topics)
        finally:
            marking.cancel()
    return answer


async def _mark(console: Console, visit: Visit, answer: web.StreamResponse, topics: list[str]) -> None:
    """`typing` while the person of the open case writes, to the colleague who has it and may read her words."""
    case_id = next((int(topic.removeprefix("case:")) for topic in topics if topic.startswith("case:")), None)
    if case_id is None:
        return

    def look(connection: Connection) -> str | None:
        return typing_marks.topic_of_person(connection, case_id, visit.seat.member.id)

    with suppress(ConnectionResetError, DatabaseAway):
        while True:
            topic = await console.db.read(look)
            with console.bells.listen(*((topic,) if topic else ())) as bell:
                rang = await bell.rang(MARK_LOOK_SECONDS)
            if rang and topic is not None and await console.db.read(look) == topic:
                await answer.write(b"event: typing\ndata: 0\n\n")


async def _tell(console: Console, visit: Visit, answer: web.StreamResponse, topics: list[str]) -> None:
    with console.bells.listen(*topics, STOP_TOPIC) as bell:
        await answer.write(b"retry: 2000\nevent: changed\ndata: 0\n\n")
        for beat in range(MOST_SECONDS // BEAT_SECONDS):
            rang = await bell.wait(BEAT_SECONDS)
            is_shown = await _topics(console, visit) if rang else topics[1:]
            if visit.request.app[STOPPING].is_set():
                return
            if await whose(console, visit.request) is None:
                await answer.write(b"event: gone\ndata: 0\n\n")
                return
            await answer.write(f"event: changed\ndata: {beat}\n\n".encode() if rang else b": beat\n\n")
            if is_shown != topics[1:]:
                return  # not this colleague's any more: the page looks once, and finds that


async def _topics(console: Console, visit: Visit) -> list[str]:
    """What the page shows: the board, or one case this colleague may see."""
    wanted, member = visit.given("topic"), visit.seat.member
    if wanted == "board" and has(member, Deed.SEE_BOARD):
        return ["board"]
    kind, _, number = wanted.partition(":")
    if kind != "case" or not number.isdecimal() or len(number) > 9:
        return []
    can_look = await console.db.read(lambda connection: desk.may_see(connection, member, int(number)))
    return [wanted] if can_look else []


ROUTES = (Route("GET", "/live", Deed.OWN_PAGE, live),)

"""The world outside is told that the house is well, and a silent world harms nobody."""

import logging

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.heartbeat import heartbeat


async def test_a_beat_is_one_call_and_its_failing_is_only_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    beats = []

    async def heard(request: web.Request) -> web.Response:
        beats.append(request.path)
        return web.Response(status=200 if len(beats) == 1 else 503)

    app = web.Application()
    app.router.add_get("/canary-secret", heard)
    server = TestServer(app)
    await server.start_server()
    beat = heartbeat(str(server.make_url("/canary-secret")))
    await beat()
    assert "heartbeat" not in caplog.text
    await beat()
    assert "heartbeat_refused" in caplog.text
    await server.close()
    await beat()
    ours = " ".join(str(vars(record)) for record in caplog.records if record.name.startswith("bot."))
    assert "heartbeat_failed" in ours and "canary-secret" not in ours
    assert beats == ["/canary-secret"] * 2
    await heartbeat("")()

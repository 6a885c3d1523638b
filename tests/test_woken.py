"""The whole way in the real service: a push is shown to work, somebody cries, one tap on a locked phone takes it."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.bot.channels.gateways import Gateway, gateway
from tests.served import PIPE, STDOUT, Served, serve
from tests.test_killed import free_port

TOPIC = "canary-topic-of-lan"


async def until(what: Callable[[], Awaitable[Any]]) -> Any:
    """The first true answer; the test's own limit ends the waiting."""
    while not (found := await what()):
        await asyncio.sleep(0.1)
    return found


async def pressed(browser: aiohttp.ClientSession, base: str, path: str, **fields: str) -> str:
    async with browser.get(f"{base}/console/channels") as answer:
        csrf = re.findall(r'name="csrf" value="([^"]+)"', await answer.text())[0]
    async with browser.post(f"{base}{path}", data={"csrf": csrf, **fields}) as answer:
        return await answer.text()


async def show_that_it_works(browser: aiohttp.ClientSession, base: str, server: Gateway) -> None:
    async with browser.get(f"{base}/console/channels") as answer:
        assert "Chưa có gì gọi bạn dậy được" in await answer.text()
    assert "Đã lưu" in await pressed(browser, base, "/console/channels", kind="ntfy", address=TOPIC)

    async def came() -> list[str]:
        return [body["message"] for _, _, body in server.asked if body["topic"] == TOPIC]

    code = "".join(re.findall(r"\d", (await until(came))[0]))
    assert "dùng được rồi" in await pressed(browser, base, "/console/channels/1/confirm", code=code)


@pytest.mark.timeout(60)
async def test_a_cry_rings_the_phone_and_one_tap_takes_the_case(tmp_path: Path) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with gateway({"id": "n"}) as server, aiohttp.ClientSession(cookie_jar=jar) as worker:
        port = free_port()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DONGHANH_")}
        environment |= {"DONGHANH_DATA_DIR": str(tmp_path / "data"), "DONGHANH_PORT": str(port)}
        environment |= {"DONGHANH_NTFY_URL": server.root, "DONGHANH_UNDERSTAND_APART": "yes"}
        process = serve(environment=environment, stdout=PIPE, stderr=STDOUT)
        try:
            await story(server, worker, process, f"http://127.0.0.1:{port}")
        finally:
            process.kill()


def beside_it(service: int) -> list[int]:
    """The processes that understand messages for this service."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            is_ours = f"\nPPid:\t{service}\n" in (line.parent / "status").read_text()
            found += [int(line.parent.name)] if is_ours and b"bot.understanding.beside" in line.read_bytes() else []
    return found


async def story(server: Gateway, worker: aiohttp.ClientSession, process: Served, base: str) -> None:
    assert process.stdout is not None
    said = ""
    while "Ctrl-C" not in said:
        said += (await asyncio.to_thread(process.stdout.readline)).decode()
    reader = asyncio.create_task(asyncio.to_thread(process.stdout.read))
    door = re.findall(r"http://\S+/console/invite/\S+", said)[0]
    await worker.post(door, data={"colleague": "worker-1"})
    await show_that_it_works(worker, base, server)

    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as person:
        await person.post(f"{base}/chat/session")
        await person.post(f"{base}/chat/poll", json={"id": "1", "text": "tên em là Canary"})
        await person.post(f"{base}/chat/poll", json={"id": "2", "text": "cứu"})

        async def alarm() -> list[dict[str, Any]]:
            return [body for _, _, body in server.asked if body["actions"]]

        [push] = await until(alarm)
        assert push["topic"] == TOPIC and push["priority"] == 5 and "Canary" not in str(push)
        async with aiohttp.ClientSession() as locked_phone:
            async with locked_phone.get(push["click"]) as answer:
                assert "Không nhận được" in await answer.text()
            async with locked_phone.post(push["click"], data={"do": "take"}) as answer:
                taken = await answer.text()
        assert "Bạn đã nhận" in taken and "Canary" not in taken

        async def told() -> bool:
            async with person.get(f"{base}/chat/poll?after=0") as answer:
                return "chị Lan (mẫu) đã nhận" in str(await answer.json())

        await until(told)
    [beside] = beside_it(process.pid)
    process.terminate()
    assert await asyncio.to_thread(process.wait, 10) == 0
    assert not Path(f"/proc/{beside}").exists()
    log = said + (await reader).decode()
    assert TOPIC not in log and "Canary" not in log

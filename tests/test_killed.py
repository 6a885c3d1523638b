"""The service is killed again and again under reports; every report that was called kept has its alarm."""

import asyncio
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from tests.served import Served, serve

ROOT = Path(__file__).parents[1]
KILLS = 6  # the campaign kills 200 times


def free_port() -> int:
    """A port nobody has, below those the system gives to connections: one of these could be gone a second later."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def start(folder: Path, port: int) -> Served:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DONGHANH_")}
    environment |= {"DONGHANH_DATA_DIR": str(folder / "data"), "DONGHANH_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    with (folder / "said.txt").open("ab") as said:
        return serve(environment=environment, stdout=said, stderr=subprocess.DEVNULL)


async def report(base: str, *, until: float) -> bool:
    """One person cries for help; True once the service has called the message kept."""
    while time.monotonic() < until:
        try:
            async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
                await browser.post(f"{base}/chat/session")
                async with browser.post(f"{base}/chat/poll", json={"id": "1", "text": "cứu"}) as answer:
                    return bool((await answer.json()).get("kept"))
        except (aiohttp.ClientError, ConnectionError):
            await asyncio.sleep(0.05)
    return False


async def answers(base: str, *, until: float) -> None:
    """Wait until the service is there."""
    while time.monotonic() < until:
        try:
            async with aiohttp.ClientSession() as browser, browser.get(f"{base}/healthz") as answer:
                if answer.status == 200:
                    return
        except (aiohttp.ClientError, ConnectionError):
            await asyncio.sleep(0.05)


def aliases(folder: Path) -> set[str]:
    with sqlite3.connect(folder / "data" / "donghanh.db") as connection:
        found = {row[0] for row in connection.execute('SELECT alias FROM "case"')}
    connection.close()
    return found


def alarmed(folder: Path) -> set[str]:
    said = (folder / "said.txt").read_text("utf-8")
    return set(re.findall(r"Khẩn cấp ngay bây giờ: ([^,]+),", said))


async def kill_often(tmp_path: Path, kills: int) -> int:
    """Kill the service this often, each time under a report; returns how many alarms were lost."""
    chance, port = random.Random(kills), free_port()
    kept = 0
    for _ in range(kills):
        process = start(tmp_path, port)
        try:
            kept += await report(f"http://127.0.0.1:{port}", until=time.monotonic() + 30)
            await asyncio.sleep(chance.random() * 0.08)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
    process = start(tmp_path, port)
    try:
        end = time.monotonic() + 45
        await answers(f"http://127.0.0.1:{port}", until=end)  # only then it can end cleanly
        while time.monotonic() < end and (len(alarmed(tmp_path)) < kept or aliases(tmp_path) - alarmed(tmp_path)):
            await asyncio.sleep(0.2)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert kept == kills
    return max(kept - len(aliases(tmp_path)), len(aliases(tmp_path) - alarmed(tmp_path)))


@pytest.mark.timeout(240)
async def test_kills_lose_no_alarm(tmp_path: Path) -> None:
    assert await kill_often(tmp_path, KILLS) == 0

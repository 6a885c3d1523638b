"""Two processes on one PostgreSQL: one has the doors, the other does the work; and two that do everything."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.schema import upgrade
from bot.seals import create_key_file
from tests.served import Served, serve
from tests.test_killed import free_port

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.timeout(110)
HANGS = 50  # seconds; a machine that does too much at once is not a fault


@contextmanager
def running(
    folder: Path, url: str, name: str, port: int, *more: str, program: Sequence[str] = ()
) -> Iterator[tuple["Served | subprocess.Popen[bytes]", Path]]:
    """One process of the service, and the file of what it said."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DONGHANH_")}
    settings = {"DATA_DIR": str(folder / "data"), "DATABASE_URL": url.replace("+psycopg", ""), "PORT": str(port)}
    environment = {**kept, "PYTHONUNBUFFERED": "1", **{f"DONGHANH_{key}": value for key, value in settings.items()}}
    said = folder / f"{name}.txt"
    before = said.read_text("utf-8").count("Ctrl-C") if said.exists() else 0
    with said.open("ab") as file:
        if program:  # another one than `donghanh`, that serves all the same
            command = [sys.executable, *program, "serve", "--demo", *more]
            started: Served | subprocess.Popen[bytes] = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=file, stderr=file
            )
        else:
            started = serve(*more, environment=environment, stdout=file, stderr=file)
    try:
        end = time.monotonic() + 60
        while said.read_text("utf-8").count("Ctrl-C") <= before:
            assert started.poll() is None and time.monotonic() < end, said.read_text("utf-8")
            time.sleep(0.1)
        yield started, said
    finally:
        if started.poll() is None:
            started.send_signal(signal.SIGTERM)
        started.wait(10)


@contextmanager
def process(folder: Path, url: str, name: str, port: int, *more: str) -> Iterator[Path]:
    """One process of the service; yields the file of what it said. Ends it cleanly."""
    with running(folder, url, name, port, *more) as (started, said):
        yield said
        started.send_signal(signal.SIGTERM)
        assert started.wait(10) == 0, said.read_text("utf-8")


async def ask(port: int, *texts: str) -> list[str]:
    """One person writes these messages; returns everything that came back within a while."""
    base, seen, came = f"http://127.0.0.1:{port}", 0, list[str]()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        await browser.post(f"{base}/chat/session")
        for number, text in enumerate(texts):
            await browser.post(f"{base}/chat/poll", json={"id": str(number), "text": text})
        end = time.monotonic() + HANGS
        while time.monotonic() < end and len(came) < len(texts) + 1:
            async with browser.get(f"{base}/chat/poll?after={seen}") as answer:
                for frame in (await answer.json())["frames"]:
                    seen = frame["seq"]
                    came.append(frame["text"])
    return came


def prepare(folder: Path, url: str) -> None:
    """The key file, made once by the operator, and the tables."""
    create_key_file(folder / "data" / "key.json")
    upgrade(url)


async def test_the_doors_in_one_process_and_the_work_in_another(tmp_path: Path, postgresql: str) -> None:
    prepare(tmp_path, postgresql)
    with process(tmp_path, postgresql, "work", free_port(), "--only", "turns,mailroom,timers") as work:
        port = free_port()
        with process(tmp_path, postgresql, "web", port, "--only", "web"):
            came = await ask(port, "xet nghiem hiv o cau giay")
            assert any("Cầu Giấy" in text for text in came)
            begun = time.monotonic()
            came = await ask(port, "nó đang đánh em")
            assert any("115" in text for text in came)
            while "Khẩn cấp ngay bây giờ" not in work.read_text("utf-8") and time.monotonic() - begun < HANGS:
                await asyncio.sleep(0.1)
            assert "Khẩn cấp ngay bây giờ" in work.read_text("utf-8")


async def test_two_whole_processes_answer_each_message_once(tmp_path: Path, postgresql: str) -> None:
    prepare(tmp_path, postgresql)
    ports = free_port(), free_port()
    with process(tmp_path, postgresql, "one", ports[0]) as one, process(tmp_path, postgresql, "two", ports[1]) as two:
        talks = await asyncio.gather(*(ask(port, "xet nghiem hiv o cau giay", "xem them") for port in ports * 4))
        for came in talks:
            assert sum(text.startswith("Chào bạn") for text in came) == 1, came
            assert sum("\n1. " in text for text in came) == 2, "each question is answered once"
        await asyncio.gather(*(ask(port, "nó đang đánh em") for port in ports))
        end, said = time.monotonic() + HANGS, ""
        while time.monotonic() < end and len(alarmed_in(said)) < 2:
            await asyncio.sleep(0.2)
            said = one.read_text("utf-8") + two.read_text("utf-8")
        await asyncio.sleep(2)  # what would come twice comes now
        alarms = alarms_in(one.read_text("utf-8") + two.read_text("utf-8"))
        assert len(alarms) == len(set(alarms)) == 2, alarms


async def test_what_a_killed_process_had_in_its_hands_is_taken_over(tmp_path: Path, postgresql: str) -> None:
    """Ten cries are kept by one process, which is killed at once; each has its alarm from the other."""
    prepare(tmp_path, postgresql)
    ports = free_port(), free_port()
    with process(tmp_path, postgresql, "stays", ports[0]) as stays:
        with killed(tmp_path, postgresql, "dies", ports[1]) as dies:
            kept = await asyncio.gather(*(cry(ports[1]) for _ in range(10)))
        assert all(kept)
        end = time.monotonic() + HANGS
        said = ""
        while time.monotonic() < end and len(alarmed_in(said)) < 10:
            await asyncio.sleep(0.2)
            said = dies.read_text("utf-8") + stays.read_text("utf-8")
    assert len(alarmed_in(said)) == 10


def alarms_in(said: str) -> list[str]:
    return re.findall(r"Khẩn cấp ngay bây giờ: ([^,]+),", said)


def alarmed_in(said: str) -> set[str]:
    return set(alarms_in(said))


@contextmanager
def killed(folder: Path, url: str, name: str, port: int) -> Iterator[Path]:
    """A process that is killed at the end, without a word."""
    with running(folder, url, name, port) as (started, said):
        yield said
        started.kill()


async def cry(port: int) -> bool:
    base = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        await browser.post(f"{base}/chat/session")
        async with browser.post(f"{base}/chat/poll", json={"id": "1", "text": "nó đang đánh em"}) as answer:
            return bool((await answer.json())["kept"])

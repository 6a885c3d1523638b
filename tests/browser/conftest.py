"""The real service in a process of its own, and a real browser in front of it."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.test_killed import free_port

HOUSE = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SERVE = [sys.executable, "-m", "bot", "serve", "--demo"]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@dataclass(frozen=True)
class Service:
    """Where the service can be reached."""

    chat: str
    console: str  # works once
    data: Path


def settings_of(data: Path) -> dict[str, str]:
    """The environment of a service with its data there and a port of its own."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("DONGHANH_")}
    return {**others, "DONGHANH_DATA_DIR": str(data), "DONGHANH_PORT": str(free_port())}


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a demonstration nobody has used yet: made once, copied for each test."""
    data = tmp_path_factory.mktemp("demonstration") / "data"
    with subprocess.Popen(SERVE, cwd=HOUSE, env=settings_of(data), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while "Ctrl-C" not in (line := process.stdout.readline()):
            assert line, "the service ended"
        process.terminate()
    assert process.returncode == 0
    return data


@pytest.fixture
async def service(tmp_path: Path, filled: Path) -> AsyncIterator[Service]:
    shutil.copytree(filled, tmp_path / "data")
    process = await asyncio.create_subprocess_exec(
        *SERVE, cwd=HOUSE, env=settings_of(tmp_path / "data"), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    said = ""
    while "Ctrl-C" not in said:
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        assert line, f"the service ended: {said}"
        said += line.decode()
    reader = asyncio.create_task(process.stdout.read())
    chat, console = re.findall(r"http://\S+", said)
    yield Service(chat, console, tmp_path / "data")
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 10) == 0, "a clean stop takes less than ten seconds"
    await reader


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None and os.environ.get("BROWSER_TESTS") != "required":
        pytest.skip("No Chromium on this machine: install it (Debian: apt-get install chromium) to run these tests.")
    assert path is not None, "Chromium is missing"
    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield made
        await made.close()


async def phone(browser: Browser, **more: object) -> Page:
    """A window as narrow as a small phone, with cookies of its own."""
    context = await browser.new_context(viewport={"width": 360, "height": 740}, **more)  # type: ignore[arg-type]
    page = await context.new_page()
    page.set_default_timeout(10_000)
    return page

"""The real service in a process of its own, and a real browser in front of it."""

import os
import re
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.served import HOUSE, PIPE, Served, serve
from tests.test_killed import free_port

__all__ = ["HOUSE", "free_port"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
expect.set_options(timeout=40_000)  # a machine that does too much at once is not a fault


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One browser for all tests of this folder: it belongs to one event loop, so they share that too."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


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


def opened(data: Path) -> tuple[Served, list[str]]:
    """A service with its data there, and the addresses it names once it is open."""
    process = serve(environment=settings_of(data), stdout=PIPE)
    assert process.stdout is not None
    said = ""
    while "Ctrl-C" not in said:
        line = process.stdout.readline()
        assert line, f"the service ended: {said}"
        said += line.decode()
    return process, re.findall(r"http://\S+", said)


def end(process: Served) -> None:
    process.terminate()
    assert process.wait(10) == 0, "a clean stop takes less than ten seconds"


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a demonstration nobody has used yet: made once, copied for each test."""
    data = tmp_path_factory.mktemp("demonstration") / "data"
    process, _ = opened(data)
    end(process)
    return data


@pytest.fixture
def service(tmp_path: Path, filled: Path) -> Iterator[Service]:
    shutil.copytree(filled, tmp_path / "data")
    process, (chat, console) = opened(tmp_path / "data")
    assert process.stdout is not None
    reader = threading.Thread(target=process.stdout.read)
    reader.start()
    yield Service(chat, console, tmp_path / "data")
    end(process)
    reader.join()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None and os.environ.get("BROWSER_TESTS") != "required":
        pytest.skip("No Chromium on this machine: install it (Debian: apt-get install chromium) to run these tests.")
    assert path is not None, "Chromium is missing"
    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield made
        await made.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(chromium: Browser) -> AsyncIterator[Browser]:
    """The browser, in which nothing is left of the test before."""
    yield chromium
    for context in chromium.contexts:
        await context.close()


async def phone(browser: Browser, **more: object) -> Page:
    """A window as narrow as a small phone, with cookies of its own."""
    context = await browser.new_context(viewport={"width": 360, "height": 740}, **more)  # type: ignore[arg-type]
    page = await context.new_page()
    page.set_default_timeout(40_000)
    return page

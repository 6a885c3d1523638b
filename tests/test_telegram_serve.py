"""The whole program with a Telegram account: answers, is killed in the middle, loses nothing, writes no secret."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import MovableClock
from tests.fake_telegram import TOKEN, FakeTelegram
from tests.served import Served, serve
from tests.test_killed import free_port

pytestmark = pytest.mark.timeout(110)
PERSONS = 8


def start(folder: Path, network: FakeTelegram) -> Served:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DONGHANH_")}
    (folder / "token").write_text(f"{network.token}\n")
    settings = {
        "DATA_DIR": str(folder / "data"),
        "PORT": str(free_port()),
        "TELEGRAM_TOKEN_FILE": str(folder / "token"),
        "TELEGRAM_API_ROOT": network.root,
    }
    environment = {**kept, "PYTHONUNBUFFERED": "1", **{f"DONGHANH_{key}": value for key, value in settings.items()}}
    with (folder / "said.txt").open("ab") as said:
        return serve(environment=environment, stdout=said, stderr=said)


async def until(is_so: Callable[[], bool], said: Path) -> None:
    try:
        async with asyncio.timeout(50):
            while not is_so():
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(said.read_text("utf-8")) from None


async def test_persons_are_answered_also_across_a_kill(tmp_path: Path, clock: MovableClock) -> None:
    async with FakeTelegram(clock.now) as network:
        said = tmp_path / "said.txt"
        first = start(tmp_path, network)
        for number in range(PERSONS):
            network.message(1000 + number, text="nó đang đánh em")

        def answered() -> int:
            return sum(bool(network.texts(1000 + number)) for number in range(PERSONS))

        await until(lambda: answered() >= 2, said)
        first.kill()
        first.wait()
        second = start(tmp_path, network)
        await until(lambda: answered() == PERSONS, said)
        before = len(network.texts(1000))
        network.message(1000, text="xoá")
        await until(lambda: len(network.texts(1000)) > before, said)
        second.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(second.wait, 15) == 0
        assert network.problems == []
        written = said.read_text("utf-8")
        assert TOKEN.partition(":")[2] not in written and "canary" not in written.casefold()
        assert "Traceback" not in written and "Unclosed" not in written

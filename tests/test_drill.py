"""The machine is lost and the line comes back from a backup: who waited is called for again, erased stays erased."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Table, select

import bot.tables as private
from bot import backups, demonstration
from bot.__main__ import main
from bot.app import House, build
from bot.helpline import relay, turns
from bot.policy import demonstration as demo_policy
from bot.ports import Address, Cap, Capabilities, MsgRef, Outbound, Sent
from bot.schema import upgrade
from bot.seals import Seals, create_key_file
from bot.settings import load
from bot.tables import case, contact, conversation, lane, person, staff, transcript
from tests.conftest import MovableClock
from tests.fakes import FakeChannel

HOUSE = Path(__file__).parents[1]
MARKERS = ("hồng hạc", "hong hac", "0000 000 777", "anna-account", "binh-account")


@dataclass
class Desk:
    """Stands for the colleagues' own channels."""

    clock: MovableClock
    told: list[tuple[str, str]] = field(default_factory=list)
    kind: str = "console"

    def capabilities(self) -> Capabilities:
        return Capabilities(Cap.PUSH_ANYTIME, 10_000, "chars", 9, 99, 99)

    async def send(self, message: Outbound, address: Address) -> Sent:
        self.told.append((address, message.text))
        return Sent((MsgRef(message.idempotency_key),), self.clock.now())

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None


Open = Callable[[], "asynccontextmanager[House]"]


@pytest.fixture(params=["sqlite", "postgresql"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith("DONGHANH_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DONGHANH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DONGHANH_POLICY_FILE", str(tmp_path / "policy.toml"))
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgresql"))
        monkeypatch.setenv("DONGHANH_DATABASE_URL", url)
        monkeypatch.setenv("DONGHANH_TEST_DATABASE_URL", other_database(url))
    create_key_file(tmp_path / "data" / "key.json")
    shutil.copy(Path(__file__).parents[1] / "policy.toml", tmp_path / "policy.toml")
    return tmp_path


def other_database(url: str) -> str:
    """A second empty database on the same server, to restore into."""
    import psycopg
    from sqlalchemy import make_url

    parts = make_url(url)
    name = f"{parts.database}b"
    plain = parts.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return parts.set(database=name).render_as_string(hide_password=False)


@asynccontextmanager
async def opened(clock: MovableClock, desk: Desk, fake: list[FakeChannel]) -> AsyncIterator[House]:
    settings = load()
    upgrade(settings.database_url)
    seals = Seals.from_files(settings.key_file, settings.key_store)

    def door(seals: Seals) -> FakeChannel:
        fake[:] = [FakeChannel(seals, clock)]
        return fake[0]

    house = build(
        settings,
        demo_policy(),
        seals=seals,
        clock=clock,
        channels={("fake", "1"): lambda db, seals, clock, bells, settings, refer: door(seals)},
        senders={"console": lambda db, clock, bells, settings: desk},
        routes=lambda connection, staff_id: [("console", Address(str(staff_id)))],
    )
    await house.start(ticks=False)
    try:
        yield house
    finally:
        await house.stop()


async def rows(house: House, table: Table) -> list[object]:
    return await house.db.read(lambda connection: list(connection.execute(select(table))))


async def a_busy_line(clock: MovableClock, desk: Desk) -> None:
    """Two persons with open cases, one of them taken; a third who only asked; words in the relay."""
    fake: list[FakeChannel] = []
    async with opened(clock, desk, fake) as house:
        await house.db.write(lambda tx: demonstration.seed(tx, clock.now()))
        for who, text in (
            ("anna-account", "nó đang đánh em"),
            ("binh-account", "cứu"),
            ("chi-account", "xet nghiem hiv o cau giay"),
        ):
            await fake[0].say(who, text)
            await house.settle()
        first = await house.db.read(lambda connection: connection.execute(select(case.c.id)).scalars().first())
        workers = select(staff.c.id).where(staff.c.role == "worker")
        worker = await house.db.read(lambda connection: connection.execute(workers).scalars().first())
        assert first is not None and worker is not None
        await house.db.write(lambda tx: turns.take(tx, first, worker, now=clock.now(), policy=house.policy))
        await fake[0].say("anna-account", "ten con chim hồng hạc, goi 0000 000 777")
        await house.settle()
        await house.db.write(lambda tx: relay.from_worker(tx, first, worker, "hong hac nghe day", now=clock.now()))
        await house.settle()
        assert len(await rows(house, transcript)) >= 2


def lose_the_machine(folder: Path, monkeypatch: pytest.MonkeyPatch, *, key_store_too: bool) -> None:
    for path in (folder / "data").iterdir():
        is_kept = path.name == "key.json" or (path.name.startswith("keys.db") and not key_store_too)
        if not is_kept:
            path.unlink()
    if "DONGHANH_DATABASE_URL" in os.environ:
        monkeypatch.setenv("DONGHANH_DATABASE_URL", os.environ["DONGHANH_TEST_DATABASE_URL"])


@pytest.mark.parametrize("key_store_too", [True, False])
async def test_after_a_restore_everybody_who_waited_is_called_for_again(
    folder: Path, clock: MovableClock, monkeypatch: pytest.MonkeyPatch, key_store_too: bool
) -> None:
    desk, fake = Desk(clock), list[FakeChannel]()
    await a_busy_line(clock, desk)
    file = folder / "line.backup"
    assert main(["backup", str(file)]) == 0
    lose_the_machine(folder, monkeypatch, key_store_too=key_store_too)
    desk.told.clear()
    assert main(["restore", str(file)]) == 0
    async with opened(clock, desk, fake) as house:
        await house.settle()
        cases = await rows(house, case)
        assert {one.state for one in cases} == {"waiting"} and len(cases) == 2  # type: ignore[attr-defined]
        alarms = [text for _, text in desk.told if "Khẩn cấp" in text]
        assert all(any(one.alias in text for text in alarms) for one in cases)  # type: ignore[attr-defined]
        assert any("không còn" in text for text in fake[0].texts("anna-account"))
        assert fake[0].texts("chi-account") == []
        assert len(await rows(house, lane)) == len(await rows(house, contact)) == len(await rows(house, person)) == 2
        assert await rows(house, transcript) == []
        await fake[0].say("anna-account", "em van con day")
        await house.settle()
        assert len(await rows(house, lane)) == 2, "she is recognised"
        await fake[0].say("chi-account", "chao")
        await house.settle()
        assert fake[0].texts("chi-account")[0].startswith("Chào bạn"), "who only asked is greeted as new"


async def test_a_backup_holds_no_words_no_account_and_no_key(folder: Path, clock: MovableClock) -> None:
    await a_busy_line(clock, Desk(clock))
    file = folder / "line.backup"
    assert main(["backup", str(file)]) == 0
    assert file.stat().st_mode & 0o077 == 0
    raw = file.read_bytes()
    assert all(marker.encode() not in raw for marker in MARKERS)
    with sqlite3.connect(folder / "data" / "keys.db") as store:
        keys = store.execute("SELECT wrapped FROM data_key").fetchall()
    store.close()
    assert keys and all(key[0] not in raw for key in keys)
    with sqlite3.connect(file) as copy:
        there = {row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert not there & backups.LEFT_OUT
        assert copy.execute("SELECT count(*) FROM lane").fetchone() == (2,), "only of those whose case is open"
    copy.close()


async def test_who_has_erased_after_the_backup_stays_erased(
    folder: Path, clock: MovableClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk, fake = Desk(clock), list[FakeChannel]()
    await a_busy_line(clock, desk)
    file = folder / "line.backup"
    assert main(["backup", str(file)]) == 0
    async with opened(clock, desk, fake) as house:
        for text in ("xoá", "xoa het"):
            await fake[0].say("binh-account", text, event_id=text)
            await house.settle()
        assert len(await rows(house, lane)) == 2
    lose_the_machine(folder, monkeypatch, key_store_too=False)
    capsys.readouterr()
    assert main(["restore", str(file)]) == 0
    assert "1 open cases are alarmed again, 1 stay erased" in capsys.readouterr().out
    async with opened(clock, desk, fake) as house:
        await house.settle()
        assert len(await rows(house, lane)) == len(await rows(house, contact)) == len(await rows(house, person)) == 1
        assert fake[0].texts("binh-account") == []


async def test_what_cannot_be_restored_is_said_in_one_line(
    folder: Path, clock: MovableClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await a_busy_line(clock, Desk(clock))
    file = folder / "line.backup"
    assert main(["backup", str(file)]) == 0 and main(["backup", str(file)]) == 1
    assert "overwrites nothing" in capsys.readouterr().err
    assert main(["restore", str(file)]) == 1
    assert "empty database only" in capsys.readouterr().err
    (folder / "other").write_text("not a backup")
    assert main(["restore", str(folder / "other")]) == 1
    assert main(["restore", str(folder / "missing")]) == 1
    lose_the_machine(folder, monkeypatch, key_store_too=True)
    (folder / "data" / "key.json").unlink()
    create_key_file(folder / "data" / "key.json")
    capsys.readouterr()
    assert main(["restore", str(file)]) == 2
    assert "another key file" in capsys.readouterr().err


async def test_a_damaged_backup_is_refused_in_one_line_and_all_stays_as_it_was(
    folder: Path, clock: MovableClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await a_busy_line(clock, Desk(clock))
    file = folder / "line.backup"
    assert main(["backup", str(file)]) == 0
    whole = file.read_bytes()
    lose_the_machine(folder, monkeypatch, key_store_too=True)
    for name, content in damaged(whole).items():
        hurt = folder / f"{name} ?#%.backup"
        hurt.write_bytes(content)
        capsys.readouterr()
        assert main(["restore", str(hurt)]) == 1, name
        said = capsys.readouterr()
        assert said.out == "" and said.err.count("\n") == 1 and "damaged" in said.err, (name, said.err)
        assert hurt.read_bytes() == content and not (folder / "data" / "donghanh.db").exists()
    assert [one.name for one in folder.glob("*.backup-*")] == [], "nothing is put beside a file that is read"
    file.chmod(0o400)
    assert main(["restore", str(file)]) == 0 and file.read_bytes() == whole, "the whole one still can be"


def damaged(whole: bytes) -> dict[str, bytes]:
    """What copies to a bad stick, and broken copies, make of a backup."""
    text = whole.index(b"worker-1")
    half = len(whole) // 2
    return {
        "empty": b"",
        "a few bytes": whole[:100],
        "a page": whole[:4096],
        "half": whole[:half],
        "one byte short": whole[:-1],
        "longer": whole + b"\x00" * 512,
        "zeros in the middle": whole[:half] + b"\x00" * 8192 + whole[half + 8192 :],
        "one letter": whole[:text] + b"v" + whole[text + 1 :],
        "another header": b"PK" + whole[2:],
    }


async def test_a_backup_of_a_newer_version_is_not_restored_in_part(
    folder: Path, clock: MovableClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await a_busy_line(clock, Desk(clock))
    file = folder / "line.backup"
    monkeypatch.setattr(backups, "revision", lambda connection: "9999")
    assert main(["backup", str(file)]) == 0
    lose_the_machine(folder, monkeypatch, key_store_too=True)
    assert main(["restore", str(file)]) == 1
    assert "newer version" in capsys.readouterr().err


async def test_a_backup_without_a_fingerprint_is_one_of_an_older_version(
    folder: Path, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_busy_line(clock, Desk(clock))
    file = folder / "line.backup"
    assert main(["backup", str(file)]) == 0
    with sqlite3.connect(file) as older:
        older.execute("DELETE FROM backup_note WHERE name = 'digest'")
    older.close()
    lose_the_machine(folder, monkeypatch, key_store_too=True)
    assert main(["restore", str(file)]) == 0


def test_every_table_is_in_a_backup_or_left_out_on_purpose() -> None:
    names = {table.name for table in private.__dict__.values() if hasattr(table, "columns")}
    assert names >= backups.LEFT_OUT and names >= backups.OF_OPEN_CASES
    assert {"staff", "case", "audit", "shift"} <= {table.name for table in backups.kept()}
    assert conversation.name in backups.LEFT_OUT


def lose_the_keys(folder: Path) -> None:
    for path in (folder / "data").glob("keys.db*"):
        path.unlink()


async def test_with_the_key_store_lost_serving_is_refused_until_an_operator_says_so_and_then_all_are_called_again(
    folder: Path, clock: MovableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    desk, fake = Desk(clock), list[FakeChannel]()
    await a_busy_line(clock, desk)
    lose_the_keys(folder)
    assert await asyncio.to_thread(main, ["check"]) == 1
    assert "donghanh keys lost" in capsys.readouterr().out
    serve = [sys.executable, "-m", "bot", "serve", "--demo"]
    refused = await asyncio.to_thread(subprocess.run, serve, cwd=HOUSE, capture_output=True, text=True, timeout=60)
    assert refused.returncode == 2 and "none of the 5 keys" in refused.stderr
    desk.told.clear()
    assert await asyncio.to_thread(main, ["keys", "lost"]) == 0
    assert "2 open cases are alarmed again; 1 talks ended" in capsys.readouterr().out
    assert await asyncio.to_thread(main, ["keys", "lost"]) == 0
    assert "0 open cases are alarmed again; 0 talks ended" in capsys.readouterr().out
    async with opened(clock, desk, fake) as house:
        await house.settle()
        cases = await rows(house, case)
        assert {one.state for one in cases} == {"waiting"} and len(cases) == 2  # type: ignore[attr-defined]
        alarms = [text for _, text in desk.told if "Khẩn cấp" in text]
        assert all(any(one.alias in text for text in alarms) for one in cases)  # type: ignore[attr-defined]
        assert any("không còn" in text for text in fake[0].texts("anna-account"))
        for who in ("anna-account", "chi-account"):
            await fake[0].say(who, "cứu, nó đang đánh em", event_id=f"again {who}")
            await house.settle()
        assert len(await rows(house, case)) == 3, "who only asked is heard as well"


async def test_whoever_writes_after_the_keys_of_her_talk_are_gone_is_heard_and_the_ladder_goes_on(
    folder: Path, clock: MovableClock
) -> None:
    desk, fake = Desk(clock), list[FakeChannel]()
    await a_busy_line(clock, desk)
    lose_the_keys(folder)
    async with opened(clock, desk, fake) as house:
        await house.settle()
        desk.told.clear()
        clock.pass_(minutes=6)
        await house.clockwork.tick()
        await house.settle()
        assert any("Khẩn cấp" in text for _, text in desk.told), "the next rung is called although she cannot be told"
        await fake[0].say("chi-account", "cứu, nó đang đánh em", event_id="again")
        await house.settle()
        assert len(await rows(house, case)) == 3
        assert fake[0].texts("chi-account")

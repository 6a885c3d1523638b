"""Starts a messaging server that others have written (npm `@openclaw/crabline`), where Node is at hand."""

import fcntl
import json
import os
import shutil
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

HOUSE = Path(__file__).resolve().parents[2]
CACHE = HOUSE / "build" / "crabline"
PACKAGE = "@openclaw/crabline@0.1.27"
TOKEN = "123456:canary-crab"
ADMIN = "adm"


@dataclass(frozen=True, slots=True)
class Crabline:
    """A running server: its API root, and where a made-up person writes."""

    root: str
    inbound: str
    recorder: Path

    async def say(self, text: str, chat: int = 1001) -> None:
        told = {"chatId": str(chat), "fromId": chat, "fromName": "Canary", "text": text}
        headers = {"X-Crabline-Admin-Token": ADMIN}
        async with aiohttp.ClientSession() as session, session.post(self.inbound, json=told, headers=headers) as answer:
            assert answer.status < 300, await answer.text()

    def asked(self, method: str) -> list[dict[str, object]]:
        """The bodies of the accepted calls of one method."""
        if not self.recorder.exists():
            return []
        lines = [json.loads(line) for line in self.recorder.read_text("utf-8").splitlines()]
        return [one["body"] for one in lines if one["path"].endswith(f"/{method}") and one.get("accepted")]


def left_out(why: str) -> None:
    """Said twice: beside the test, and among the warnings at the end."""
    said = f"LEFT OUT: the round trips against the independent server {PACKAGE}: {why}"
    warnings.warn(said, stacklevel=2)
    pytest.skip(said)


def program() -> Path:
    """The server's program; fetched once into build/crabline."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        left_out("node or npm is not installed")
    version = subprocess.run([str(node), "--version"], capture_output=True, text=True).stdout.strip()
    if int(version.removeprefix("v").partition(".")[0] or 0) < 20:
        left_out(f"node {version} is older than 20")
    found = CACHE / "node_modules" / "@openclaw" / "crabline" / "dist" / "src" / "bin" / "crabline.js"
    whole = CACHE / "whole"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the other process of these tests may be fetching it just now
        if not whole.exists():
            _fetch(str(npm), found)
            whole.touch()
    return found


def _fetch(npm: str, found: Path) -> None:
    command = [npm, "install", "--prefix", str(CACHE), "--ignore-scripts", "--no-audit", "--no-fund", PACKAGE]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=90)
    except subprocess.TimeoutExpired:
        left_out("npm did not answer in 90 seconds")
    if done.returncode != 0 or not found.exists():
        left_out("npm could not fetch it")


@contextmanager
def serving(folder: Path) -> Iterator[Crabline]:
    """One server for Telegram on a port of its own; stops with the block."""
    ready, recorder = folder / "ready.json", folder / "recorder.jsonl"
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    command = ["node", str(program()), "--json", "serve", "telegram", "--port", "0"]
    files = ["--ready-file", str(ready), "--recorder", str(recorder)]
    environment = {**kept, "CRABLINE_BOT_TOKEN": TOKEN, "CRABLINE_ADMIN_TOKEN": ADMIN}
    with (folder / "said.txt").open("wb") as said:
        server = subprocess.Popen([*command, *files], cwd=folder, env=environment, stdout=said, stderr=said)
    try:
        end = time.monotonic() + 30
        while not (ready.exists() and ready.read_text("utf-8").strip()):
            assert server.poll() is None and time.monotonic() < end, (folder / "said.txt").read_text("utf-8")
            time.sleep(0.05)
        told = json.loads(ready.read_text("utf-8"))
        yield Crabline(told["baseUrl"], told["endpoints"]["adminInboundUrl"], recorder)
    finally:
        server.terminate()
        server.wait(10)

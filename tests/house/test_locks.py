"""The locks name every package with its hashes and no place to fetch it from."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"])
def test_locks_have_hashes_and_no_hosts(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text and "--index" not in text and "--find-links" not in text
    pinned = [line for line in text.splitlines() if "==" in line and not line.lstrip().startswith("#")]
    assert pinned and text.count("--hash=sha256:") >= len(pinned)


def test_the_lock_of_the_peer_in_node_too() -> None:
    lock = json.loads((ROOT / "bot/commands/minisearch/package-lock.json").read_text("utf-8"))
    packages = [one for path, one in lock["packages"].items() if path]
    assert "://" not in json.dumps(lock)
    assert packages and all(one["integrity"].startswith("sha512-") and "resolved" not in one for one in packages)

"""No account, number or word of a person reaches a log, a colleague's alarm or the database in the clear."""

import logging
from pathlib import Path

import pytest

from bot import logs
from bot.rehearsal import Rehearsal

ACCOUNT = "person:canary-account"
WORDS = ("hồng hạc", "0000 000 777", "hong.hac@example.org")


async def test_canaries_are_found_nowhere_but_in_the_relay(
    caplog: pytest.LogCaptureFixture, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    url = f"sqlite:///{tmp_path / 'rehearsal.db'}"
    told: list[str] = []
    async with Rehearsal(database_url=url) as rehearsal:
        for text in (
            "e dang bi nhot, cuu e",
            f"ten con chim {WORDS[0]}, goi {WORDS[1]}, mail {WORDS[2]}",
            "xem thêm",
        ):
            said = await rehearsal.play({"as": ACCOUNT, "text": text})
            told += [one["text"] for one in said if not one["to"].startswith("person")]
        case = await rehearsal.play({"pass": "6m"})
        alias = next(one["case"] for one in case if one.get("case"))
        await rehearsal.play({"as": "worker:1", "do": "take", "case": alias})
        told += [one["text"] for one in await rehearsal.play({"as": ACCOUNT, "text": WORDS[0]}) if "text" in one]
        await rehearsal.house.db.scrub()
        raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    out = capfd.readouterr()
    door = logs.OneDoor()
    written = [door.format(record) for record in caplog.records]
    logged = "\n".join([caplog.text, *written, *(str(record.__dict__) for record in caplog.records), out.out, out.err])
    for canary in (ACCOUNT, "canary-account", *WORDS):
        assert canary not in logged
        assert canary.encode() not in raw
        assert all(canary not in text for text in told)

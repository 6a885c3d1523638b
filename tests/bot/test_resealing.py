"""The master key is changed while the service runs: nothing is lost, nothing old is left, a kill is no harm."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, LargeBinary, insert, select

import bot.tables as private
from bot import intake, vault
from bot.db import Tx, open_engine, run_alone
from bot.ports import Inbound
from bot.resealing import HOUSE_SEALED, Rotated, rotate
from bot.seals import KeyMissing, SealBroken, Seals, create_key_file
from bot.tables import centre, contact, conversation, lane, message_ref, outbox, person, staff, staff_organisation
from directory.tables import make_tables

NOW = datetime(2026, 12, 7, tzinfo=UTC)
PERSONS = 250
WITH_A_KEY_OF_THEIR_OWN = {
    "inbox.sealed", "conversation.sealed", "offered.sealed", "transcript.sealed", "webchat_frame.sealed",
    "entrusted.sealed", "handover_note.sealed", "unanswered.sealed",
}  # fmt: skip


@dataclass
class Installation:
    folder: Path
    engine: Engine

    @property
    def key_file(self) -> Path:
        return self.folder / "key.json"

    def seals(self) -> Seals:
        return Seals.from_files(self.key_file, str(self.folder / "keys.db"))

    def run(self, seals: Seals) -> Callable[[Callable[[Tx], Any]], Any]:
        def one(deed: Callable[[Tx], Any]) -> Any:
            with self.engine.begin() as connection:
                return run_alone(connection, deed, seals, "test")[0]

        return one

    def rotate(self, *, wait: Callable[[float], None] = lambda seconds: None) -> Rotated:
        seals = self.seals()
        try:
            return rotate(self.run(seals), seals, self.key_file, say=lambda text: None, wait=wait)
        finally:
            seals.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgresql"))
    engine = open_engine(url)
    make_tables(engine)
    create_key_file(tmp_path / "key.json")
    made = Installation(tmp_path, engine)
    seals = made.seals()
    made.run(seals)(fill)
    seals.stop()
    yield made
    engine.dispose()


def fill(tx: Tx) -> None:
    tx.execute(insert(staff_organisation).values(id=1, name="o"))
    tx.execute(insert(centre).values(id=1, organisation_id=1, name="c"))
    totp = tx.seals.close("JBSWY3DP", about="totp:7")
    row = {"id": 7, "name": "w", "alias": "w", "role": "worker", "centre_id": 1, "totp_sealed": totp}
    tx.execute(insert(staff).values(**row, created_at=NOW))
    for number in range(1, PERSONS + 1):
        ref = vault.refer(tx.seals, "fake", "1", f"account {number}")
        tx.execute(insert(person).values(id=number, created_at=NOW, forget_at=NOW))
        row = {"id": number, "person_id": number, "channel": "fake", "account": "1", "handle": ref.handle}
        tx.execute(insert(lane).values(**row, last_at=NOW, forget_at=NOW))
        vault.keep(tx, number, ref, forget_at=NOW)
        key = tx.seals.new_key()
        words = tx.seals.close_with(key, f"words {number}", about=f"conversation:{number}")
        tx.execute(
            insert(conversation).values(lane_id=number, key_id=key, sealed=words, last_at=NOW, forget_at=NOW)
        )
        sealed = tx.seals.close(f"ref {number}", about=f"message_ref:{number}")
        tx.execute(insert(message_ref).values(lane_id=number, sealed=sealed, at=NOW, forget_at=NOW))
    letter = tx.seals.close("{}", about="outbox:k")
    told = {"key": "k", "staff_id": 7, "purpose": "alarm", "sealed": letter, "state": "pending", "next_at": NOW}
    tx.execute(insert(outbox).values(**told, at=NOW, forget_at=NOW))


def whole(tx: Tx) -> None:
    """Everything opens, and every account is found again."""
    for number in range(1, PERSONS + 1):
        way = vault.way_to(tx.connection, number)
        assert way is not None and vault.open_address(tx.seals, way.to) == f"account {number}"
        assert way.to.handle == tx.seals.handle("contact", "fake", "1", f"account {number}")
    for row in tx.execute(select(conversation)):
        about = f"conversation:{row.lane_id}"
        assert tx.seals.open_with(row.key_id, row.sealed, about=about) == f"words {row.lane_id}"
    for row in tx.execute(select(message_ref)):
        assert tx.seals.open(row.sealed, about=f"message_ref:{row.lane_id}") == f"ref {row.lane_id}"
    totp = tx.execute(select(staff.c.totp_sealed)).scalar_one()
    assert tx.seals.open(totp, about="totp:7") == "JBSWY3DP"


def test_everything_is_sealed_anew_and_the_old_key_is_gone(here: Installation) -> None:
    before = json.loads(here.key_file.read_text())["keys"]["1"]
    links = here.seals().token_hash("a link")
    done = here.rotate()
    assert done.rows == 2 * PERSONS + 2 and done.data_keys >= PERSONS and done.unreadable == 0
    told = here.key_file.read_text()
    assert before not in told and list(json.loads(told)["keys"]) == ["2"]
    assert here.key_file.stat().st_mode & 0o077 == 0
    seals = here.seals()
    here.run(seals)(whole)
    assert seals.token_hash("a link") == links, "links and sessions still work"
    seals.stop()
    assert here.rotate().rows == 2 * PERSONS + 2, "and once more"
    seals = here.seals()
    here.run(seals)(whole)
    seals.stop()


def test_the_old_key_file_opens_nothing_any_more(here: Installation) -> None:
    old = here.folder / "old.json"
    old.write_bytes(here.key_file.read_bytes())
    old.chmod(0o600)
    here.rotate()
    with pytest.raises(KeyMissing, match="another key store"):
        Seals.from_files(old, str(here.folder / "keys.db"))
    thief = Seals(old, str(here.folder / "other-keys.db"))
    with here.engine.connect() as connection:
        way = vault.way_to(connection, 1)
    assert way is not None
    with pytest.raises(SealBroken):
        vault.open_address(thief, way.to)
    thief.stop()


class Killed(Exception):
    """The process dies here."""


@pytest.mark.parametrize("deeds", [0, 1, 4, 7, 11])
def test_after_a_kill_the_same_command_goes_on(here: Installation, deeds: int) -> None:
    seals, left = here.seals(), [deeds]
    run = here.run(seals)

    def mortal(deed: Callable[[Tx], Any]) -> Any:
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        return run(deed)

    with pytest.raises(Killed):
        rotate(mortal, seals, here.key_file, say=lambda text: None, wait=lambda seconds: None)
    seals.stop()
    said: list[str] = []
    seals = here.seals()
    rotate(here.run(seals), seals, here.key_file, say=said.append, wait=lambda seconds: None)
    assert said[0].startswith("A rotation was begun before")
    assert list(json.loads(here.key_file.read_text())["keys"]) == ["2"]
    here.run(seals)(whole)
    seals.stop()


def test_a_running_process_goes_on_sealing_and_nothing_of_it_is_lost(here: Installation) -> None:
    """It writes with the old key until it looks again; what it wrote is sealed anew before the old one goes."""
    running = here.seals()

    def arrive(tx: Tx) -> None:
        ref = vault.refer(tx.seals, "fake", "1", "account 5")
        event = Inbound("fake", "1", "e1", ref, NOW, "text", text="chào")
        intake.keep(tx, [(event, intake.strip(event))], now=NOW, conversation_hours=72, routing_days=40)

    waits = []

    def meanwhile(seconds: float) -> None:
        waits.append(running.masters.current)
        if len(waits) == 2:  # the key is in use, and this process has not looked again since it learned of it
            here.run(running)(lambda tx: note(tx, "again"))
            here.run(running)(arrive)
        running.reload()

    def note(tx: Tx, text: str) -> None:
        sealed = tx.seals.close(text, about="message_ref:3")
        tx.execute(insert(message_ref).values(lane_id=3, sealed=sealed, at=NOW, forget_at=NOW + timedelta(days=1)))

    here.rotate(wait=meanwhile)
    assert waits == [1, 1]
    running.reload()

    def look(tx: Tx) -> None:
        assert len(tx.execute(select(lane.c.id)).all()) == PERSONS, "no second lane for the same account"
        rows = tx.execute(select(message_ref)).all()
        opened = [tx.seals.open(row.sealed, about=f"message_ref:{row.lane_id}") for row in rows]
        assert "again" in opened and len(opened) == PERSONS + 1
        way = vault.way_to(tx.connection, 5)
        assert way is not None and vault.open_address(tx.seals, way.to) == "account 5"

    here.run(running)(look)
    running.stop()


def test_a_person_who_writes_in_the_middle_is_recognised_and_an_old_event_too(here: Installation) -> None:
    def arrive(seals: Seals) -> list[int]:
        ref = vault.refer(seals, "fake", "1", "account 9")
        event = Inbound("fake", "1", "same", ref, NOW, "text", text="chào")
        arrived: list[intake.Arrived] = here.run(seals)(
            lambda tx: intake.keep(
                tx, [(event, intake.strip(event))], now=NOW, conversation_hours=72, routing_days=40
            )
        )
        return [one.lane_id for one in arrived]

    first = here.seals()
    assert arrive(first) == [9]
    first.stop()

    def meanwhile(seconds: float) -> None:
        second = here.seals()
        assert len(second.masters.numbers) == 2 and arrive(second) == []
        second.stop()

    here.rotate(wait=meanwhile)


def test_every_sealed_column_is_known_to_the_rotation() -> None:
    sealed = {f"{one.table.name}.{one.column}" for one in HOUSE_SEALED} | {"contact.sealed"}
    tables = [one for one in vars(private).values() if hasattr(one, "c")]
    columns = {f"{t.name}.{c.name}" for t in tables for c in t.c if isinstance(c.type, LargeBinary)}
    assert columns == sealed | WITH_A_KEY_OF_THEIR_OWN, "say in bot/resealing.py what its values are tied to"
    assert contact.c.sealed is not None

"""The chain of deeds and readings: whoever has the database without the key cannot make one that fits."""

from pathlib import Path

from sqlalchemy import delete, update

from bot import audit
from bot.db import Database, Tx
from bot.seals import Seals, create_key_file
from bot.tables import audit as rows
from tests.conftest import MovableClock


async def test_a_chain_made_anew_without_the_key_is_noticed(db: Database, clock: MovableClock, tmp_path: Path) -> None:
    create_key_file(tmp_path / "other.json")
    other = Seals.from_files(tmp_path / "other.json", str(tmp_path / "other-keys.db"))

    def story(tx: Tx) -> None:
        audit.write(tx, None, "taken", "case:1", now=clock.now())
        tx.execute(delete(rows))
        forged = Tx(tx.connection, other, "forger")
        audit.write(forged, None, "taken", "case:1", now=clock.now())
        assert audit.verify(tx.connection, other) is None
        assert audit.verify(tx.connection, tx.seals) == 1

    await db.write(story)
    other.stop()


async def test_every_changed_field_breaks_the_chain(db: Database, clock: MovableClock) -> None:
    def story(tx: Tx) -> None:
        for number in range(4):
            audit.write(tx, None, "read_words", f"case:{number}", now=clock.now())
        for field, value in (("deed", "closed"), ("subject", "case:9"), ("detail", "x"), ("hash", "0" * 64)):
            before = tx.execute(rows.select().where(rows.c.seq == 2)).one()
            tx.execute(update(rows).where(rows.c.seq == 2).values({field: value}))
            assert audit.verify(tx.connection, tx.seals) == 2, field
            tx.execute(update(rows).where(rows.c.seq == 2).values({field: getattr(before, field)}))
        assert audit.verify(tx.connection, tx.seals) is None
        tx.execute(delete(rows).where(rows.c.seq == 2))
        assert audit.verify(tx.connection, tx.seals) == 3

    await db.write(story)

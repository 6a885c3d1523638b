"""Nobody changes what colleagues did without it being noticed, not even who can write into the database."""

from sqlalchemy import select, update

from bot import audit
from bot.audit import _fingerprint
from bot.db import Database, Tx
from bot.tables import audit as rows
from tests.conftest import MovableClock


def five(tx: Tx, clock: MovableClock) -> None:
    for number in range(5):
        audit.write(tx, 1, "taken", f"case:{number}", now=clock.now())


async def verify(db: Database) -> int | None:
    return await db.read(lambda connection: audit.verify(connection, db.seals))


async def test_a_chain_that_was_computed_anew_lacks_the_key(db: Database, clock: MovableClock) -> None:
    await db.write(lambda tx: five(tx, clock))

    def forge(tx: Tx) -> None:
        previous = None
        for row in tx.execute(select(rows).order_by(rows.c.seq)).all():
            staff_id, before = (2 if row.seq == 3 else 1), previous or row.previous
            made = _fingerprint(row.seq, row.at, staff_id, row.deed, row.subject, row.detail, before)
            fresh = {"staff_id": staff_id, "previous": before, "hash": made}
            tx.execute(update(rows).where(rows.c.seq == row.seq).values(fresh))
            previous = made

    assert await verify(db) is None
    await db.write(forge)
    assert await verify(db) == 3


async def test_rows_of_a_version_without_witnesses_are_good_only_before_the_first_with_one(
    db: Database, clock: MovableClock
) -> None:
    await db.write(lambda tx: five(tx, clock))
    await db.write(lambda tx: tx.execute(update(rows).where(rows.c.seq <= 2).values(witness=None)))
    assert await verify(db) is None
    await db.write(lambda tx: tx.execute(update(rows).where(rows.c.seq == 4).values(witness=None)))
    assert await verify(db) == 4

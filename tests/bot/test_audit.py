"""Nobody changes what colleagues did without it being noticed, not even who can write into the database."""

from sqlalchemy import delete, select, update

from bot import audit
from bot.audit import _fingerprint
from bot.db import Database, Tx
from bot.tables import audit as rows
from bot.tables import audit_head
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


async def whole(db: Database, clock: MovableClock) -> None:
    """A chain whose end is known."""
    await db.write(lambda tx: audit.adopt(tx, now=clock.now()))
    await db.write(lambda tx: five(tx, clock))
    assert await verify(db) is None


async def test_the_newest_rows_cut_off_are_missed(db: Database, clock: MovableClock) -> None:
    await whole(db, clock)
    await db.write(lambda tx: tx.execute(delete(rows).where(rows.c.seq == 6)))
    assert await verify(db) == 6
    await db.write(lambda tx: audit.write(tx, 1, "taken", "case:9", now=clock.now()))
    assert await verify(db) == 7, "what is written later does not cover it up"


async def test_the_end_cannot_be_told_anew_without_the_key(db: Database, clock: MovableClock) -> None:
    await whole(db, clock)

    def forge(tx: Tx) -> None:
        tx.execute(delete(rows).where(rows.c.seq >= 5))
        last = tx.execute(select(rows).where(rows.c.seq == 4)).one()
        tx.execute(update(audit_head).values(seq=4, hash=last.hash, witness=last.witness))

    await db.write(forge)
    assert await verify(db) == 5
    await db.write(lambda tx: audit.write(tx, 1, "taken", "case:9", now=clock.now()))
    assert await verify(db) is not None, "nor does what is written later make it good"


async def test_whoever_takes_the_known_end_away_too_is_seen(db: Database, clock: MovableClock) -> None:
    await whole(db, clock)
    await db.write(lambda tx: (tx.execute(delete(rows).where(rows.c.seq >= 5)), tx.execute(delete(audit_head))))
    assert await verify(db) == 5
    await db.write(lambda tx: audit.adopt(tx, now=clock.now()))  # as the house does each minute
    assert await verify(db) == 5, "an end is adopted once in the life of a chain"


async def test_rows_a_version_before_wrote_behind_the_known_end_are_no_fault(
    db: Database, clock: MovableClock
) -> None:
    await whole(db, clock)
    kept = await db.read(lambda connection: connection.execute(select(audit_head)).one())
    await db.write(lambda tx: five(tx, clock))
    old = {"seq": kept.seq, "hash": kept.hash, "witness": kept.witness}
    await db.write(lambda tx: tx.execute(update(audit_head).values(old)))
    assert await verify(db) is None


async def test_a_chain_of_before_is_good_until_its_end_is_known(db: Database, clock: MovableClock) -> None:
    await db.write(lambda tx: five(tx, clock))
    assert await verify(db) is None
    await db.write(lambda tx: audit.adopt(tx, now=clock.now()))
    assert await verify(db) is None
    await db.write(lambda tx: audit.adopt(tx, now=clock.now()))
    adopted = select(rows.c.seq).where(rows.c.deed == "head_adopted")
    assert await db.read(lambda connection: connection.execute(adopted).scalars().all()) == [6]

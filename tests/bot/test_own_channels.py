"""A channel counts only once its code came through it; what is sealed stays sealed."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import own_channels, staff
from bot.db import Database, Tx
from bot.outbox import unpack
from bot.tables import outbox, staff_channel
from tests.bot.helpline.conftest import LAN, MAI, add_staff
from tests.conftest import MovableClock


def code_in(tx: Tx) -> str:
    row = tx.execute(select(outbox).order_by(outbox.c.id.desc()).limit(1)).one()
    letter = unpack(tx.seals.open(row.sealed, about=f"outbox:{row.key}"))
    assert letter.via is not None
    return "".join(one for one in letter.text if one.isdigit())


def ways(tx: Tx, clock: MovableClock, staff_id: int = LAN) -> list[str]:
    return [kind for kind, _ in own_channels.ways(tx.connection, tx.seals, staff_id, now=clock.now(), days=30)]


async def test_a_channel_counts_after_its_code_for_thirty_days_then_last(db: Database, clock: MovableClock) -> None:
    def story(tx: Tx) -> None:
        add_staff(tx, clock.now())
        push = own_channels.add(tx, LAN, "ntfy", "my-secret-topic", now=clock.now())
        own_channels.try_out(tx, LAN, push, now=clock.now())
        assert ways(tx, clock) == []
        code = code_in(tx)
        wrong = f"{(int(code) + 1) % 10**6:06d}"
        assert not own_channels.confirm(tx, LAN, push, wrong, now=clock.now())
        assert not own_channels.confirm(tx, MAI, push, code, now=clock.now()), "somebody else's"
        assert own_channels.confirm(tx, LAN, push, f"{code[:3]} {code[3:]}", now=clock.now())
        assert not own_channels.confirm(tx, LAN, push, code, now=clock.now()), "once"
        clock.pass_(days=29)
        mail = own_channels.add(tx, LAN, "mail", "canary@example.org", now=clock.now())
        own_channels.try_out(tx, LAN, mail, now=clock.now())
        assert own_channels.confirm(tx, LAN, mail, code_in(tx), now=clock.now())
        assert ways(tx, clock) == ["ntfy", "mail"]
        own_channels.put_first(tx, LAN, mail)
        assert ways(tx, clock) == ["mail", "ntfy"]
        own_channels.put_first(tx, LAN, push)
        clock.pass_(days=2)
        assert ways(tx, clock) == ["mail", "ntfy"], "what was not tried for long comes last, and is not left out"
        sealed = b"".join(tx.execute(select(staff_channel.c.sealed)).scalars())
        assert b"canary" not in sealed and b"secret-topic" not in sealed
        hints = [one.hint for one in own_channels.mine(tx.connection, tx.seals, LAN)]
        assert hints == ["…opic", "….org"]
        assert own_channels.remove(tx, LAN, push, now=clock.now()) and not own_channels.remove(
            tx, MAI, mail, now=clock.now()
        )
        staff.remove(tx, LAN, now=clock.now())

    await db.write(story)


async def test_five_wrong_codes_or_half_an_hour_end_a_code(db: Database, clock: MovableClock) -> None:
    def story(tx: Tx) -> None:
        add_staff(tx, clock.now())
        phone = own_channels.add(tx, LAN, "voice", "+84 000 000 123", now=clock.now())
        own_channels.try_out(tx, LAN, phone, now=clock.now())
        code = code_in(tx)
        wrong = f"{(int(code) + 1) % 10**6:06d}"
        assert not any(own_channels.confirm(tx, LAN, phone, wrong, now=clock.now()) for _ in range(5))
        assert not own_channels.confirm(tx, LAN, phone, code, now=clock.now())
        assert not own_channels.try_out(tx, LAN, phone, now=clock.now()), "not twice in a minute"
        clock.pass_(minutes=1)
        assert own_channels.try_out(tx, LAN, phone, now=clock.now())
        code = code_in(tx)
        later = clock.now() + timedelta(minutes=30)
        assert not own_channels.confirm(tx, LAN, phone, code, now=later)
        assert own_channels.confirm(tx, LAN, phone, code, now=clock.now())
        assert not own_channels.try_out(tx, MAI, phone, now=clock.now())

    await db.write(story)


@pytest.mark.parametrize(
    ("kind", "address"),
    [("ntfy", "short"), ("ntfy", "with space and"), ("mail", "a@b"), ("mail", "a,b@c.de"), ("mail", "a@b.cd\nBcc: x"),
     ("voice", "115"), ("voice", "call me"), ("telegram", "12345678"), ("console", "1")],
)  # fmt: skip
async def test_what_is_no_address_is_refused(db: Database, clock: MovableClock, kind: str, address: str) -> None:
    await db.write(lambda tx: add_staff(tx, clock.now()))
    with pytest.raises(own_channels.BadAddress):
        await db.write(lambda tx: own_channels.add(tx, LAN, kind, address, now=clock.now()))

"""What is kept of a message: masked words, once, sealed; no point on a map, no account in the clear."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot import vault
from bot.db import Database
from bot.intake import keep, strip, unpack
from bot.ports import ContactRef, Geo, Inbound, MediaKind
from bot.tables import conversation, inbox, lane
from tests.conftest import MovableClock


def event(db: Database, number: int, text: str | None = None, *, who: str = "anna-account", **more: object) -> Inbound:
    contact: ContactRef = vault.refer(db.seals, "fake", "1", who)
    kind = more.pop("kind", "text")
    at = datetime(2026, 12, 7, 2, 0, tzinfo=UTC)
    return Inbound("fake", "1", f"event-{number}", contact, at, kind, text=text, **more)  # type: ignore[arg-type]


async def keep_all(db: Database, clock: MovableClock, *events: Inbound) -> list[int]:
    both = [(one, strip(one)) for one in events]
    arrived = await db.write(lambda tx: keep(tx, both, now=clock.now(), conversation_hours=72, routing_days=40))
    return list(dict.fromkeys(one.lane_id for one in arrived))


async def kept(db: Database) -> list[object]:
    wanted = select(inbox.c.sealed, inbox.c.lane_id, conversation.c.key_id).join(
        conversation, conversation.c.lane_id == inbox.c.lane_id
    )
    rows = await db.read(lambda connection: connection.execute(wanted.order_by(inbox.c.id)).all())
    return [unpack(db.seals.open_with(row.key_id, row.sealed, about=f"inbox:{row.lane_id}")) for row in rows]


async def test_the_same_event_five_times_is_kept_once(db: Database, clock: MovableClock) -> None:
    for _ in range(5):
        await keep_all(db, clock, event(db, 1, "chào"))
    assert len(await kept(db)) == 1


async def test_messages_of_one_person_share_a_lane_and_keep_their_order(db: Database, clock: MovableClock) -> None:
    first = await keep_all(db, clock, event(db, 1, "một"), event(db, 2, "hai"), event(db, 3, "ba", who="binh"))
    assert first == [1, 2]
    assert [one.text for one in await kept(db)] == ["một", "hai", "ba"]  # type: ignore[attr-defined]


async def test_no_account_number_or_point_is_on_disk(db: Database, clock: MovableClock, tmp_path: Path) -> None:
    where = event(db, 2, None, kind="location", geo=Geo(21.0312345, 105.7912345))
    await keep_all(db, clock, event(db, 1, "gọi 0000 000 123 nhé, chuyen bi mat"), where)
    await db.scrub()
    raw = (tmp_path / "donghanh.db").read_bytes()
    for canary in (b"anna-account", b"0000 000 123", b"bi mat", b"21.03", b"105.79"):
        assert canary not in raw
    both = await kept(db)
    assert "⟦phone⟧" in both[0].text and both[1].place.code == "005"  # type: ignore[attr-defined]


@pytest.mark.parametrize("media", ["photo", "voice", "video", "sticker", "file", "contact"])
async def test_of_media_only_the_kind_is_kept(db: Database, clock: MovableClock, media: MediaKind) -> None:
    await keep_all(db, clock, event(db, 1, None, kind="media", media=media))
    [one] = await kept(db)
    assert (one.kind, one.media, one.text) == ("media", media, "")  # type: ignore[attr-defined]


async def test_who_stopped_the_channel_is_not_written_to_until_they_write_again(
    db: Database, clock: MovableClock
) -> None:
    stopped = select(func.count()).where(lane.c.stopped_at.is_not(None))
    await keep_all(db, clock, event(db, 1, "chào"), event(db, 2, kind="stopped"))
    assert await db.read(lambda connection: connection.execute(stopped).scalar_one()) == 1
    await keep_all(db, clock, event(db, 3, "lại đây"))
    assert await db.read(lambda connection: connection.execute(stopped).scalar_one()) == 0

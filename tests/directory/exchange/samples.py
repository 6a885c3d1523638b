"""Listings for the tests of what goes out: open and sealed, round the clock and past midnight, and 5,000 of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from directory import editing, verification
from directory.drafts import Draft
from directory.places import PlaceKey, Tier

NOW = datetime(2026, 12, 7, 2, tzinfo=UTC)
OPEN = Draft(
    organisation="Trung tâm Thử",
    service="Khám ở Trung tâm Thử",
    kind="hiv_clinic",
    needs=("health.prep", "health.hiv_test", "health.sti"),
    place=PlaceKey(Tier.OLD_DISTRICT, "005"),
    street="Số 5 đường Thử",
    directions="Cổng bên, bàn thứ hai",
    hours=("mon-fri 08:00-11:30", "mon-fri 13:30-17:00", "sat 20:00-02:00", "sun 00:00-24:00"),
    phones=("024 0000 0001", "+84 24 0000 0002"),
    reception={"vi": "Gọi bằng số thứ tự", "en": "Called by number"},
    price={"vi": "Miễn phí", "en": "Free"},
    papers={"vi": "Không cần giấy tờ"},
    audience=("women", "trans"),
    languages=("vi", "en", "hmn"),
    attributes=("free", "no_papers", "accessible"),
    source="nội bộ",
)
SEALED = Draft(
    organisation="Trung tâm Kín",
    service="Nhà tạm lánh Kín",
    kind="shelter",
    needs=("shelter.refuge",),
    place=PlaceKey(Tier.OLD_DISTRICT, "008"),
    is_sealed=True,
    phones=("024 0000 0003",),
    reception={"vi": "Gọi trước"},
    source="nội bộ kín",
)
BARE = Draft(
    organisation="Nhóm Thử",
    service="Nhóm đồng đẳng Thử",
    kind="peer_group",
    needs=("legal.aid",),
    place=PlaceKey(Tier.OLD_PROVINCE, "56"),
    phones=("024 0000 0004",),
)


def shown(connection: Connection, draft: Draft) -> str:
    """The listing, checked and published."""
    id = editing.propose(connection, draft, staff_id=1, now=NOW)
    verification.verify(connection, id, verification.GROUPS, method="call", staff_id=1, now=NOW)
    editing.publish(connection, id, staff_id=1, now=NOW)
    return id


def three(connection: Connection) -> tuple[str, str, str]:
    """The open, the sealed and the bare one."""
    return shown(connection, OPEN), shown(connection, SEALED), shown(connection, BARE)


def many(connection: Connection, count: int) -> Iterator[str]:
    """Open listings with names of their own, every tenth of them sealed."""
    for number in range(count):
        draft = SEALED if number % 10 == 9 else OPEN
        named = {"service": f"{draft.service} {number}", "organisation": f"{draft.organisation} {number % 50}"}
        yield shown(connection, replace(draft, **named))


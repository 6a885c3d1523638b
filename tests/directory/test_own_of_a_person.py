"""No text of a listing names a person there, or holds her own number: who reads the notes would call or ask for her."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, update

from directory import care, editing, own_of_a_person
from directory.drafts import problems
from directory.tables import notice, place_of_service, service
from tests.directory.exchange.samples import NOW, OPEN

LINES = ("organisation", "service", "street", "directions", "source")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Cửa bên hông, gặp chị Lan ở bàn hai", "chị Lan"), ("Hỏi anh Nguyễn Tuấn ngoài cổng", "anh Nguyễn Tuấn"),
        ("Gọi 0912 345 678 trước khi tới", "0912 345 678"), ("nhắn Zalo 0912.345.678", "0912.345.678"),
        ("+84 912 345 678", "+84 912 345 678"), ("viết tới lan.tran@example.org", "lan.tran@example.org"),
        ("Ask for Ms Lan at desk two", "Ms Lan"), ("Gặp bác sĩ Hương phòng 3", "bác sĩ Hương"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("field", [*LINES, "reception", "price", "papers"])
def test_what_is_one_persons_own_is_refused_with_the_part_to_take_out(text: str, part: str, field: str) -> None:
    written: dict[str, Any] = {field: f"{getattr(OPEN, field)} {text}".strip() if field in LINES else {"vi": text}}
    draft = replace(OPEN, **written)
    found = [one for one in problems(draft, is_demo=True) if one.key == "listing.problem.own_of_a_person"]
    assert [(one.field.partition(".")[0], one.what) for one in found] == [(field, part)]


@pytest.mark.parametrize(
    "text",
    [
        "Cửa bên hông, hỏi bàn số hai", "Đối diện chợ Bà Chiểu, gặp bảo vệ", "Hỏi chị em ở quầy", "Gọi 1900 1234",
        "Gọi trước 024 3845 6789", "gần đường Cô Giang, hẻm 12", "Gặp bác sĩ ở phòng 3", "Giá 300.000–500.000 đồng",
        "Từ 01/09/2026 đến 30/12/2026", "Chị em đồng đẳng tiếp, không ghi tên", "Gọi Nhóm Nắng Mai",
        "Hỏi quầy Bà Triệu",
    ],
)  # fmt: skip
def test_what_belongs_to_the_place_stays(text: str) -> None:
    assert own_of_a_person.told(text) == ""


def test_what_was_kept_before_is_named_field_by_field_whatever_its_state(connection: Connection) -> None:
    id = editing.propose(connection, replace(OPEN, service="Phòng khám Lá"), staff_id=1, now=NOW)
    mine = place_of_service.c.id == id
    own = {"vi": "Miễn phí, gọi 0912 345 678", "en": "Free"}
    connection.execute(
        update(place_of_service).where(mine).values(price=own, directions="Gặp chị Lan", source="a@b.vn")
    )
    days = {"starts_on": NOW.date(), "ends_on": NOW.date(), "language": "vi"}
    connection.execute(notice.insert().values(place_id=id, text="Nghỉ, nhắn 0912345678", **days))
    connection.execute(update(service).values(name="Phòng khám Lá 0987654321"))
    found = care.needed(connection, fresh_days=lambda kind: 30, now=NOW)
    assert {(one.place_id, one.what) for one in found} == {
        (id, f"own_of_a_person:{name}") for name in ("service", "directions", "source", "price.vi", "notice")
    }
    assert not any("345" in one.service or "4321" in one.service for one in found), "the number itself is not told"

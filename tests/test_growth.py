"""No statement of a turn, an alarm, a delivery or an erasure reads a whole table that grows with the persons."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from bot.rehearsal import Rehearsal
from bot.schema import upgrade

GROWS = frozenset(
    {
        "person", "lane", "contact", "seen_event", "conversation", "offered", "message_ref", "return_code", "case",
        "case_event", "transcript", "alarm", "consent", "referral", "audit", "staff_notice", "webchat_session",
        "webchat_frame",
    }
)  # fmt: skip
SCAN = re.compile(r"^SCAN (\w+)(?! USING (?:COVERING )?INDEX)")
STORY: tuple[dict[str, Any], ...] = (
    {"as": "person:a", "text": "xet nghiem hiv o cau giay"},
    {"as": "person:a", "text": "xem them"},
    {"as": "person:b", "text": "nó đang đánh em"},
    {"as": "person:b", "text": "em dang o trong phong"},
    {"pass": "6m"},
    {"pass": "2h"},
    {"as": "person:a", "text": "xoá"},
    {"as": "person:a", "text": "xoa het"},
    {"pass": "3d"},
)


@pytest.fixture
def said() -> Iterator[list[tuple[str, Any]]]:
    told: list[tuple[str, Any]] = []

    def note(connection: Connection, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().split()[0].upper() in ("SELECT", "UPDATE", "DELETE", "INSERT"):
            told.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    yield told
    event.remove(Engine, "before_cursor_execute", note)


async def test_every_statement_finds_its_rows_by_an_index(tmp_path: Path, said: list[tuple[str, Any]]) -> None:
    url = f"sqlite:///{tmp_path / 'house.db'}"
    upgrade(url)
    wrong: dict[str, str] = {}
    async with Rehearsal(database_url=url) as rehearsal:
        said.clear()
        for line in STORY:
            await rehearsal.play(line)
        statements = dict(said)
        house = rehearsal.house

        def explain(connection: Connection) -> None:
            for statement, parameters in statements.items():
                plain = tuple(parameters[0]) if isinstance(parameters, list) else parameters
                steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", plain).all()
                for step in steps:
                    found = SCAN.match(step[3])
                    if found and found[1] in GROWS:
                        wrong[statement] = step[3]

        await house.db.read(explain)
    assert len(statements) > 60, "the story was really played"
    assert not wrong, "\n\n".join(f"{plan}: {statement}" for statement, plan in wrong.items())

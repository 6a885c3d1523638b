"""An import on the command line keeps whose it is, and never writes over what somebody changed meanwhile."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.__main__ import main
from bot.commands.opening import opened
from bot.tables import audit, staff
from directory import editing
from directory.exchange import spreadsheet
from directory.tables import directory_audit
from tests.bot.commands.test_directory_command import GOOD, HEAD, house  # noqa: F401
from tests.bot.commands.test_operators import folder, invite  # noqa: F401
from tests.directory.exchange.samples import NOW, OPEN, three


def signatures(connection: Connection) -> list[tuple[str, int | None, str | None, str | None]]:
    rows = connection.execute(select(directory_audit).order_by(directory_audit.c.seq))
    return [(row.deed, row.staff_id, row.role, row.source) for row in rows]


def kept(connection: Connection) -> list[tuple[int | None, str]]:
    mine = select(audit).where(audit.c.deed == "import_taken").order_by(audit.c.seq)
    return [(row.staff_id, row.detail) for row in connection.execute(mine)]


def test_an_import_keeps_whose_it_is(house: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    file = house / "listings.csv"
    file.write_text(HEAD + GOOD)
    assert main(["directory", "import", str(file), "--by", "hoa"]) == 2
    assert capsys.readouterr().err == "--by hoa is no colleague: see donghanh staff list.\n"
    assert main(["directory", "import", str(file)]) == 0
    assert invite("hoa", "maintainer") == 0
    file.write_text(HEAD + GOOD.replace("1234 5678", "1234 5679") + GOOD.replace("khám A", "khám C"))
    assert main(["directory", "import", str(file), "--by", "hoa"]) == 0
    with opened() as made:
        me = made.read(lambda connection: connection.execute(select(staff.c.id)).scalar_one())
        assert made.read(signatures) == [
            ("propose", None, "operator", "import"),
            ("save", me, "maintainer", "import"),
            ("propose", me, "maintainer", "import"),
        ]
        assert made.read(kept) == [(None, "rows:1"), (me, "rows:2")]


@pytest.mark.parametrize("is_new", [False, True])
def test_what_somebody_changed_while_the_file_was_looked_at_stays(
    house: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, is_new: bool  # noqa: F811
) -> None:
    with opened() as made:
        id, *_ = made.write(lambda tx: three(tx.connection))
    file = house / "out.csv"
    main(["directory", "export", "--format", "csv", "-o", str(file)])
    told = file.read_text("utf-8-sig").replace("024 0000 0001", "024 0000 0009")
    file.write_text(HEAD + GOOD if is_new else told, "utf-8")
    plan = spreadsheet.plan

    def meanwhile(connection: Connection, rows: Any, **more: Any) -> Any:
        found = plan(connection, rows, **more)
        with opened() as other:
            if is_new:
                other.write(lambda tx: spreadsheet.take_over(tx.connection, found.rows, now=NOW))
            else:
                other.write(partial(_changed, id))
        return found

    monkeypatch.setattr(spreadsheet, "plan", meanwhile)
    assert main(["directory", "import", str(file)]) == 1
    assert "Somebody changed one of these listings meanwhile" in capsys.readouterr().err
    with opened() as made:
        known = made.read(lambda connection: editing.look_up(connection, id))
    assert known is not None and known.draft == (OPEN if is_new else replace(OPEN, street="Số 7 đường Thử"))


def _changed(id: str, tx: Any) -> None:
    editing.save(tx.connection, id, replace(OPEN, street="Số 7 đường Thử"), expected=2, staff_id=1, now=NOW)


def test_two_imports_of_one_file_at_once_take_it_once(house: Path) -> None:  # noqa: F811
    (row,), _ = spreadsheet.parse(HEAD + GOOD)
    with opened() as made:
        made.write(lambda tx: spreadsheet.take_over(tx.connection, [row], now=NOW, revisions={}))
        with pytest.raises(editing.EditedMeanwhile):
            made.write(lambda tx: spreadsheet._propose(
                tx.connection, row, staff_id=None, now=NOW, is_demo=False, consent_kinds=(),
            ))  # fmt: skip
        assert len(made.read(spreadsheet.everything)) == 1


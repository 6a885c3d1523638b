"""What an operator types, from an empty folder to a line that may open, and every way in which it can go wrong."""

import asyncio
import os
import signal
import sqlite3
import sys
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.app import MachineClock
from bot.commands import check
from bot.commands.opening import opened
from bot.db import Tx
from directory import article_check, articles, publishing
from tests.browser.conftest import HOUSE, free_port

SIGNED = "\n".join(
    f'{name} = "Tổ chức Thử"' for name in ("organisation_name", "public_contact", "postal_address", "data_person")
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An operator's folder with nothing in it."""
    for name in list(os.environ):
        if name.startswith("DONGHANH_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DONGHANH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DONGHANH_POLICY_FILE", str(tmp_path / "policy.toml"))
    return tmp_path


def invite(name: str = "hoa", role: str = "worker") -> int:
    return main(
        ["staff", "invite", name, "--role", role, "--organisation", "Thử", "--centre", "Hà Nội", "--province", "01"]
    )


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    told = capsys.readouterr().err.strip()
    assert told and "\n" not in told and "Traceback" not in told
    return told


def test_migrate_makes_the_house_and_is_harmless_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate"]) == 0
    assert "empty ->" in capsys.readouterr().out
    assert main(["migrate"]) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert (folder / "data" / "key.json").stat().st_mode & 0o077 == 0


def test_before_migrate_a_command_says_what_to_do(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["staff", "list"]) == 2
    assert "donghanh migrate" in one_line(capsys)


def test_a_colleague_is_invited_listed_and_removed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["migrate"])
    assert invite() == 0
    assert "/console/invite/" in capsys.readouterr().out
    assert invite() == 1
    assert "already" in one_line(capsys)
    assert main(["staff", "list"]) == 0
    assert "hoa\tworker\t01\tinvited" in capsys.readouterr().out
    assert main(["staff", "remove", "hoa"]) == 0
    assert main(["staff", "remove", "hoa"]) == 1
    main(["staff", "list"])
    assert "hoa" not in capsys.readouterr().out


def test_a_province_that_does_not_exist_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["migrate"])
    capsys.readouterr()
    wrong = ["staff", "invite", "x", "--role", "worker", "--organisation", "A", "--centre", "B", "--province", "99"]
    assert main(wrong) == 2
    assert "99" in one_line(capsys)


def test_a_plan_is_taken_over_whole_or_not_at_all(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["migrate"])
    invite()
    plan = folder / "plan.csv"
    head = "name,province,rung,starts,ends\n"
    plan.write_text(head + "hoa,,0,2030-01-01 08:00,2030-01-02 08:00\nai đó,,0,2030-01-01 08:00,2030-01-02 08:00\n")
    capsys.readouterr()
    assert main(["rota", "import", str(plan)]) == 1
    assert "row 3: column name" in capsys.readouterr().err
    bad = ["hoa,99,0,2030-01-01 08:00,2030-01-02 08:00", "hoa,,x,2030-01-01 08:00,2030-01-02 08:00"]
    bad += ["hoa,,0,mai,2030-01-02 08:00", "hoa,,0,2030-01-02 08:00,2030-01-01 08:00"]
    plan.write_text(head + "\n".join(bad) + "\n")
    assert main(["rota", "import", str(plan)]) == 1
    told = capsys.readouterr().err
    assert all(f"row {number}: column {name}" in told for number, name in enumerate(("province", "rung", "starts"), 2))
    plan.write_text(head + "hoa,,0,2030-01-01 08:00,2030-01-02 08:00\n")
    assert main(["rota", "import", str(plan)]) == 1
    assert "column starts: more than 370 days ahead" in capsys.readouterr().err
    assert main(["rota", "import", str(plan), "--force"]) == 0
    plan.write_text(head + "hoa,,1,2030-01-01 12:00,2030-01-02 08:00\n")
    assert main(["rota", "import", str(plan), "--force"]) == 0
    assert "1 shifts planned before gave way: hoa 1" in capsys.readouterr().err
    assert main(["rota", "import", str(folder / "none.csv")]) == 1


def test_rota_show_names_the_hours_without_anybody(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["migrate"])
    capsys.readouterr()
    assert main(["rota", "show"]) == 0
    assert "Nobody on the national rota" in capsys.readouterr().err


def test_check_says_point_by_point_what_has_to_be_mended(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["migrate"])
    capsys.readouterr()
    assert main(["check"]) == 1
    told = capsys.readouterr().out
    for mend in ("policy.toml", "no active worker", "nobody on duty", "no listing", "DONGHANH_PUBLIC_URL", "wake"):
        assert any(line.startswith("mend") and mend in line for line in told.splitlines()), mend
    assert "ok    translations" in told and "ok    schema" in told
    assert "ok    articles whole" in told
    assert "ok    articles to review: doctor" in told and "peer" in told


@pytest.mark.parametrize(("year", "mark"), [(2028, True), (2030, None), (2031, False)])
def test_check_says_a_year_ahead_that_the_list_of_holidays_ends(folder: Path, year: int, mark: bool | None) -> None:
    main(["migrate"])
    with opened() as house:
        told = list(check.points(house, datetime(year, 3, 1, tzinfo=UTC)))
    assert [good for good, said in told if "holidays by the moon" in said] == [mark]


def test_check_prints_for_each_role_what_it_has_still_to_review(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--reviews"]) == 0
    everything = capsys.readouterr().out
    main(["migrate"])
    capsys.readouterr()
    assert main(["check", "--reviews"]) == 0
    assert capsys.readouterr().out == everything
    heads = [line for line in everything.splitlines() if line.startswith("# ")]
    assert len(heads) == 4 and heads[0].startswith("# Việc của luật sư")
    assert main(["check", "--reviews", "peer", "--language", "en"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("# Work for peers: ") and "(safety-plan)" in told and "(pep-72h)" not in told


def test_check_prints_the_work_list_of_one_role_on_paper(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("typst")
    sheet = folder / "peer.pdf"
    assert main(["check", "--reviews", "peer", "-o", str(sheet)]) == 0
    assert sheet.read_bytes().startswith(b"%PDF")
    for wrong in (["check", "-o", str(sheet)], ["check", "--reviews", "-o", str(sheet)]):
        assert main(wrong) == 2
        assert "one role" in one_line(capsys)


def test_check_names_every_article_that_an_editor_would_mend(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["migrate"])
    faults = [article_check.Trouble("locales/vi/articles/pep-72h.md", line, "no next step") for line in (3, 7)]
    monkeypatch.setattr(article_check, "check", lambda *, today: faults)
    capsys.readouterr()
    assert main(["check"]) == 1
    told = capsys.readouterr().out
    assert "mend  locales/vi/articles/pep-72h.md:3: no next step\n" in told
    assert "mend  locales/vi/articles/pep-72h.md:7: no next step\n" in told and "mend  2 faults in articles" in told


@pytest.mark.parametrize("policy", ["", SIGNED, "nonsense = 1", "words_days = 91", "words_days = 'x'", "= broken"])
def test_a_real_line_does_not_open_unsigned(folder: Path, capsys: pytest.CaptureFixture[str], policy: str) -> None:
    (folder / "policy.toml").write_text(policy)
    assert main(["serve"]) == 2
    assert "policy.toml" in one_line(capsys)
    assert not (folder / "data").exists(), "nothing was made"


def test_the_policy_as_shipped_lacks_only_who_runs_the_line(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DONGHANH_POLICY_FILE", str(HOUSE / "policy.toml"))
    assert main(["serve"]) == 2
    assert "organisation_name is empty" in one_line(capsys)


def test_the_made_up_directory_is_not_served_as_a_real_one(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "policy.toml").write_text(f'{SIGNED}\nsigned_role = "director"\nsigned_on = "2026-12-01"\n')
    main(["migrate"])
    with sqlite3.connect(folder / "data" / "donghanh.db") as file:
        file.execute("INSERT INTO organisation (id, name, is_demo) VALUES ('o', 'Thử (mẫu)', 1)")
        file.execute("INSERT INTO service (id, organisation_id, name, kind) VALUES ('s', 'o', 'Thử (mẫu)', 'ngo')")
        columns = "id, service_id, place_tier, place_code, province, reception, price, papers, audience, languages"
        values = "'p', 's', 'old_district', '005', '01', '{}', '{}', '{}', '[]', '[]'"
        more = "attributes, state, is_demo, modified_at"
        file.execute(
            f"INSERT INTO place_of_service ({columns}, {more}) VALUES ({values}, '[]', 'draft', 1, '2026-12-01')"
        )
    capsys.readouterr()
    assert main(["serve"]) == 2
    assert "made-up directory" in one_line(capsys)


def test_a_key_file_that_is_missing_open_or_another_one_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["migrate"])
    invite()
    key = folder / "data" / "key.json"
    before = key.read_text()
    capsys.readouterr()
    key.chmod(0o644)
    assert main(["staff", "list"]) == 2
    assert "chmod 600" in one_line(capsys)
    key.unlink()
    assert main(["staff", "list"]) == 2
    assert "missing" in one_line(capsys)
    key.write_text("{}")
    key.chmod(0o600)
    assert main(["staff", "list"]) == 2
    assert "not a key file" in one_line(capsys)
    key.write_text(before)
    assert main(["staff", "list"]) == 0


def test_a_locked_database_is_said_and_nothing_is_half_done(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["migrate"])
    invite()
    capsys.readouterr()
    holder = sqlite3.connect(folder / "data" / "donghanh.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert main(["staff", "remove", "hoa"]) == 1
    assert "locked" in one_line(capsys)
    holder.execute("ROLLBACK")
    holder.close()
    main(["staff", "list"])
    assert "hoa" in capsys.readouterr().out


def test_only_some_parts_need_postgresql(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--demo", "--only", "web"]) == 2
    assert "PostgreSQL" in one_line(capsys)
    with pytest.raises(SystemExit) as wrong:
        main(["serve", "--only", "kitchen"])
    assert wrong.value.code == 2


def test_an_empty_postgresql_house_gets_its_key_by_migrate_and_no_other_command_makes_one(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, postgresql: str
) -> None:
    monkeypatch.setenv("DONGHANH_DATABASE_URL", postgresql)
    key = folder / "data" / "key.json"
    assert main(["staff", "list"]) == 2
    assert "donghanh migrate makes one" in one_line(capsys) and not key.exists()
    assert main(["migrate"]) == 0 and key.exists()
    assert main(["staff", "list"]) == 0
    key.unlink()
    assert main(["migrate"]) == 2, "its words are sealed with the key that is gone"
    assert not key.exists()


async def test_a_signed_line_opens_and_a_taken_port_is_named(folder: Path) -> None:
    (folder / "policy.toml").write_text(f'{SIGNED}\nsigned_role = "director"\nsigned_on = "2026-12-01"\n')
    port = str(free_port())
    command = [sys.executable, "-m", "bot", "serve"]
    environment = {**os.environ, "DONGHANH_PORT": port}
    pipe = asyncio.subprocess.PIPE
    first = await asyncio.create_subprocess_exec(*command, cwd=HOUSE, env=environment, stdout=pipe, stderr=pipe)
    assert first.stdout is not None and first.stderr is not None
    assert b"Open: mailroom, timers, turns, web" in await asyncio.wait_for(first.stdout.readline(), 60)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
        assert answer.read() == b"ready"
    second = await asyncio.create_subprocess_exec(
        *command, cwd=HOUSE, env={**environment, "DONGHANH_DATA_DIR": str(folder / "two")}, stderr=pipe, stdout=pipe
    )
    _, told = await asyncio.wait_for(second.communicate(), 60)
    assert second.returncode == 1 and f"Port {port} is taken" in told.decode()
    third = await asyncio.create_subprocess_exec(
        *command, cwd=HOUSE, env={**environment, "DONGHANH_PORT": str(free_port())}, stderr=pipe, stdout=pipe
    )
    _, told = await asyncio.wait_for(third.communicate(), 60)
    assert third.returncode == 2 and "is being served already" in told.decode()
    first.send_signal(signal.SIGTERM)
    _, told = await asyncio.wait_for(first.communicate(), 60)
    assert first.returncode == 0 and "Nobody can be woken" in told.decode()


def test_check_names_an_edit_that_lies_over_a_newer_file(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["migrate"])
    with opened() as house:
        now = MachineClock().now()

        def edit(tx: Tx) -> None:
            desk = publishing.look_up(tx.connection, "prep-what", "vi")
            mine = replace(desk.working, more=("Câu của Thu.",))
            publishing.save(tx.connection, mine, expected=0, staff_id=None, now=now)

        house.write(edit)
    main(["check"])
    assert "ok    no file is newer than its edit" in capsys.readouterr().out
    files = articles.load()
    newer = articles.shelve([*files, replace(files.by_key["prep-what", "vi"], more=("Câu mới.",))])
    monkeypatch.setattr(articles, "load", lambda: newer)
    assert main(["check"]) == 1
    told = capsys.readouterr().out
    assert any(line.startswith("mend") and "prep-what (vi)" in line for line in told.splitlines())


def test_staff_speaks_marks_languages_and_names_those_there_are(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["migrate"])
    where = ["--organisation", "X (mẫu)", "--centre", "Y"]
    assert main(["staff", "invite", "lan", "--role", "worker", *where, "--speaks", "en"]) == 0
    capsys.readouterr()
    assert main(["staff", "list"]) == 0
    assert capsys.readouterr().out.strip().endswith("\ten")
    assert main(["staff", "speaks", "lan", "km", "tyz"]) == 0
    main(["staff", "list"])
    assert capsys.readouterr().out.strip().endswith("\tkm,tyz")
    assert main(["staff", "speaks", "lan", "klingon"]) == 2
    assert "km" in capsys.readouterr().err
    assert main(["staff", "speaks", "nobody", "en"]) == 1

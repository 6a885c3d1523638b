"""While a newer version is rolled out, the version before it goes on working on the migrated database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, inspect, text

from bot.db import open_engine
from bot.schema import _config, is_current, upgrade

NOW = datetime(2026, 12, 7, tzinfo=UTC)

# What the version before wrote, in its own words: every column it knew, and no other. A step that adds a column without
# a default, or renames or removes anything, fails here.
WRITES = (
    "INSERT INTO staff_organisation (id, name) VALUES (1, 'o')",
    "INSERT INTO centre (id, organisation_id, name) VALUES (1, 1, 'c')",
    "INSERT INTO staff (id, name, alias, role, centre_id, state, created_at) "
    "VALUES (1, 'w', 'w', 'worker', 1, 'active', :now)",
    "INSERT INTO person (id, language, created_at, forget_at) VALUES (1, 'vi', :now, :later)",
    "INSERT INTO lane (id, person_id, channel, account, handle, last_at, forget_at) "
    "VALUES (1, 1, 'webchat', 'web', 'h', :now, :later)",
    "INSERT INTO contact (lane_id, sealed, forget_at) VALUES (1, :blob, :later)",
    "INSERT INTO seen_event (key, forget_at) VALUES ('k', :later)",
    "INSERT INTO conversation (lane_id, key_id, last_at, forget_at) VALUES (1, 'k', :now, :later)",
    "INSERT INTO inbox (lane_id, sealed, received_at, forget_at) VALUES (1, :blob, :now, :later)",
    "INSERT INTO offered (lane_id, sealed, at, forget_at) VALUES (1, :blob, :now, :later)",
    "INSERT INTO message_ref (lane_id, sealed, at, forget_at) VALUES (1, :blob, :now, :later)",
    'INSERT INTO "case" (id, alias, lane_id, key_id, urgency, state, opened_at) '
    "VALUES (1, 'a', 1, 'k', 'now', 'waiting', :now)",
    "INSERT INTO case_event (case_id, at, kind) VALUES (1, :now, 'opened')",
    "INSERT INTO transcript (case_id, seq, direction, sealed, at) VALUES (1, 1, 'person', :blob, :now)",
    "INSERT INTO alarm (id, case_id, staff_id, rung, round, token_hash, expires_at, at) "
    "VALUES (1, 1, 1, 0, 0, 't', :later, :now)",
    "INSERT INTO consent (case_id, purpose, version, given_at) VALUES (1, 'talk', 'T2', :now)",
    "INSERT INTO timer (kind, subject_id, due_at) VALUES ('escalate', 1, :later)",
    "INSERT INTO outbox (staff_id, alarm_id, purpose, sealed, state, next_at, key, at, forget_at) "
    "VALUES (1, 1, 'alarm', :blob, 'pending', :now, 'k', :now, :later)",
    "INSERT INTO webchat_session (id, browser_hash, key_id, last_at, forget_at) VALUES ('s', 'b', 'k', :now, :later)",
    "INSERT INTO webchat_frame (session_id, seq, key, sealed, at, forget_at) "
    "VALUES ('s', 1, 'k', :blob, :now, :later)",
    "INSERT INTO event (day, province, need_group, model, kind, n) VALUES ('2026-12-07', '', '', '', 'turn', 1)",
    "INSERT INTO audit (seq, at, deed, subject, previous, hash, forget_at) "
    "VALUES (1, :now, 'd', 's', 'p', 'h', :later)",
    "INSERT INTO shift (staff_id, centre_id, starts_at, ends_at) VALUES (1, 1, :now, :later)",
    "UPDATE lane SET generation = generation + 1, erasing_at = :now WHERE id = 1",
    "DELETE FROM inbox WHERE lane_id = 1",
    "DELETE FROM outbox WHERE alarm_id = 1",
    "DELETE FROM timer WHERE kind = 'escalate' AND subject_id = 1",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path / 'rolling.db'}"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgresql"))
    made = open_engine(url)
    yield made
    made.dispose()


def work_as_before(connection: Connection) -> None:
    values = {"now": NOW, "later": NOW + timedelta(days=1), "blob": b"\x01"}
    if connection.dialect.name == "sqlite":
        values |= {name: value.isoformat(" ") for name, value in values.items() if isinstance(value, datetime)}
    for statement in WRITES:
        named = {name: value for name, value in values.items() if f":{name}" in statement}
        connection.execute(text(statement), named)


def test_the_version_before_goes_on_writing_on_the_migrated_database(engine: Engine) -> None:
    upgrade(engine.url.render_as_string(hide_password=False))
    with engine.begin() as connection:
        work_as_before(connection)


def test_every_step_only_adds(engine: Engine) -> None:
    """From the first step to the newest: no table and no column of an earlier step is missing afterwards."""
    url = engine.url.render_as_string(hide_password=False)
    command.upgrade(_config(url), "0001")
    before = shape(engine)
    upgrade(url)
    after = shape(engine)
    assert before <= after, before - after


def shape(engine: Engine) -> set[tuple[str, str]]:
    found = inspect(engine)
    return {(table, column["name"]) for table in found.get_table_names() for column in found.get_columns(table)}


def test_a_program_runs_on_a_newer_schema_and_not_on_an_older_one(engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    command.upgrade(_config(url), "0001")
    with engine.connect() as connection:
        assert not is_current(connection), "an old schema: run donghanh migrate"
    upgrade(url)
    with engine.begin() as connection:
        assert is_current(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with engine.connect() as connection:
        assert is_current(connection), "a newer version was here: the one before goes on while it is rolled out"
    upgrade(url)

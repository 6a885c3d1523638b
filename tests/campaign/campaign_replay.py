"""Requirement 12: after each of a thousand random deeds the audit alone gives the state of the tables."""

from sqlalchemy import Engine

from tests.campaign.conftest import scaled
from tests.directory.test_replay import engine, run

__all__ = ["engine"]


def test_a_thousand_deeds_are_in_the_audit(engine: Engine) -> None:
    assert run(engine, scaled(1_000), 2026) == scaled(1_000)

"""Requirement 14: two listings of one place become one, and nobody looks for it in vain."""

import pytest
from sqlalchemy import Connection

from directory import editing, merging
from directory.editing import NotNow
from tests.directory.test_editing import CLINIC, NOW, published, shown


def test_what_is_shown_is_never_merged_into_what_is_hidden(connection: Connection) -> None:
    open_to_all = published(connection)
    draft = editing.propose(connection, CLINIC, staff_id=1, now=NOW)
    with pytest.raises(NotNow):
        merging.merge(connection, open_to_all, draft, staff_id=1, now=NOW)
    assert shown(connection) == {CLINIC.service} and merging.resolve(connection, open_to_all) == open_to_all
    merging.merge(connection, draft, open_to_all, staff_id=1, now=NOW)
    assert shown(connection) == {CLINIC.service} and merging.resolve(connection, draft) == open_to_all

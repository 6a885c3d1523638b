"""The list of the console is found by words as people shorten them, and by a number however it is typed."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from directory import catalogue
from tests.directory.exchange.samples import BARE, OPEN, SEALED, shown

OTHER = replace(OPEN, service="Phòng khám Đồi Gió", phones=("024 0000 0009",))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("pk doi gio", {OTHER.service}), ("ĐỒI GI", {OTHER.service}), ("tt thử", {OPEN.service, OTHER.service}),
        ("02400000009", {OTHER.service}), ("+84 24 0000 0009", {OTHER.service}), ("0000 0009", {OTHER.service}),
        ("pk 3", set()), ("hoàng mai", set()), ("", {OPEN.service, SEALED.service, BARE.service, OTHER.service}),
    ],
)  # fmt: skip
def test_the_list_is_found(connection: Connection, text: str, found: set[str]) -> None:
    for draft in (OPEN, SEALED, BARE, OTHER):
        shown(connection, draft)
    assert {row.service for row in catalogue.rows(connection, text=text)} == found

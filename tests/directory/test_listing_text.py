"""What the card and the answers about it say: how to come in unnoticed, which papers, and in whose language."""

import csv
import io
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from directory import editing, followup, wording
from directory.exchange import spreadsheet
from directory.exchange.entries import entry
from directory.listing_text import describe
from directory.listings import Listing, Notice
from directory.places import PlaceKey, Tier
from directory.reading import read
from directory.search import hit_now
from tests.directory.exchange.samples import OPEN

NOW = datetime(2026, 12, 7, 2, 0, tzinfo=UTC)
WAY = "Cửa bên hông, hỏi bàn số hai"


def listing(**told: Any) -> Listing:
    base: dict[str, Any] = {"organisation": "Tổ chức", "service": "Phòng khám", "kind": "hiv_clinic"}
    base |= {"needs": ("health.hiv_test",), "place": PlaceKey(Tier.OLD_DISTRICT, "005"), "province": "01"}
    base |= {"phones": ("024 3000 0000",), "reception": {}, "price": {}, "papers": {}, "audience": (), "hours": None}
    base |= {"languages": ("vi",), "attributes": (), "verified_on": {}, "state": "published", "revision": 1}
    base |= dict.fromkeys(("is_sealed", "is_demo", "is_under_review"), False)
    return Listing(**{"id": "p", "service_id": "s", **base, **told})


def said(one: Listing, language: str = "vi") -> str:
    return describe(hit_now(one, NOW), language)


def test_the_card_says_how_to_come_in_and_which_papers_are_asked_for() -> None:
    text = said(listing(directions=WAY, papers={"vi": "Cần thẻ bảo hiểm"}))
    assert f"Đường vào: {WAY}" in text and "Giấy tờ: Cần thẻ bảo hiểm" in text


def test_no_papers_is_said_where_nobody_wrote_a_sentence() -> None:
    assert "Giấy tờ: không cần" in said(listing(attributes=("no_papers",)))
    assert "Giấy tờ" not in said(listing())


@pytest.mark.parametrize("text", ["chỗ đó ở đâu", "chỗ này đi vào cửa nào", "cho do loi vao the nao"])
def test_asked_where_it_is_the_answer_says_how_to_come_in(text: str) -> None:
    one = listing(directions=WAY)
    asked = followup.read(read(text), [one], now=NOW)
    assert asked is not None and WAY in followup.answer(asked, now=NOW)


def test_a_sealed_place_says_which_papers_and_never_the_way() -> None:
    text = said(listing(is_sealed=True, papers={"vi": "Không cần giấy tờ"}))
    assert "Giấy tờ: Không cần giấy tờ" in text and "Đường vào" not in text


def test_what_nobody_translated_is_shown_in_vietnamese_and_says_so() -> None:
    one = listing(directions=WAY, price={"vi": "Miễn phí"}, papers={"vi": "Cần thẻ", "en": "Bring your card"})
    text = said(one, "en")
    assert "• (tiếng Việt) Miễn phí" in text and f"(tiếng Việt) {WAY}" in text and "Papers: Bring your card" in text
    assert "(tiếng Việt)" not in said(one)
    asked = followup.read(read("cho do lay tien ko"), [one], now=NOW)
    assert asked is not None and "(tiếng Việt) Miễn phí" in followup.answer(asked, now=NOW, language="en")
    assert "(tiếng Việt) Miễn phí" in entry(one, on=NOW.date(), language="en").texts


def test_what_stands_in_one_other_language_only_is_shown_and_says_so() -> None:
    assert "• (English) Free of charge" in said(listing(price={"en": "Free of charge"}))


def test_a_notice_in_free_words_says_in_which_language_it_is() -> None:
    own = Notice("Đóng cửa sớm", NOW.date(), NOW.date())
    assert "(tiếng Việt) Đóng cửa sớm" in said(listing(notices=(own,)), "en")
    assert "Lưu ý: Đóng cửa sớm" in said(listing(notices=(own,)))
    usual = Notice("", NOW.date(), NOW.date(), "closed")
    assert "(tiếng Việt)" not in said(listing(notices=(usual,)), "en")


# What a new folder of a language makes possible is decided when the program starts: here in a process of its own.
_NEW_LANGUAGE = """
import sys
from dataclasses import replace
from pathlib import Path
from directory import wording
wording.LOCALES = Path(sys.argv[1])
from bot.console.pages.listings import _texts
from directory import drafts
from directory.exchange import rows, spreadsheet
from directory.editing import Known
from tests.directory.exchange.samples import OPEN
draft = replace(OPEN, price={"vi": "Miễn phí", "tyz": "Bấu au chèn"})
assert not drafts.problems(draft, is_demo=False), drafts.problems(draft, is_demo=False)
known = Known("0b9f2c51-7a0c-4c58-9b3f-6b6a8f1f5e11", draft, "draft", 1, False, False, "01")
table = spreadsheet.as_csv([known], language="en")
assert "Price (Tày)" in table
(row,), wrong = spreadsheet.parse(table)
assert not wrong and row.draft.price == draft.price, (wrong, row)
assert ("price.tyz", "Giá (Tày)") in _texts("vi")
older = replace(row, draft=replace(draft, price={"vi": "Có phí"}), keeps=frozenset({"price.tyz"}))
assert spreadsheet.settled(older, draft).price == {"vi": "Có phí", "tyz": "Bấu au chèn"}
"""


def test_texts_can_be_written_in_any_language_that_has_a_folder(tmp_path: Path) -> None:
    for code in ("vi", "en"):
        (tmp_path / code).symlink_to(wording.LOCALES / code)
    (tmp_path / "tyz" / "LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "tyz" / "language.toml").write_text('name = "Tày"\nstate = "draft"\nasked_as = ["tay"]\n', "utf-8")
    command = [sys.executable, "-c", _NEW_LANGUAGE, str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_a_table_without_a_column_of_a_text_leaves_that_text(connection: Connection) -> None:
    draft = replace(OPEN, price={"vi": "Miễn phí", "en": "Free"})
    id = editing.propose(connection, draft, staff_id=1, now=NOW)
    table = list(csv.reader(io.StringIO(spreadsheet.as_csv(spreadsheet.everything(connection)).lstrip("\ufeff"))))
    at = table[0].index("price.en")
    without = "\n".join(",".join(f'"{cell}"' for n, cell in enumerate(line) if n != at) for line in table)
    rows, wrong = spreadsheet.parse(without.replace("Miễn phí", "Có phí"))
    assert not wrong
    spreadsheet.take_over(connection, rows, now=NOW)
    known = editing.look_up(connection, id)
    assert known is not None and known.draft.price == {"vi": "Có phí", "en": "Free"}

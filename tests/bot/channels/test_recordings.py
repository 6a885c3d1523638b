"""Who does not read can listen: beside the words on the chat page, as a voice message on Telegram."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from bot.channels.telegram_client import Client
from bot.channels.telegram_render import Native, native
from bot.channels.webchat import WebChat
from bot.db import Database, Tx
from bot.outbox import Letter, pack, unpack
from bot.rehearsal import START, Rehearsal
from directory import article_check, articles, languages, publishing, recordings, wording
from tests.bot.channels.test_webchat import address_of, browser, channel, kept, message  # noqa: F401
from tests.conftest import MovableClock
from tests.fake_telegram import TOKEN, FakeTelegram

NAME = "vi/prep-what.ogg"


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of languages with one recording in it; the sentences are those already read."""
    for language in wording.languages():
        wording.catalogue(language)
    articles.load()
    languages.known()
    path = tmp_path / "vi" / "audio" / "prep-what.ogg"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"OggS made for a test")
    monkeypatch.setattr(wording, "LOCALES", tmp_path)
    yield path


@pytest.mark.parametrize(
    "name", ["vi/none.ogg", "vi/../vi/audio/prep-what.ogg", "../secret.ogg", "vi/prep-what.txt", "VI/prep-what.ogg", ""]
)
def test_only_a_recording_is_found(recorded: Path, name: str) -> None:
    assert recordings.find(name) is None
    assert recordings.find(NAME) == recorded


def test_a_recording_that_is_not_there_is_named_and_offered_to_nobody(recorded: Path) -> None:
    article = articles.load().get("prep-what")
    assert article is not None
    wrong = replace(article, audio="no-such.ogg")
    written = {one.id for one in articles.load()}
    found = article_check.problems(wrong, written=written, today=START.date())
    assert [(one.field, one.code) for one in found] == [("audio", "no_recording")]
    assert recordings.of(wrong) == "" and recordings.of(replace(article, audio="prep-what.ogg")) == NAME


async def test_listening_is_offered_where_there_is_something_to_hear(recorded: Path) -> None:
    async with Rehearsal() as rehearsal:
        house = rehearsal.house

        before = await rehearsal.play({"as": "person:a", "text": "prep là gì"})
        assert "Nghe" not in _labels(before)
        await house.db.write(_publish)
        await house.db.read(house.keeper.refresh)
        assert "Nghe" in _labels(await rehearsal.play({"as": "person:a", "text": "prep là gì"}))
        heard = await rehearsal.play({"as": "person:a", "choice": "Nghe"})
        assert "Đây là điều bọn mình biết." in heard[0]["text"] and "Nghe" not in _labels(heard)


def _publish(tx: Tx) -> None:
    """The article with its recording."""
    desk = publishing.look_up(tx.connection, "prep-what", "vi")
    text = replace(desk.working, audio="prep-what.ogg")
    publishing.save(tx.connection, text, expected=0, staff_id=None, now=START)
    desk = publishing.look_up(tx.connection, "prep-what", "vi")
    publishing.publish(tx.connection, desk, expected=1, staff_id=None, now=START)


def _labels(said: Any) -> list[str]:
    return [choice["label"] for one in said for choice in one.get("choices", [])]


def test_a_letter_keeps_its_recording_on_its_way_and_old_letters_have_none() -> None:
    assert unpack(pack(Letter("a", audio=NAME))).audio == NAME
    assert "audio" not in pack(Letter("a")) and unpack(pack(Letter("a"))).audio == ""


async def test_the_chat_page_plays_it_and_serves_it_to_everybody(
    recorded: Path,
    db: Database,
    channel: WebChat,  # noqa: F811
    browser: TestClient[Any, Any],  # noqa: F811
) -> None:
    await db.write(_publish)
    await channel.send(replace(message("Lời", "1"), audio=NAME), await address_of(db))
    frame = (await (await browser.get("/chat/poll?after=0")).json())["frames"][0]
    assert re.fullmatch(r"/chat/audio/[0-9a-f]{32}", frame["audio"]), "its name would tell what somebody listens to"
    answer = await browser.get(frame["audio"])
    assert answer.status == 200 and await answer.read() == recorded.read_bytes()
    assert answer.headers["Content-Type"] == "audio/ogg"
    for other in (NAME, "vi%2fprep-what.ogg", "%2e%2e%2fkey.json", "0" * 32):
        assert (await browser.get(f"/chat/audio/{other}")).status == 404

    part = await browser.get(frame["audio"], headers={"Range": "bytes=0-3"})
    assert part.status == 206 and await part.read() == b"OggS"
    await db.write(lambda tx: publishing.withdraw(
        tx.connection, publishing.look_up(tx.connection, "prep-what", "vi"), expected=2, staff_id=None, now=START
    ))  # fmt: skip
    assert (await browser.get(frame["audio"])).status == 404, "what was taken back is not to be heard either"


def test_what_is_no_recording_too_large_or_a_link_elsewhere_is_named(recorded: Path, tmp_path: Path) -> None:
    article = articles.load().get("prep-what")
    assert article is not None
    mine = replace(article, audio="prep-what.ogg")
    assert recordings.fault(mine) == ""
    recorded.write_bytes(b"<script>alert(1)</script>")
    assert recordings.fault(mine) == "recording_kind"
    recorded.write_bytes(b"OggS" + bytes(recordings.LARGEST))
    assert recordings.fault(mine) == "recording_large"
    recorded.unlink()
    (tmp_path / "secret").write_bytes(b"OggS")
    recorded.symlink_to(tmp_path / "secret")
    assert recordings.fault(mine) == "no_recording" and recordings.find(NAME) is None


async def test_a_changed_text_is_not_shown_with_the_recording_of_the_old_one(recorded: Path, db: Database) -> None:
    await db.write(_publish)

    def change(tx: Tx, audio: str | None) -> list[str]:
        now = publishing.look_up(tx.connection, "prep-what", "vi")
        text = replace(now.working, more=("Câu khác.",), audio=audio)
        return [one.code for one in publishing.save(
            tx.connection, text, expected=now.revision, staff_id=None, now=START
        )]  # fmt: skip

    assert await db.write(lambda tx: change(tx, "prep-what.ogg")) == ["recording_old"]
    with pytest.raises(publishing.NotYet):
        await db.write(lambda tx: publishing.publish(
            tx.connection, publishing.look_up(tx.connection, "prep-what", "vi"), expected=3, staff_id=None, now=START
        ))  # fmt: skip
    (recorded.parent / "prep-what-2.ogg").write_bytes(b"OggS")
    assert await db.write(lambda tx: change(tx, "prep-what-2.ogg")) == []
    assert await db.write(lambda tx: change(tx, None)) == []


def test_telegram_sends_a_voice_message_and_the_words_with_their_buttons_last(recorded: Path) -> None:
    voice, words = native(replace(message("Lời", "1"), audio=NAME))
    assert voice.voice == recorded and voice.text == ""
    assert words.text == "Lời" and words.markup is not None
    assert len(native(replace(message("Lời", "1"), audio="vi/none.ogg"))) == 1, "without the file the words alone"


async def test_the_voice_goes_out_under_a_name_that_says_nothing(recorded: Path, clock: MovableClock) -> None:
    async with FakeTelegram(clock.now) as server:
        client = Client(TOKEN, api_root=server.root)
        await client.say("1001", Native("", voice=recorded), protect_content=True)
        await client.stop()
        (sent,) = server.asked("sendVoice")
        assert server.problems == []
    file = next(part for part in sent.values() if isinstance(part, tuple))
    assert (file[0], file[2]) == ("voice.ogg", recorded.read_bytes())

"""Push, call and mail: what they carry, how loud they are, and what each refusal means for the mailroom."""

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from aiohttp import web

from bot.channels import wake
from bot.channels.mail import Mail, MailAddressWrong, read_url
from bot.channels.ntfy import Ntfy
from bot.channels.voice import Gateway as Account
from bot.channels.voice import Voice, international
from bot.ports import Address, Choice, ChoiceToken, SendError
from bot.settings import Settings, SettingsProblem, load
from tests.bot.channels.gateways import NOW, Clock, Postbox, alarm, gateway, port_of, post_office

TOPIC, PHONE, MAILBOX = Address("canary-topic-1"), Address("0000000123"), Address("canary@example.org")


@pytest.mark.parametrize(("wakes", "urgent", "priority"), [(True, True, 5), (False, True, 4), (False, False, 3)])
async def test_a_push_is_as_loud_as_it_is_urgent_and_has_the_link_as_a_button(
    wakes: bool, urgent: bool, priority: int
) -> None:
    async with gateway({"id": "n1"}) as server:
        sender = Ntfy(Clock(), server.root)
        await sender.start()
        sent = await sender.send(alarm(wakes=wakes, urgent=urgent), TOPIC)
        await sender.stop()
    [(path, _, body)] = server.asked
    assert path == "/" and body["topic"] == TOPIC and body["priority"] == priority
    link = "https://help.test/t/once"
    assert body["actions"] == [
        {"action": "http", "method": "POST", "label": "Tôi nhận", "url": link, "clear": True},
        {"action": "view", "label": "Mở trang", "url": link},
    ], "taken without unlocking the phone; the page with the other buttons stays one tap away"
    assert body["click"] == link
    assert sent.refs[0].native == "n1" and "Sen" in body["message"] and "Sen" not in body["title"]


async def test_a_link_that_takes_nothing_is_only_opened() -> None:
    async with gateway({}) as server:
        sender = Ntfy(Clock(), server.root)
        await sender.start()
        rota = Choice(ChoiceToken(""), "Xem lịch trực", kind="url", url="https://help.test/console/rota")
        await sender.send(replace(alarm(wakes=True, urgent=True), choices=(rota,)), TOPIC)
        await sender.stop()
    [(_, _, body)] = server.asked
    assert [one["action"] for one in body["actions"]] == ["view"]


async def test_a_push_server_behind_a_login_is_shown_it_in_a_header() -> None:
    async with gateway({}) as server:
        for login, expected in (("t0ken", "Bearer t0ken"), ("u:p", f"Basic {base64.b64encode(b'u:p').decode()}")):
            sender = Ntfy(Clock(), server.root.replace("://", f"://{login}@"))
            await sender.start()
            await sender.send(alarm(is_repeat=True), TOPIC)
            await sender.stop()
            assert server.asked[-1][1]["Authorization"] == expected
            assert server.asked[-1][2]["message"].startswith("(gửi lại) ")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, "contact_gone"),
        (403, "auth"),
        (401, "auth"),
        (500, "unknown_outcome"),
        (429, "throttled"),
        (400, "bad_request"),
    ],
)
async def test_every_refusal_over_http_has_its_kind_and_tells_no_address(
    status: int, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with gateway({}) as server:
        server.answers = [web.Response(status=status, headers={"Retry-After": "7"})]
        sender = Ntfy(Clock(), server.root)
        await sender.start()
        with pytest.raises(SendError) as refused:
            await sender.send(alarm(), TOPIC)
        await sender.stop()
    assert refused.value.kind == kind and str(TOPIC) not in str(refused.value) + caplog.text
    assert refused.value.retry_after == (7.0 if status == 429 else None)


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    sender = Ntfy(Clock(), "http://127.0.0.1:9")
    with pytest.raises(SendError, match="transient"):
        await sender.send(alarm(), TOPIC)  # not started
    await sender.start()
    with pytest.raises(SendError, match="transient"):
        await sender.send(alarm(), TOPIC)
    await sender.stop()


def decoded(part: str) -> dict[str, object]:
    told: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return told


async def test_a_call_says_one_plain_sentence_with_a_signed_pass_and_nothing_of_the_case() -> None:
    async with gateway({"r": 0, "call_id": "c"}) as server:
        sender = Voice(Clock(), "stringee", Account("SID", "very-secret", "0000000999", server.root))
        await sender.start()
        await sender.send(alarm(), PHONE)
        await sender.send(alarm(purpose="reminder", text="Mã của bạn: 1 2 3"), PHONE)
        await sender.stop()
    (path, headers, body), (_, _, test_call) = server.asked
    head, claims, mac = headers["X-STRINGEE-AUTH"].split(".")
    signed = hmac.new(b"very-secret", f"{head}.{claims}".encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64encode(signed).rstrip(b"=").decode() == mac
    assert decoded(head) == {"typ": "JWT", "alg": "HS256", "cty": "stringee-api;v=1"}
    told = decoded(claims)
    assert told["iss"] == "SID" and told["rest_api"] is True and told["exp"] == int(NOW.timestamp()) + 300
    assert path == "/v1/call2/callout" and body["to"][0]["number"] == "84000000123"
    said = json.dumps(body, ensure_ascii=False)
    assert "Sen" not in said and "help.test" not in said and "Hà Nội" not in said
    assert "1 2 3" in test_call["actions"][0]["text"]


@pytest.mark.parametrize(("answer", "kind"), [({"r": 7}, "bad_request"), ({}, "unknown_outcome")])
async def test_a_gateway_that_places_no_call_says_so(answer: dict[str, object], kind: str) -> None:
    async with gateway(dict(answer)) as server:
        sender = Voice(Clock(), "stringee", Account("SID", "s", "0000000999", server.root))
        await sender.start()
        with pytest.raises(SendError, match=kind):
            await sender.send(alarm(), PHONE)
        await sender.stop()


def test_numbers_are_written_as_the_gateways_want_them() -> None:
    assert international("0000000123") == international("+84000000123") == "84000000123"


@pytest.fixture
def box() -> Iterator[tuple[Postbox, Mail]]:
    made = Postbox()
    office = post_office(made)
    yield made, Mail(Clock(), f"smtp://127.0.0.1:{port_of(office)}?from=line@example.org&tls=none")
    office.stop()


async def test_a_mail_has_the_link_and_a_subject_that_says_nothing(box: tuple[Postbox, Mail]) -> None:
    office, sender = box
    await sender.send(alarm(), MAILBOX)
    [mail] = office.mails
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes) and "https://help.test/t/once" in body.decode() and "Sen" in body.decode()
    assert mail["To"] == MAILBOX and mail["Auto-Submitted"] == "auto-generated" and mail["X-Priority"] == "1"
    assert mail["Message-ID"] == "<key1@example.org>" and "Sen" not in str(mail["Subject"])
    await sender.stop()


@pytest.mark.parametrize(
    ("at", "said", "kind"),
    [
        ("recipient", "550 no such user", "contact_gone"),
        ("recipient", "451 greylisted", "transient"),
        ("mail", "554 not this", "content_rejected"),
        ("mail", "452 full", "transient"),
    ],
)
async def test_every_refusal_of_a_mail_has_its_kind(box: tuple[Postbox, Mail], at: str, said: str, kind: str) -> None:
    office, sender = box
    setattr(office, f"refuse_{at}", said)
    with pytest.raises(SendError, match=kind):
        await sender.send(alarm(), MAILBOX)


async def test_a_mail_server_that_is_not_there_is_tried_again() -> None:
    with pytest.raises(SendError, match="transient"):
        await Mail(Clock(), "smtp://127.0.0.1:9?from=a@b.cd&tls=none").send(alarm(), MAILBOX)


@pytest.mark.parametrize(
    "url", ["", "http://x", "smtp://", "smtp://host", "smtp://h?from=a@b&tls=perhaps", "smtp://h:x?"]
)
def test_a_mail_address_that_cannot_be_read_is_named(url: str) -> None:
    with pytest.raises(MailAddressWrong):
        read_url(url)
    if url:
        with pytest.raises(SettingsProblem, match="DONGHANH_SMTP_URL"):
            wake.ways(Settings(smtp_url=url))


def test_the_ways_are_those_of_the_settings() -> None:
    assert set(wake.ways(Settings())) == set()
    post = read_url("smtps://u%40x.vn:p%3A@mail.test?from=line@x.vn")
    assert (post.port, post.user, post.password, post.tls) == (465, "u@x.vn", "p:", "whole")
    told = {"DONGHANH_NTFY_URL": "https://push.test", "DONGHANH_SMTP_URL": "smtp://h?from=a@b.cd"}
    voice = {f"DONGHANH_VOICE_{name}": "x" for name in ("KEY", "SECRET", "FROM")}
    settings = load({**told, **voice, "DONGHANH_VOICE_PROVIDER": "stringee"})
    assert set(wake.ways(settings)) == {"ntfy", "mail", "voice"}
    with pytest.raises(SettingsProblem, match="DONGHANH_VOICE_PROVIDER"):
        wake.ways(load({**voice, "DONGHANH_VOICE_PROVIDER": "nobody"}))
    with pytest.raises(SettingsProblem, match="DONGHANH_VOICE_KEY"):
        load({"DONGHANH_VOICE_PROVIDER": "stringee"})
    with pytest.raises(SettingsProblem, match="DONGHANH_NTFY_URL"):
        load({"DONGHANH_NTFY_URL": "push"})

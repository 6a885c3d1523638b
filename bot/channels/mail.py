"""Alarms by mail: plain text with the link; slow and easily overlooked, so it comes last and keeps a trace."""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit

from bot import cores
from bot.ports import Address, Cap, Capabilities, Clock, MsgRef, Outbound, SendError, SendKind, Sent
from directory.wording import t

SECONDS = 8
AT_ONCE = 8  # for what is urgent and for the rest, each
_GONE = frozenset({550, 551, 553})


class MailAddressWrong(Exception):
    """DONGHANH_SMTP_URL cannot be read: smtp://user:password@host:587?from=line@example.org"""


@dataclass(frozen=True, slots=True)
class Post:
    """Where mail is handed in, and as whom."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = "starttls"  # starttls | whole | none


def read_url(url: str) -> Post:
    """`smtps://` is encrypted from the first byte, `smtp://` by STARTTLS unless `tls=none` (a relay on this machine).

    Raises MailAddressWrong.
    """
    try:
        parts = urlsplit(url)
        asked = parse_qs(parts.query)
        port = parts.port
    except ValueError:
        raise MailAddressWrong from None
    user = unquote(parts.username or "")
    sender = asked.get("from", [user])[0]
    tls = "whole" if parts.scheme == "smtps" else asked.get("tls", ["starttls"])[0]
    is_known = parts.scheme in ("smtp", "smtps") and tls in ("starttls", "whole", "none")
    if not is_known or not parts.hostname or "@" not in sender:
        raise MailAddressWrong
    usual = 465 if parts.scheme == "smtps" else 587
    return Post(parts.hostname, port or usual, sender, user, unquote(parts.password or ""), tls)


class Mail:
    """The sender of kind `mail`: an address is a mail address."""

    kind = "mail"

    def __init__(self, clock: Clock, url: str) -> None:
        self._clock = clock
        self._post = read_url(url)
        self._rooms = {urgent: cores.threads(AT_ONCE, "mail") for urgent in (True, False)}

    def capabilities(self) -> Capabilities:
        return Capabilities(Cap.PUSH_ANYTIME, 20_000, "chars", 0, 120, 500)

    async def send(self, message: Outbound, address: Address) -> Sent:
        """Hand one mail in; in a thread, because the protocol waits at every line. Raises SendError."""
        letter = self._letter(message, address)
        await asyncio.get_running_loop().run_in_executor(self._rooms[message.urgent], _hand_in, self._post, letter)
        return Sent((MsgRef(str(letter["Message-ID"])),), self._clock.now())

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        for room in self._rooms.values():
            room.shutdown(wait=False, cancel_futures=True)

    def _letter(self, message: Outbound, address: str) -> EmailMessage:
        """The subject says nothing: it stands on locked screens and in other people's mail servers."""
        letter = EmailMessage()
        letter["From"], letter["To"] = self._post.sender, address
        letter["Subject"] = t("wake.title")
        letter["Date"] = format_datetime(self._clock.now())
        letter["Message-ID"] = f"<{message.idempotency_key}@{self._post.sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        if message.wakes or message.urgent:
            letter["X-Priority"], letter["Importance"] = "1", "high"
        links = [f"{choice.label}: {choice.url}" for choice in message.choices if choice.url]
        again = [t("wake.again")] if message.is_repeat else []
        letter.set_content("\n\n".join([*again, message.text, *links]))
        return letter


def _hand_in(post: Post, letter: EmailMessage) -> None:
    """Before the mail was handed in nothing has happened; after that it may have arrived."""
    try:
        with _connected(post) as server:
            server.send_message(letter)
    except smtplib.SMTPRecipientsRefused as problem:
        codes = [code for code, _ in problem.recipients.values()]
        raise SendError("contact_gone" if any(code in _GONE for code in codes) else _by_code(max(codes))) from None
    except smtplib.SMTPAuthenticationError:
        raise SendError("auth") from None
    except smtplib.SMTPResponseException as problem:
        raise SendError(_by_code(problem.smtp_code)) from None
    except TimeoutError:
        raise SendError("unknown_outcome") from None
    except (OSError, smtplib.SMTPException):
        raise SendError("transient") from None


def _connected(post: Post) -> smtplib.SMTP:
    safe = ssl.create_default_context()
    if post.tls == "whole":
        server: smtplib.SMTP = smtplib.SMTP_SSL(post.host, post.port, timeout=SECONDS, context=safe)
    else:
        server = smtplib.SMTP(post.host, post.port, timeout=SECONDS)
    try:
        if post.tls == "starttls":
            server.starttls(context=safe)
        if post.user and post.password:
            server.login(post.user, post.password)
    except BaseException:
        server.close()
        raise
    return server


def _by_code(code: int) -> SendKind:
    if code in _GONE:
        return "bad_request"
    return "transient" if 400 <= code < 500 else "content_rejected"

"""Carries the requests of the Telegram library over aiohttp: JSON or files, timeouts, a proxy; no address in any error.

The library's own carrier is five to seven times slower, and writes whole addresses, token included, into the log.
"""

import json
import logging
from datetime import timedelta
from typing import Any

import aiohttp
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

logging.getLogger("telegram").setLevel(logging.WARNING)  # at DEBUG the library quotes every message it sends

MOST_ANSWER_BYTES = 32_000_000
WAIT_WITHOUT_HINT = 5  # seconds after a 429 that does not say how long
FILE_WRITE_SECONDS = 20.0
_JSON = {"Content-Type": "application/json"}


class NotSent(NetworkError):
    """No connection could be made: the request has certainly not reached the network."""


class NotSentInTime(TimedOut, NotSent):
    """No connection in time, or none of the pool was free: the request has certainly not reached the network."""


class Flood(RetryAfter):
    """The network said: not before so many seconds. (The library's own error warns of itself whenever it is made.)"""

    def __init__(self, seconds: int) -> None:
        TelegramError.__init__(self, "too fast")
        self._retry_after = timedelta(seconds=seconds)


class AiohttpRequest(BaseRequest):
    """One pool of connections. Opens itself when it is first needed; after `shutdown` it can be opened again."""

    def __init__(
        self,
        *,
        pool: int = 256,  # 25 a second, each answered within ten: an alarm never waits for a connection
        proxy: str = "",
        connect_seconds: float | None = 5.0,
        read_seconds: float | None = 10.0,
        write_seconds: float | None = 5.0,
        pool_seconds: float | None = 5.0,
    ) -> None:
        self._pool = pool
        self._proxy = proxy or None
        self._defaults = (connect_seconds, read_seconds, write_seconds, pool_seconds)
        self._timeouts: dict[tuple[float | None, ...], aiohttp.ClientTimeout] = {}
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return self._defaults[1]

    async def initialize(self) -> None:
        self._open()

    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=self._pool)
            headers = {"User-Agent": self.USER_AGENT}
            jar = aiohttp.DummyCookieJar()
            self._session = aiohttp.ClientSession(connector=connector, headers=headers, cookie_jar=jar)
        return self._session

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body. Errors are the library's own; none of them quotes the address, the body or an account."""
        has_files = request_data is not None and request_data.contains_files
        asked = (connect_timeout, read_timeout, write_timeout, pool_timeout)
        timeout = self._timeout(asked, has_files=has_files)
        body, headers = _body(request_data)
        try:
            async with self._open().request(
                method, url, data=body, headers=headers, timeout=timeout, proxy=self._proxy, allow_redirects=False
            ) as answer:
                status, told = answer.status, await _read(answer)
        except aiohttp.ConnectionTimeoutError:
            raise NotSentInTime("no connection in time") from None
        except (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError, aiohttp.InvalidURL) as problem:
            raise NotSent(f"no connection ({type(problem).__name__})") from None
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as problem:
            raise NetworkError(f"connection lost ({type(problem).__name__})") from None
        if status == 429:
            raise Flood(_retry_after(told, answer.headers.get("Retry-After", "")))
        if status >= 300 and not _is_refusal(told):  # a proxy's own page says nothing about a person or our token
            raise NetworkError(f"not an answer of the network ({status})")
        return status, told

    def _timeout(self, asked: tuple[Any, ...], *, has_files: bool) -> aiohttp.ClientTimeout:
        """What the caller asked for, else our own. The pool's wait is part of aiohttp's `connect`."""
        connect, read, write, pool = (
            own if one is self.DEFAULT_NONE else one for one, own in zip(asked, self._defaults, strict=True)
        )
        if has_files and asked[2] is self.DEFAULT_NONE:
            write = FILE_WRITE_SECONDS
        key = (connect, read, write, pool)
        if key not in self._timeouts:
            parts = (connect, read, write, pool)
            total = None if None in parts else sum(part for part in parts if part is not None)
            waiting = None if connect is None or pool is None else connect + pool
            self._timeouts[key] = aiohttp.ClientTimeout(
                total=total, connect=waiting, sock_connect=connect, sock_read=read
            )
        return self._timeouts[key]

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as an object; the library's own version writes an answer it cannot read into the log."""
        try:
            told = json.loads(payload)
        except (ValueError, RecursionError):
            raise TelegramError("the answer is not JSON") from None
        if not isinstance(told, dict):
            raise TelegramError("the answer is not an object")
        if told.get("ok") is True and "result" not in told:
            raise TelegramError("the answer has no result")
        return told


def _body(request_data: RequestData | None) -> tuple[Any, dict[str, str] | None]:
    if request_data is None:
        return None, None
    if not request_data.contains_files:
        return json.dumps(request_data.parameters, ensure_ascii=False).encode("utf-8", "replace"), _JSON
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form, None


def _is_refusal(told: bytes) -> bool:
    """Whether the network itself has refused: it says so in its own form."""
    try:
        said = json.loads(told)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and said.get("ok") is False


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    """The whole body, unless it is absurdly long."""
    told = bytearray()
    async for piece in answer.content.iter_chunked(65_536):
        told += piece
        if len(told) > MOST_ANSWER_BYTES:
            raise aiohttp.ClientPayloadError("too long")
    return bytes(told)


def _retry_after(told: bytes, header: str) -> int:
    try:
        wait = json.loads(told)["parameters"]["retry_after"]
    except (ValueError, KeyError, TypeError, RecursionError):
        wait = int(header) if header.isascii() and header.isdigit() and len(header) < 6 else WAIT_WITHOUT_HINT
    return max(1, int(wait)) if isinstance(wait, (int, float)) and wait < 1e6 else WAIT_WITHOUT_HINT



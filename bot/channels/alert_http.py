"""What the alarm senders over HTTP share: one request, and what an answer means for the mailroom."""

from collections.abc import Mapping
from typing import Any

import aiohttp

from bot.ports import SendError, SendKind

SECONDS = aiohttp.ClientTimeout(total=8, connect=3)
_STATUS: Mapping[int, SendKind] = {
    400: "bad_request",
    401: "auth",
    403: "auth",
    404: "contact_gone",
    410: "contact_gone",
    413: "bad_request",
}


async def post(
    session: aiohttp.ClientSession, url: str, body: Mapping[str, Any], headers: Mapping[str, str]
) -> dict[str, Any]:
    """Send JSON and return the answer as a table (empty if it is none). Raises SendError; never tells the address."""
    try:
        async with session.post(url, json=body, headers=headers, timeout=SECONDS, allow_redirects=False) as answer:
            if answer.status >= 300:
                raise _refused(answer.status, answer.headers.get("Retry-After", ""))
            try:
                told = await answer.json(content_type=None)
            except ValueError:
                return {}
            return told if isinstance(told, dict) else {}
    except aiohttp.ClientConnectorError:
        raise SendError("transient") from None
    except (TimeoutError, aiohttp.ClientError):
        raise SendError("unknown_outcome") from None


def _refused(status: int, retry_after: str) -> SendError:
    if status == 429:
        return SendError("throttled", float(retry_after) if retry_after.isdigit() else 30.0)
    if status >= 500:
        return SendError("unknown_outcome")
    return SendError(_STATUS.get(status, "bad_request"))

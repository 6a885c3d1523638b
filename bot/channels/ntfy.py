"""Urgent pushes by ntfy: an address is a secret topic; the link that takes the case is a button of the push."""

from typing import Any

import aiohttp

from bot.channels.alert_http import post
from bot.ports import Address, Cap, Capabilities, Choice, Clock, MsgRef, Outbound, SendError, Sent
from directory.wording import t

MOST_ACTIONS = 3  # the server refuses more
MOST_TEXT = 3_500  # the server cuts, or turns into a file, what is longer than 4096 bytes
_WAKES, _SOON, _QUIET = 5, 4, 3  # ntfy's priorities: max rings through, high makes a sound, default


class Ntfy:
    """The sender of kind `ntfy`. `url` is the server, perhaps with `user:password@` or a token as the user."""

    kind = "ntfy"

    def __init__(self, clock: Clock, url: str) -> None:
        self._clock = clock
        self._url, self._headers = _without_login(url)
        self._session: aiohttp.ClientSession | None = None

    def capabilities(self) -> Capabilities:
        return Capabilities(Cap.LINK_BTN | Cap.PUSH_ANYTIME, MOST_TEXT, "chars", 3, 120, 500)

    async def send(self, message: Outbound, address: Address) -> Sent:
        """One push. Raises SendError."""
        if self._session is None:
            raise SendError("transient")
        answer = await post(self._session, self._url, _push(message, address), self._headers)
        return Sent((MsgRef(str(answer.get("id", message.idempotency_key))),), self._clock.now())

    async def start(self) -> None:
        self._session = aiohttp.ClientSession()

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()


def _push(message: Outbound, topic: str) -> dict[str, Any]:
    """The topic stands in the body, not in the address, so that no proxy's log has it."""
    links = [choice for choice in message.choices if choice.url]
    actions = [action for choice in links for action in _actions(choice)]
    repeat = f"{t('wake.again')} " if message.is_repeat else ""
    told: dict[str, Any] = {
        "topic": topic,
        "title": t("wake.title"),
        "message": f"{repeat}{message.text}"[:MOST_TEXT],
        "priority": _WAKES if message.wakes else _SOON if message.urgent else _QUIET,
        "actions": actions[:MOST_ACTIONS],
    }
    if links:
        told["click"] = links[0].url
    return told


def _actions(choice: Choice) -> tuple[dict[str, Any], ...]:
    """A link that takes a case is pressed from a locked phone, and the page with its other buttons can be opened."""
    if "/t/" not in (choice.url or ""):
        return ({"action": "view", "label": choice.label, "url": choice.url, "clear": True},)
    return (
        {"action": "http", "method": "POST", "label": choice.label, "url": choice.url, "clear": True},
        {"action": "view", "label": t("wake.open"), "url": choice.url},
    )


def _without_login(url: str) -> tuple[str, dict[str, str]]:
    """The address to post to, and the header that lets us in. A user without password is an access token."""
    head, _, rest = url.partition("://")
    login, at, host = rest.rpartition("@")
    clean = f"{head}://{host.rstrip('/')}/"
    if not at:
        return clean, {}
    user, has_password, password = login.partition(":")
    if not has_password:
        return clean, {"Authorization": f"Bearer {user}"}
    return clean, {"Authorization": aiohttp.encode_basic_auth(user, password)}

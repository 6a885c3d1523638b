"""A line between the house and its PostgreSQL that a test can cut at a chosen word."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import make_url


class Line:
    """Carries every byte both ways, in threads of its own: the event loop may stand still meanwhile.

    `cut_at(word)` ends the next connection on which the house says that word: before the word is passed on, at once
    after it, or once the server has answered it. The answer itself never arrives.
    """

    def __init__(self, url: str) -> None:
        self._server = make_url(url)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._word, self._when, self._passes = b"", "", 0
        self.cuts = 0
        self.is_refusing = False
        self._carried: list[_Carried] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """The address of the same database through this line."""
        port = self._listening.getsockname()[1]
        here = self._server.set(host="127.0.0.1", port=port, query={"sslmode": "disable"})
        return here.render_as_string(hide_password=False)

    def cut_at(self, word: bytes, when: str = "answered", *, after: int = 0) -> None:
        """`when`: "before", "passed" or "answered". `after`: so often the word may still be said."""
        self._word, self._when, self._passes = word, when, after

    def go_away(self) -> None:
        """Every connection ends, and no new one is let in until `come_back`."""
        self.is_refusing = True
        for one in self._carried:
            one.end()
        self._carried.clear()

    def come_back(self) -> None:
        self.is_refusing = False

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                if self.is_refusing:
                    client.close()
                    continue
                carried = _Carried(self, client, self._reach())
                self._carried.append(carried)
                carried.start()

    def _reach(self) -> socket.socket:
        folder = self._server.host or self._server.query.get("host")
        if isinstance(folder, str) and folder.startswith("/"):
            server = socket.socket(socket.AF_UNIX)
            server.connect(f"{folder}/.s.PGSQL.{self._server.port or 5432}")
            return server
        return socket.create_connection((str(folder or "127.0.0.1"), self._server.port or 5432))

    def takes(self, said: bytes) -> str:
        """When the connection that says this is to be cut; only once."""
        if not self._word or self._word not in said:
            return ""
        if self._passes:
            self._passes -= 1
            return ""
        when, self._word = self._when, b""
        self.cuts += 1
        return when


class _Carried:
    """One connection through the line."""

    def __init__(self, line: Line, client: socket.socket, server: socket.socket) -> None:
        self._line, self._client, self._server = line, client, server
        self._is_deaf = False

    def start(self) -> None:
        for carry in (self._there, self._back):
            threading.Thread(target=self._until_closed, args=(carry,), daemon=True).start()

    def _there(self) -> bool:
        said = self._client.recv(65_536)
        when = self._line.takes(said)
        if when == "before":
            return False
        self._is_deaf = self._is_deaf or bool(when)
        self._server.sendall(said)
        return bool(said) and when != "passed"

    def _back(self) -> bool:
        told = self._server.recv(65_536)
        if self._is_deaf:
            return False
        self._client.sendall(told)
        return bool(told)

    def _until_closed(self, carry: Callable[[], bool]) -> None:
        with suppress(OSError):
            while carry():
                pass
        self.end()

    def end(self) -> None:
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

"""`python -m bot serve …` in a process of its own, without waiting until Python has read the whole program again.

The first service asked for starts a parent that reads the program and then only copies itself (fork): the copy takes
its settings from the environment it is given, opens its own files, and ends as Python ends. It can be killed like any
other process. That the command itself starts from nothing is shown in `tests/bot/commands/test_operators.py`.
"""

import atexit
import gc
import io
import json
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).resolve().parents[1]
PIPE, STDOUT = subprocess.PIPE, subprocess.STDOUT
_MOST = 2**18  # bytes of one wish: arguments and an environment


class Served:
    """A running service, with what is needed of `subprocess.Popen`."""

    def __init__(self, line: socket.socket, stdout: int | None) -> None:
        self._line = line
        self._said = b""
        self.returncode: int | None = None
        self.stdout = open(stdout, "rb") if stdout is not None else None  # noqa: SIM115 - closed by `wait`
        self.pid = int(self._next(None))

    def _next(self, timeout: float | None) -> str:
        self._line.settimeout(timeout)
        try:
            while b"\n" not in self._said:
                told = self._line.recv(64)
                if not told:
                    raise RuntimeError("The parent of this service is gone.")
                self._said += told
        except TimeoutError:
            raise subprocess.TimeoutExpired("serve", timeout or 0) from None
        except BlockingIOError:
            return ""
        line, _, self._said = self._said.partition(b"\n")
        return line.decode()

    def poll(self) -> int | None:
        """How it ended, None while it runs."""
        if self.returncode is None and (told := self._next(0)):
            self._ended(told)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            self._ended(self._next(timeout))
        assert self.returncode is not None
        return self.returncode

    def _ended(self, told: str) -> None:
        self.returncode = int(told)
        self._line.close()

    def send_signal(self, name: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, name)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def serve(*more: str, environment: Mapping[str, str], stdout: Any = None, stderr: Any = None) -> Served:
    """Start `serve --demo`. `stdout`: PIPE or a file, None: where ours goes; `stderr`: a file or the same.

    It understands messages itself unless its environment says otherwise: each process beside it reads the tables anew.
    """
    environment = {"DONGHANH_UNDERSTAND_APART": "no", **environment}
    ours, theirs = socket.socketpair()
    read, write = os.pipe() if stdout == PIPE else (None, None)
    out = write if write is not None else _number(stdout, 1)
    err = out if stderr == STDOUT else _number(stderr, 2)
    wish = json.dumps({"arguments": ["serve", "--demo", *more], "environment": dict(environment)}).encode()
    assert len(wish) < _MOST
    with open(os.devnull, "wb") as nothing:
        descriptors = [theirs.fileno(), out, nothing.fileno() if stderr == subprocess.DEVNULL else err]
        socket.send_fds(_parent(), [wish], descriptors)
    theirs.close()
    if write is not None:
        os.close(write)
    return Served(ours, read)


def _number(file: Any, otherwise: int) -> int:
    return otherwise if file is None or isinstance(file, int) else int(file.fileno())


@cache
def _parent() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _MOST)
    command = [sys.executable, "-m", "tests.served", str(theirs.fileno())]
    process = subprocess.Popen(command, cwd=HOUSE, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


# --- from here on in the parent and its copies ------------------------------------------------------------------------


def copy_for_each(wishes: socket.socket) -> list[str] | None:
    """Ends with None in the parent, once nobody wishes any more, and with its arguments in each service."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # those who watch over the services are nobody's sorrow
    while True:
        wish, descriptors, _, _ = socket.recv_fds(wishes, _MOST, 3)
        if not wish:
            return None
        if os.fork() == 0:
            wishes.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            watched = _watch(json.loads(wish), *descriptors)
            if watched is None:
                os._exit(0)
            return watched
        for one in descriptors:
            os.close(one)


def _watch(wish: dict[str, Any], line: int, out: int, err: int) -> list[str] | None:
    """Copies once more, tells the number of the copy and then how it ended; the copy gets its arguments."""
    pid = os.fork()
    if pid == 0:
        _become(wish["environment"], line, out, err)
        return [str(one) for one in wish["arguments"]]
    os.close(out)
    os.close(err)
    try:
        os.write(line, f"{pid}\n".encode())
        _, status = os.waitpid(pid, 0)
        os.write(line, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    except BrokenPipeError:
        pass  # the test is over
    return None


def _become(environment: dict[str, str], line: int, out: int, err: int) -> None:
    """A process as if it had been started with this environment and these files."""
    os.close(line)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, place in ((nothing, 0), (out, 1), (err, 2)):
        os.dup2(number, place)
    for number in {nothing, out, err} - {0, 1, 2}:
        os.close(number)
    os.environ.clear()
    os.environ.update(environment)
    at_once = bool(environment.get("PYTHONUNBUFFERED"))
    sys.stdout = io.TextIOWrapper(open(1, "wb", closefd=False), encoding="utf-8", write_through=at_once)  # noqa: SIM115
    sys.stderr = io.TextIOWrapper(open(2, "wb", closefd=False), encoding="utf-8", line_buffering=True)  # noqa: SIM115
    random.seed()


def _read_everything() -> None:
    """What a service reads before it can say a word, and the tables by which it understands the first one."""
    import bot.__main__
    import bot.channels.telegram
    import bot.channels.telegram_staff
    import bot.commands.serve
    import bot.seals
    import bot.understanding

    for text in ("em ở quận 1 bị đánh, muốn xét nghiệm HIV ở đâu", "where can I get tested for HIV in Hanoi"):
        bot.understanding.read(text)
    bot.seals.GUESS_COST = 2**6  # as in conftest.py: at the shipped cost codes are most of a service's first second
    gc.freeze()


if __name__ == "__main__":
    _read_everything()
    arguments = copy_for_each(socket.socket(fileno=int(sys.argv[1])))
    if arguments is not None:
        from bot.__main__ import main

        sys.argv = ["bot", *arguments]
        sys.exit(main(arguments))

"""What is large for a moment does not stay with the process."""

import platform
import subprocess
import sys

import pytest

_MAKING = """
import hashlib, threading
from bot import memory
def held():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS")) // 1024
def one():
    hashlib.scrypt(b"words", salt=b"salt" * 4, n=2**14, r=8, p=1, maxmem=2**26, dklen=32)
if {begins}: memory.pause()
before = held()
for _ in range(3):
    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
print(held() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has its own ways of keeping memory")
def test_codes_made_at_once_leave_nothing_behind() -> None:
    def kept(*, begins: bool) -> int:
        command = [sys.executable, "-c", _MAKING.format(begins=begins)]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    assert kept(begins=True) < 10 <= kept(begins=False)

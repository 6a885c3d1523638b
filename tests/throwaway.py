"""Where tests keep what they throw away: in memory where there is room, since waiting for a disk proves nothing."""

import os
import shutil
import tempfile
from pathlib import Path

IN_MEMORY = Path("/dev/shm")
ROOM = 2 * 2**30  # a whole run on two processes fills less than half of this


def keep_in_memory() -> None:
    """Temporary folders of this process, and of those it starts, lie in memory from now on.

    A process that is killed finds there what it wrote, as on a disk. Who set TMPDIR has decided otherwise.
    """
    if "TMPDIR" not in os.environ and IN_MEMORY.is_dir() and has_room(IN_MEMORY):
        os.environ["TMPDIR"] = tempfile.tempdir = str(IN_MEMORY)


def has_room(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK) and shutil.disk_usage(folder).free >= ROOM

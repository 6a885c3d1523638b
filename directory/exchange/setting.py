"""Has a page description set into a PDF, in a folder of its own that is gone afterwards."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from directory.exchange import press
from directory.exchange.offline import TEMPLATES

_LONGEST_WORD = 24  # longer ones get places where a line may break


class NotPrinted(Exception):
    """The printed pages could not be made; the message says why."""


def make(name: str, files: Mapping[str, str], *, templates: Path = TEMPLATES) -> bytes:
    """The PDF of the template `name` with these files beside it. Raises NotPrinted."""
    with tempfile.TemporaryDirectory() as folder:
        for file, content in files.items():
            (Path(folder) / file).write_text(content, "utf-8")
        source, out = Path(folder) / f"{name}.typ", Path(folder) / f"{name}.pdf"
        shutil.copy(templates / source.name, source)
        command = [sys.executable, "-I", press.__file__, str(source), str(out)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=press.MOST_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise NotPrinted(f"The pages were not ready after {press.MOST_SECONDS} seconds: print fewer.") from None
        if b"No module named 'typst'" in done.stderr:
            raise NotPrinted("The setter is missing: install the service with its part “print”.")
        if done.returncode != 0 or not out.exists():
            raise NotPrinted(f"The setter ended with {done.returncode}: print fewer, or look at its version.")
        return out.read_bytes()


def soft(text: str) -> str:
    """A word too long for a narrow page may be broken anywhere."""
    words = ("\u200b".join(word) if len(word) > _LONGEST_WORD else word for word in text.split())
    return " ".join(words)


def soft_lines(text: str) -> list[str]:
    """The same, line by line."""
    return [soft(line) for line in text.splitlines()]

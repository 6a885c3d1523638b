"""Sets a page description into a PDF, in a process of its own with bounds, so that whatever goes wrong stays in it."""

import resource
import sys
from pathlib import Path

MOST_MEMORY = 4_000_000_000
MOST_SECONDS = 120


def main(source: str, out: str) -> None:
    """Read the source and what lies beside it, write the PDF. Fonts are those that come with the setter."""
    import typst

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    typst.compile(Path(source), output=Path(out), root=Path(source).parent, ignore_system_fonts=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

"""Reads the YAML files that come with the house, quickly: as kept from the last start, else the loader in C."""

from pathlib import Path
from typing import Any

from directory.compiled import kept


def load_table(path: Path) -> Any:
    """The content of a YAML file of the house, plain values only. Raises yaml.YAMLError, OSError."""
    return kept(f"{path.stem}-yaml", lambda: load_yaml(path.read_text("utf-8")), path.parent)


def load_yaml(text: str) -> Any:
    """The content of a YAML text, plain values only. Raises yaml.YAMLError."""
    import yaml  # here, because a start that finds everything kept needs none

    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))

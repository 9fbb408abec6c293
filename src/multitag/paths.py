"""Paths as people write them, ``~`` included, to paths as the system takes them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import overload

from multitag.errors import ConfigError


def expand_home(written: str) -> str:
    """Expand ``~`` and ``~name`` at the start, as a shell does; a name without a home stays as it is.

    Bash leaves it alone in ``--out=~/run``, Python everywhere; transformers expands it. It is done once, where a path
    comes in, so that all that is written for a path goes to one place.

    Examples
    --------
    >>> expand_home("runs/~imdb"), expand_home("./~")
    ('runs/~imdb', './~')
    """
    return os.path.expanduser(written)  # noqa: PTH111 (Path's refuses a file such as ~$Films.xlsx)


def as_path(written: object, name: str) -> Path:
    """Return what was written as a path, with ``~`` expanded.

    Raises
    ------
    ConfigError
        If it is not text or a path; says where it was given.
    """
    if not isinstance(written, (str, Path)):
        raise ConfigError(f"{name}: expected a path, got {type(written).__name__}")
    return Path(expand_home(str(written)))


@overload
def expand_source(source: str) -> str: ...
@overload
def expand_source(source: object) -> object: ...
def expand_source(source: object) -> object:
    """Expand ``~`` in whatever a table is read from: a path, several of them; a data frame stays as it is."""
    if isinstance(source, (str, Path)):
        return type(source)(expand_home(str(source)))
    if isinstance(source, (list, tuple)):
        return [expand_source(part) if isinstance(part, (str, Path)) else part for part in source]
    return source

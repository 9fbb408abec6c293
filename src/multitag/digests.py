"""SHA-256 of files."""

from __future__ import annotations

import hashlib
from pathlib import Path

BLOCK = 1 << 20  # bytes read at once


def sha256_of_files(*paths: Path) -> str:
    """Return the SHA-256 of the bytes of files, one after another, as 64 hexadecimal digits.

    Raises
    ------
    OSError
        If one cannot be read.
    """
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
    return digest.hexdigest()

"""The cells of one column in a file that has no name, so that nothing is left of it however the process ends."""

from __future__ import annotations

import json
import mmap
import os
import tempfile
import weakref
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self

from multitag.errors import OutputError

PLAIN = {str, int, float, bool, type(None)}  # what JSON gives back as it was
_encode = json.JSONEncoder(ensure_ascii=False).encode


class StoredCells(Sequence[Any]):
    """Cells on disk, each read when it is asked for.

    Memory holds 8 bytes of each. Cells that are no text, number, truth value or None stay in memory.

    Parameters
    ----------
    cells : iterable of object, optional

    Raises
    ------
    OutputError
        If they cannot be written, on a full disk for example.
    """

    def __init__(self, cells: Iterable[Any] = ()) -> None:
        with _disk_errors():
            self._file = tempfile.TemporaryFile(prefix="multitag-", dir=_folder())  # noqa: SIM115 (closed with self)
        # Not the file itself, which would first write what a full disk had no room for.
        weakref.finalize(self, self._file.raw.close)
        self._ends = array("Q", [0])
        self._others: dict[int, Any] = {}
        self._mapped: mmap.mmap | None = None
        self.extend(cells)

    @classmethod
    def _of_content(cls, content: bytes, ends: array[int], others: Mapping[int, Any]) -> Self:
        stored = cls()
        with _disk_errors():
            stored._file.write(content)
        stored._ends, stored._others = ends, dict(others)
        return stored

    def __reduce__(self) -> tuple[Any, ...]:
        """Send the content along, to the other processes of a training."""
        return StoredCells._of_content, (self._content()[: self._ends[-1]], self._ends, self._others)

    def extend(self, cells: Iterable[Any]) -> None:
        """Add cells at the end.

        Raises
        ------
        OutputError
            If they cannot be written.
        """
        end = self._ends[-1]
        with _disk_errors():
            for cell in cells:
                if type(cell) in PLAIN:
                    end += self._file.write(_encode(cell).encode("utf-8", "surrogatepass"))
                else:
                    self._others[len(self)] = cell
                self._ends.append(end)

    def __len__(self) -> int:
        """Count the cells."""
        return len(self._ends) - 1

    def __getitem__(self, index: Any) -> Any:
        """Read a cell, or a list of those of a slice."""
        if isinstance(index, slice):
            return [self[row] for row in range(len(self))[index]]
        row = range(len(self))[index]
        if row in self._others:
            return self._others[row]
        return json.loads(self._content()[self._ends[row] : self._ends[row + 1]].decode("utf-8", "surrogatepass"))

    def __iter__(self) -> Iterator[Any]:
        """Read one after another."""
        return map(self.__getitem__, range(len(self)))

    def _content(self) -> mmap.mmap | bytes:
        if self._mapped is None or len(self._mapped) < self._ends[-1]:
            with _disk_errors():
                self._file.flush()
            if not self._ends[-1]:
                return b""
            self._mapped = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        return self._mapped


def _folder() -> str | None:
    """Return where to write: where it is asked for, or where there is room, as /tmp may be memory itself."""
    return None if "TMPDIR" in os.environ or not os.access("/var/tmp", os.W_OK) else "/var/tmp"


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        folder = _folder() or tempfile.gettempdir()
        raise OutputError(
            f"{folder}: the texts of a large table cannot be written there: {error.strerror or error}; set TMPDIR to "
            "another folder"
        ) from error

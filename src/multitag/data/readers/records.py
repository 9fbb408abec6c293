"""What every reader of a table file takes and returns: options in, chunks of records out."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self

from multitag.data.left_out import LeftOut
from multitag.errors import ConfigError

# Text codecs of Python that no table is written in; they escape or look names up rather than encode text.
NO_ENCODINGS = frozenset({"idna", "punycode", "raw_unicode_escape", "unicode_escape", "undefined"})
LINES = "\n"  # the delimiter of a file each of whose lines is one cell
SPELLED = {"\\t": "\t", "tab": "\t", "none": LINES}  # what can be said in a shell or a YAML file
QUOTINGS = ("auto", "double", "none")

Record = dict[str, Any]
Select = Callable[[Sequence[str]], Sequence[str]]  # from all columns those to keep


@dataclass(frozen=True)
class ReadOptions:
    """How table files are read, where it is not to be detected.

    Parameters
    ----------
    delimiter : str or None
        One character between the cells of a CSV, ``"tab"``, or ``"none"`` where each line is one cell; None
        detects it.
    encoding : str or None
        A codec of Python, such as ``"cp1252"``; None detects it.
    header : bool
        Whether the first row names the columns; without it they are named "1", "2" and so on.
    quoting : {"auto", "double", "none"}
        Whether double quotes stand around cells or are part of them; ``"auto"`` is ``"double"``, but refuses a cell
        that seems to hold whole rows.
    skip_rows : int or None
        Lines before the header of a CSV; None looks for lines that are none of the table, and refuses them.
    comment : str or None
        What the lines begin with that are comments.
    sheet : str or None
        Name of the sheet of a workbook; None takes the first that holds a table.

    Raises
    ------
    ConfigError
        If the delimiter cannot be one, the encoding is unknown, or another option is out of its range.
    """

    delimiter: str | None = None
    encoding: str | None = None
    header: bool = True
    quoting: str = "auto"
    skip_rows: int | None = None
    comment: str | None = None
    sheet: str | None = None

    def __post_init__(self) -> None:
        if self.quoting not in QUOTINGS:
            raise ConfigError(f"quoting: expected one of {', '.join(QUOTINGS)}, got {self.quoting!r}")
        if self.skip_rows is not None and self.skip_rows < 0:
            raise ConfigError(f"skip_rows: expected at least 0, got {self.skip_rows}")
        if self.comment is not None and not self.comment.strip():
            raise ConfigError(f"comment: expected the mark that comments begin with, such as #, got {self.comment!r}")
        if self.delimiter is not None:
            object.__setattr__(self, "delimiter", _delimiter(self.delimiter))
        if self.encoding is not None:
            object.__setattr__(self, "encoding", _encoding(self.encoding))

    @classmethod
    def of(cls, settings: object) -> Self:
        """Take those that are among the settings of a table, a :class:`~multitag.config.TableConfig`."""
        return cls(**{field.name: getattr(settings, field.name) for field in fields(cls)})


def _delimiter(written: str) -> str:
    delimiter = SPELLED.get(written, written)
    # Neither the quote, nor line ends as such, nor what a file may begin with.
    if len(delimiter) != 1 or delimiter in '"\r\ufeff' or written == LINES:
        raise ConfigError(f"delimiter (--sep): expected one character such as , ; | or tab, got {written!r}")
    return delimiter


def _encoding(name: str) -> str:
    try:
        codec = codecs.lookup(name)
        "a".encode(name)  # refuses codecs of bytes to bytes, such as zip
    except (LookupError, ValueError) as error:  # a ValueError for a name with a NUL in it
        raise ConfigError(f"encoding: unknown encoding {name!r}; expected utf-8, utf-16, cp1252 or the like") from error
    if codec.name.replace("-", "_") in NO_ENCODINGS:
        raise ConfigError(f"encoding: {name!r} is not for files; expected utf-8, utf-16, cp1252 or the like")
    return codec.name


@dataclass(frozen=True)
class Chunk:
    """Consecutive records of a file.

    Parameters
    ----------
    columns : tuple of str
        Names of the columns that are kept, as far as the file has been read.
    records : list of dict
        Column to cell. Cells of CSV are text as it stands; those of other formats keep their types. A record
        of JSON may lack columns.
    rows : list of int
        Number of each record in its file, from 1.
    share : float
        Of the file that is read, in [0, 1].
    left_out : tuple of LeftOut
        Records between these that cannot be read.
    notes : tuple of str
        What was detected and the user should know; sentences that follow "file: ".
    class_names : mapping
        Names of label ids by column, where the file keeps them; the records hold the ids.
    doubt : str
        Why the records left out are not single bad ones, and what to do: a table is refused with it; a sentence that
        follows "file: ", empty where there is none.
    """

    columns: tuple[str, ...]
    records: list[Record]
    rows: list[int]
    share: float
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    class_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    doubt: str = ""

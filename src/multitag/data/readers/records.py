"""What every reader of a table file takes and gives: options in, chunks of records out."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from multitag.errors import ConfigError

# Text codecs of Python that no table is written in; they escape or look names up rather than encode text.
NO_ENCODINGS = frozenset({"idna", "punycode", "raw_unicode_escape", "unicode_escape", "undefined"})
SPELLED = {"\\t": "\t", "tab": "\t"}  # how a tab can be said in a shell or a YAML file

Record = dict[str, Any]
Select = Callable[[Sequence[str]], Sequence[str]]  # from all columns those to keep


@dataclass(frozen=True)
class ReadOptions:
    """How table files are read, where it is not to be found out.

    Parameters
    ----------
    delimiter : str or None
        One character between the cells of a CSV, or ``"tab"``; None finds it.
    encoding : str or None
        A codec of Python, such as ``"cp1252"``; None finds it.
    header : bool
        Whether the first row names the columns; without it they are named "1", "2" and so on.

    Raises
    ------
    ConfigError
        If the delimiter cannot be one, or the encoding is unknown.
    """

    delimiter: str | None = None
    encoding: str | None = None
    header: bool = True

    def __post_init__(self) -> None:
        if self.delimiter is not None:
            object.__setattr__(self, "delimiter", _delimiter(self.delimiter))
        if self.encoding is not None:
            object.__setattr__(self, "encoding", _encoding(self.encoding))


def _delimiter(given: str) -> str:
    mark = SPELLED.get(given, given)
    if len(mark) != 1 or mark in '"\r\n\ufeff':  # the quote, ends of lines, and what a file may begin with
        raise ConfigError(f"delimiter (--sep): expected one character such as , ; | or tab, got {given!r}")
    return mark


def _encoding(given: str) -> str:
    try:
        codec = codecs.lookup(given)
        "a".encode(given)  # refuses codecs of bytes to bytes, such as zip
    except (LookupError, ValueError) as error:  # a ValueError for a name with a NUL in it
        raise ConfigError(f"encoding: {given!r} is not known; expected utf-8, utf-16, cp1252 or the like") from error
    if codec.name.replace("-", "_") in NO_ENCODINGS:
        raise ConfigError(f"encoding: {given!r} is no encoding of files; expected utf-8, utf-16, cp1252 or the like")
    return codec.name


@dataclass(frozen=True)
class Rejected:
    """A row of a file that cannot become a row of cells.

    Parameters
    ----------
    file : str
        As messages name it.
    row : int
        Number of the record in its file; 1 is the first under the header.
    column : str or None
        None where the whole row is meant.
    reason : str
        Ready to follow "file, row: ". It begins with the kind of defect, such as ``ragged``, and where there is
        more to say, a colon; it names the line where it is a matter of lines.
    content : str
        The row as it stands in the file.
    """

    file: str
    row: int
    column: str | None
    reason: str
    content: str


@dataclass(frozen=True)
class Chunk:
    """Some records of a file, in its order.

    Parameters
    ----------
    columns : tuple of str
        Names of the columns that are kept, as far as they are known by now.
    records : list of dict
        Column to cell. Cells of CSV are text as it stands; those of other formats keep their types. A record
        of JSON may lack columns.
    rows : list of int
        Number of each record in its file, from 1.
    share : float
        Of the file that is read, in [0, 1].
    rejected : tuple of Rejected
        Records between these that cannot be read.
    notes : tuple of str
        What was found out and should be said; sentences that follow "file: ".
    class_names : mapping
        Names of label ids by column, where the file keeps them; the records hold the ids.
    """

    columns: tuple[str, ...]
    records: list[Record]
    rows: list[int]
    share: float
    rejected: tuple[Rejected, ...] = ()
    notes: tuple[str, ...] = ()
    class_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

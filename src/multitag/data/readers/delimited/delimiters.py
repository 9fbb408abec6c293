"""What stands between the cells of a CSV, detected by what makes its rows equally long."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence

DELIMITERS = (",", "\t", ";", "|")
MOST_ROWS = 0.9  # share of the rows that shows how they are written; some are always broken
SPACED = re.compile(r'^ +"|[,;\t|] +"')
SPACE_AND_QUOTE = re.compile(r' +"')


def find_delimiter(lines: Sequence[str], candidates: Iterable[str] = DELIMITERS, *, quoted: bool = True) -> str:
    r"""Detect the delimiter of a CSV.

    Parameters
    ----------
    lines : sequence of str
        The first lines of the file, with their ends.
    candidates : iterable of str
        The likeliest first.
    quoted : bool, default True
        Whether quotes stand around cells.

    Returns
    -------
    str
        The one that the first row holds and by which most rows are as long as the first. Labels within a cell
        may have a separator of their own, which is more frequent in some rows than in others.

    Examples
    --------
    >>> find_delimiter(["text;labels\n", "One, two, three;Drama,War\n"])
    ';'
    >>> find_delimiter(["text,labels\n", "One;Drama;War\n", "Two,War\n", "Three,Drama;War\n"])
    ','
    """
    candidates = tuple(candidates)
    return max(candidates, key=lambda mark: agreement(lines, mark, quoted=quoted))  # the first of equals


def agreement(lines: Sequence[str], delimiter: str, *, quoted: bool = True) -> float:
    """Return the share of rows as long as the first; 0 where that is one cell."""
    lengths = row_lengths(lines, delimiter, quoted=quoted)
    if not lengths or lengths[0] < 2:
        return 0.0
    return lengths.count(lengths[0]) / len(lengths)


def row_lengths(lines: Iterable[str], delimiter: str, *, quoted: bool = True) -> list[int]:
    """Count the cells of each row that is not blank."""
    if not quoted:
        return [line.count(delimiter) + 1 for line in lines if line.strip()]
    return [len(row) for row in csv.reader(lines, delimiter=delimiter) if any(row)]


def usual_length(lines: Iterable[str], delimiter: str, *, quoted: bool = True) -> int:
    """Return the number of cells that most rows have; 0 where there is no row."""
    lengths = Counter(row_lengths(lines, delimiter, quoted=quoted))
    return max(lengths, key=lambda length: lengths[length], default=0)


def is_spaced(lines: Sequence[str], delimiter: str) -> bool:
    """Return whether spaces stand before the quotes of cells: only without them are the quotes those of cells."""
    if delimiter == " " or not any(map(SPACED.search, lines)):
        return False
    plain = [cell for row in csv.reader(lines, delimiter=delimiter) for cell in row]
    try:
        trimmed = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True))
    except csv.Error:
        return False
    before, after = (
        sum(SPACE_AND_QUOTE.match(cell) is not None for cell in cells)
        for cells in (plain, [cell for row in trimmed for cell in row])
    )
    lengths = Counter(len(row) for row in trimmed if any(row))
    usual, count = lengths.most_common(1)[0]
    return after < before and usual > 1 and count >= MOST_ROWS * lengths.total()


def count_surplus(lines: Sequence[str], delimiter: str, *, quoted: bool = True, spaced: bool = False) -> int:
    """Count the empty cells that nearly every row has after those of the header."""
    reader = csv.reader(
        lines, delimiter=delimiter, skipinitialspace=spaced, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    )
    header, *rows = [row for row in reader if any(row)] or [[]]
    if len(header) < 2 or not rows:
        return 0
    (surplus, _), = Counter(len(row) - len(header) for row in rows).most_common(1)
    fitting = sum(len(row) - len(header) == surplus and not any(row[len(header) :]) for row in rows)
    return surplus if surplus > 0 and fitting >= MOST_ROWS * len(rows) else 0

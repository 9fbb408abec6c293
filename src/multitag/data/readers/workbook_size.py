"""What a workbook would take in memory, before it is parsed: its zipped parts, and the area that its cells span."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import PurePosixPath

from multitag.data.readers.table_file import ALWAYS_ALLOWED, MAX_EXPANSION, TableFile
from multitag.errors import DataError, describe_error

PIECE = 2**20  # bytes that are looked at at once
OVERLAP = 64  # bytes; a place is never longer
MAX_EMPTY = 20  # cells that a sheet may span for each that it holds
ALWAYS_SPANNED = 5_000_000  # cells

# Every cell says where it stands; two of them, in opposite corners, span 17 billion.
_PLACE = re.compile(rb"""[\s:]r\s*=\s*["']([A-Za-z]{1,3})(\d{1,9})["']""")
_NO_PLACE = re.compile(rb"""(?:\s|(?<!xmlns):)r\s*=\s*["'](?:[A-Za-z]{4}|[A-Za-z]{1,3}\d{10}|[^"'>]{0,20}&)""")


def check_size(file: TableFile) -> None:
    """Refuse a workbook that is far larger than its size in bytes.

    Parameters
    ----------
    file : TableFile
        Of the zipped formats every part is unzipped once, in pieces; the old ``.xls`` is not zipped, and cannot span
        more than 65,536 rows of 256 columns.

    Raises
    ------
    DataError
        If the parts expand to more than 200 times their size (and 64 MB), a sheet spans far more cells than it holds,
        or the zip is damaged.
    """
    if not zipfile.is_zipfile(file.path):
        return
    limit = max(ALWAYS_ALLOWED, MAX_EXPANSION * file.path.stat().st_size)
    try:
        with zipfile.ZipFile(file.path) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > limit:
                raise DataError(
                    f"{file.name}: expands to more than {MAX_EXPANSION} times its size; save the sheet as CSV if you "
                    "trust it"
                )
            for part in parts:  # whatever the directory says: one that is longer has another checksum
                _check_part(archive, part, file.name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise DataError(f"{file.name}: not a readable workbook: {describe_error(error)[:200]}") from error


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> None:
    is_sheet = PurePosixPath(part.filename.lower()).suffix == ".xml"
    n_cells = last_row = 0
    columns: set[bytes] = set()
    with archive.open(part) as opened:
        rest = b""
        while piece := opened.read(PIECE):
            if is_sheet:
                looked_at = rest + piece
                if odd := _NO_PLACE.search(looked_at):
                    written = odd[0].decode("ascii", "replace").strip()
                    raise DataError(f"{name}: no cell of a sheet can stand at {written}...; save the sheet as CSV")
                places = _PLACE.findall(looked_at)
                n_cells += len(places)
                columns.update(column for column, _ in places)
                last_row = max(last_row, *(int(row) for _, row in places)) if places else last_row
                # What may be the start of a place is looked at again; a place in it is counted twice, which is no harm.
                rest = looked_at[-OVERLAP:]
    spanned = last_row * max(map(_number, columns), default=0)
    if spanned > max(ALWAYS_SPANNED, MAX_EMPTY * n_cells):
        raise DataError(
            f"{name}: {PurePosixPath(part.filename).name!r} spans {spanned} cells and holds {n_cells}; delete the "
            "stray cells, or save the sheet as CSV"
        )


def _number(column: bytes) -> int:
    """Return the number of a column by its letters, from 1.

    Examples
    --------
    >>> _number(b"A"), _number(b"AA"), _number(b"XFD")
    (1, 27, 16384)
    """
    number = 0
    for letter in column.upper():
        number = 26 * number + letter - 64
    return number

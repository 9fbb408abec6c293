"""Workbooks of spreadsheet programs to records: the cells of one sheet as a CSV of it would have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time
from itertools import chain, islice
from typing import Any

from multitag.data.phrases import list_first
from multitag.data.readers.delimited.header import header_notes, name_columns, refuse_titles, shared_name_notes
from multitag.data.readers.records import Chunk, ReadOptions, Select
from multitag.data.readers.table_file import TableFile
from multitag.data.readers.workbook_size import check_size
from multitag.errors import DataError, MissingExtraError, describe_error
from multitag.extras import import_extra

FIRST_ROWS = 1000  # that show where the header is
BETWEEN = "\t"  # cells, where rows are looked at as lines
SHEETS_NAMED = 10


def read_workbook(
    file: TableFile, options: ReadOptions, chunk_rows: int, select: Select | None = None
) -> Iterator[Chunk]:
    """Read a sheet of a workbook: the named one, else the largest with a table.

    Parameters
    ----------
    file : TableFile
    options : ReadOptions
        Encoding, delimiter and quotes mean nothing here.
    chunk_rows : int
    select : callable, optional
        Chooses the columns to keep.

    Yields
    ------
    Chunk
        At least one. Cells are text: 3 for 3.0, dates as ISO 8601 writes them, nothing for an empty cell. Blank rows
        are passed over, as in CSV.

    Raises
    ------
    DataError
        If it is damaged, encrypted or far larger than its size, no sheet holds a table or has the name, or two columns
        have one name.
    MissingExtraError
        If python-calamine is not installed.
    """
    try:
        calamine: Any = import_extra("python_calamine", "excel")
    except MissingExtraError as error:
        raise MissingExtraError(f"{file.name}: {error}; or save the sheet as CSV") from error
    check_size(file)
    with _errors(file), file.path.open("rb") as opened, calamine.load_workbook(opened) as workbook:
        sheet, notes = _choose_sheet(workbook, options.sheet, file.name)
        yield from _read_sheet(sheet, notes, file.name, options, chunk_rows, select)


def _read_sheet(
    sheet: Any, notes: list[str], name: str, options: ReadOptions, chunk_rows: int, select: Select | None
) -> Iterator[Chunk]:
    rows = _rows(sheet)
    if options.skip_rows is None and options.header:
        lines = {number: _line(cells) for number, cells in islice(_rows(sheet), FIRST_ROWS)}
        refuse_titles(lines, BETWEEN, (), name, place="row")
    rows = ((number, cells) for number, cells in rows if number > (options.skip_rows or 0) and any(cells))
    first = next(rows, None)
    if first is None:
        raise DataError(f"{name}, sheet {sheet.name!r}: no row; expected a header and at least one row")
    if options.header:
        columns = name_columns(first[1], name)
        notes += shared_name_notes(first[1]) + header_notes(columns)
    else:
        columns = tuple(str(number) for number in range(1, len(first[1]) + 1))
        rows = chain([first], rows)
    kept = columns if select is None else tuple(select(columns))
    places = [(column, columns.index(column)) for column in kept]
    done, total = 0, max(1, sheet.height)
    while True:
        part = list(islice(rows, chunk_rows))
        at_end = len(part) < chunk_rows
        records = [{column: cells[place] for column, place in places} for _, cells in part]
        share = 1.0 if at_end else min(1.0, part[-1][0] / total)
        yield Chunk(kept, records, list(range(done + 1, done + 1 + len(part))), share, notes=tuple(notes))
        done, notes = done + len(part), []
        if at_end:
            return


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with its number in the sheet, from 1; columns before the first cell are left out."""
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield number, [_text(cell) for cell in cells]


def _line(cells: Sequence[str]) -> str:
    return BETWEEN.join(" ".join(cell.split()).replace('"', "'") for cell in cells) + "\n"


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell)


def _choose_sheet(workbook: Any, wanted: str | None, name: str) -> tuple[Any, list[str]]:
    """Return the named sheet, or the one with the most cells that holds a table, with a note where others do so too."""
    if wanted is not None:
        if wanted not in workbook.sheet_names:
            raise DataError(f"{name}: no sheet {wanted!r}; the sheets are {_listed(workbook.sheet_names)}")
        return workbook.get_sheet_by_name(wanted), []
    calamine: Any = import_extra("python_calamine", "excel")
    shown = calamine.SheetVisibleEnum.Visible
    visible = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == shown]
    sheets = [workbook.get_sheet_by_name(sheet) for sheet in visible or workbook.sheet_names]
    tables = [sheet for sheet in sheets if _has_table(sheet)]
    if not tables:
        raise DataError(
            f"{name}: no sheet has a header and a row under it; the sheets are {_listed(workbook.sheet_names)}"
        )
    if len(tables) == 1:
        return tables[0], []
    largest = max(tables, key=lambda sheet: sheet.height * sheet.width)  # the first of equals
    which = "first" if largest is tables[0] else "largest"
    names = _listed([sheet.name for sheet in tables])
    return largest, [f"sheet {largest.name!r} is read, the {which} of {names}; --sheet names another"]


def _has_table(sheet: Any) -> bool:
    return len(list(islice((cells for _, cells in _rows(sheet) if any(cells)), 2))) == 2


def _listed(names: Sequence[str]) -> str:
    return list_first([repr(name) for name in names], SHEETS_NAMED)


@contextmanager
def _errors(file: TableFile) -> Iterator[None]:
    """Turn what python-calamine raises on a file into an error of one line.

    Raises
    ------
    DataError
    """
    calamine: Any = import_extra("python_calamine", "excel")
    try:
        yield
    except calamine.PasswordError as error:
        raise DataError(f"{file.name}: the workbook is encrypted; save it without a password") from error
    except (calamine.CalamineError, OSError, ValueError, OverflowError) as error:
        raise DataError(f"{file.name}: not a readable workbook: {describe_error(error)[:200]}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of Rust; no class of Python's is above it but this
            raise
        raise DataError(f"{file.name}: not a readable workbook: {describe_error(error)[:200]}") from error

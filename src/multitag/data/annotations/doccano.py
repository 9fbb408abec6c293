"""doccano: JSONL and JSON with a list of labels, and CSV with ``#`` between them.

Source: the writers of doccano 1.8 (backend/data_export): columns id, text, what else was imported, label, Comments.
Labels are texts there; lists of numbers are ids, or vectors, of somebody else.
Of a project whose annotators work apart, each has a file of their own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from numbers import Number

from multitag.data.annotations.answers import Answer
from multitag.data.annotations.task import AnnotatedTask, Export, NotUnderstoodError, plain_cells, read_names
from multitag.data.cells import is_missing, shorten
from multitag.data.columns import Columns
from multitag.data.readers.source import Source

NAME = "doccano"
LABELS = ("label", "labels", "cats")
TEXTS = ("text", "data")
BETWEEN = "#"
OTHER_MARKS = (",", ";", "|")
# Where names begin or end with the mark themselves, such as C#: the one that stands between two of them.
IN_NAMES = {"begin": re.compile(r"(?<!#)(?<!^)#"), "end": re.compile(r"#(?!#|$)")}


def has_signs(names: Collection[str]) -> bool:
    """Return whether columns have the names of this tool."""
    named = bool({*LABELS} & {*names}) and bool({*TEXTS} & {*names})
    return "id" in names and named and ("Comments" in names or len(names) == 3)


def recognises(columns: Columns) -> bool:
    """Return whether the cells are those of this tool: lists of labels beside comments or nothing else."""
    if not has_signs(columns.names):
        return False
    cells = columns[_column(columns.names, LABELS)]
    present = [cell for cell in cells if not is_missing(cell)]
    lists = [cell for cell in present if isinstance(cell, list)]
    if any(lists) and all(isinstance(item, Number) for cell in lists for item in cell):
        return False
    if "Comments" in columns.names:
        return all(isinstance(cell, (str, list)) for cell in present) and not _is_divided_otherwise(present)
    return bool(present) and len(lists) == len(present)


def read(source: Source) -> Export:
    """Read a row a text; ``[]`` may be a text without labels or one that nobody has looked at.

    Raises
    ------
    NotUnderstoodError
        If there is no column of labels, or labels are of parts of a text.
    """
    columns = source.columns
    text, question = _column(columns.names, TEXTS), _column(columns.names, LABELS)
    between, remarks = _find_mark([cell for cell in columns[question] if isinstance(cell, str) and cell.strip()])
    tasks = []
    for index in range(len(columns)):
        row = columns.row(index)
        names = _names_in(row[question], question, between)
        annotator = source.file_and_row(index)[0]
        answers = {question: [Answer(names, annotator=annotator)]} if names else {}
        key = (str(row["id"]), str(row[text])) if len(source.files) > 1 and "id" in row else None
        tasks.append(AnnotatedTask(plain_cells(row, question), answers, None, key))
    return Export(tasks, (text,), (question,), unit="texts", remarks=remarks)


def _column(names: Sequence[str], likely: Sequence[str]) -> str:
    name = next((name for name in likely if name in names), None)
    if name is None:
        raise NotUnderstoodError(f"expected a column {' or '.join(map(repr, likely))}")
    return name


def _is_divided_otherwise(cells: Iterable[object]) -> bool:
    """Return whether a comma or the like follows or precedes the mark, which then belongs to a name: ``C#,Java``."""
    pieces = (piece.strip() for cell in cells if isinstance(cell, str) for piece in cell.split(BETWEEN)[:-1])
    after = (piece.strip() for cell in cells if isinstance(cell, str) for piece in cell.split(BETWEEN)[1:])
    return any(piece.endswith(OTHER_MARKS) for piece in pieces) or any(piece.startswith(OTHER_MARKS) for piece in after)


def _find_mark(cells: Sequence[str]) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """Return what stands between the names of a cell of text, and a remark where the mark is part of names too."""
    odd = [cell.strip() for cell in cells if "" in map(str.strip, cell.strip().split(BETWEEN))]
    if not odd:
        return re.compile(BETWEEN), ()
    places = [where for where, found in (
        ("begin", any(cell.startswith(BETWEEN) for cell in odd)), ("end", any(cell.endswith(BETWEEN) for cell in odd))
    ) if found]  # fmt: skip
    if len(places) != 1:
        raise NotUnderstoodError(
            f"{BETWEEN!r} stands between labels and seems to be part of names too, as in {shorten(odd[0])!r}; "
            "export as JSONL, which keeps them apart"
        )
    (place,) = places
    return IN_NAMES[place], (
        f"cells such as {shorten(odd[0])!r} tell that names {place} with {BETWEEN!r}, which also stands between them",
    )


def _names_in(cell: object, column: str, between: re.Pattern[str]) -> tuple[str, ...]:
    if is_missing(cell):
        return ()
    where = f"column {column!r}"
    return read_names(between.split(cell.strip()) if isinstance(cell, str) else cell, where)

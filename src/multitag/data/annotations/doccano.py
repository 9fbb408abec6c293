"""doccano: JSONL and JSON with a list of labels, and CSV with ``#`` between them.

Source: the writers of doccano 1.8 (backend/data_export): columns id, text, what else was imported, label, Comments.
Of a project whose annotators work apart, each has a file of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from multitag.data.annotations.answers import Answer
from multitag.data.annotations.task import AnnotatedTask, Export, NotUnderstoodError, plain_cells, read_names
from multitag.data.cells import is_missing
from multitag.data.columns import Columns
from multitag.data.readers.source import Source

NAME = "doccano"
LABELS = ("label", "labels", "cats")
TEXTS = ("text", "data")
BETWEEN = "#"


def has_signs(names: Collection[str]) -> bool:
    """Return whether columns have the names of this tool."""
    named = bool({*LABELS} & {*names}) and bool({*TEXTS} & {*names})
    return "id" in names and named and ("Comments" in names or len(names) == 3)


def recognises(columns: Columns) -> bool:
    """Return whether the cells are those of this tool: lists of labels beside comments or nothing else."""
    if not has_signs(columns.names):
        return False
    cells = columns[_column(columns.names, LABELS)]
    if "Comments" in columns.names:
        return all(cell is None or isinstance(cell, (str, list)) for cell in cells)
    present = [cell for cell in cells if not is_missing(cell)]
    return bool(present) and all(isinstance(cell, list) for cell in present)


def read(source: Source) -> Export:
    """Read a row a text; ``[]`` may be a text without labels or one that nobody has looked at.

    Raises
    ------
    NotUnderstoodError
        If there is no column of labels, or labels are of parts of a text.
    """
    columns = source.columns
    text, question = _column(columns.names, TEXTS), _column(columns.names, LABELS)
    tasks = []
    for index in range(len(columns)):
        row = columns.row(index)
        names = _names_in(row[question], question)
        annotator = source.file_and_row(index)[0]
        answers = {question: [Answer(names, annotator=annotator)]} if names else {}
        key = (str(row["id"]), str(row[text])) if len(source.files) > 1 and "id" in row else None
        tasks.append(AnnotatedTask(plain_cells(row, question), answers, None, key))
    return Export(tasks, (text,), (question,), unit="texts")


def _column(names: Sequence[str], likely: Sequence[str]) -> str:
    name = next((name for name in likely if name in names), None)
    if name is None:
        raise NotUnderstoodError(f"expected a column {' or '.join(map(repr, likely))}")
    return name


def _names_in(cell: object, column: str) -> tuple[str, ...]:
    if is_missing(cell):
        return ()
    where = f"column {column!r}"
    return read_names(cell.split(BETWEEN) if isinstance(cell, str) else cell, where)

"""A file of texts in, the same rows with predictions out, a chunk at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from multitag.atomic import new_file
from multitag.data.cells import RowError
from multitag.data.columnar import parquet_schema
from multitag.data.records import ReadOptions, Record
from multitag.data.shapes.forms import SEPARATORS
from multitag.data.stream import read_chunks
from multitag.data.texts import Text, TextColumns
from multitag.errors import DataError, OutputError
from multitag.evaluation.held_out import probability_column
from multitag.inference.classifier import Classifier, ranked_labels
from multitag.inference.scoring import DEFAULT_BATCH_SIZE
from multitag.inference.writers import build_writer, output_format

PREDICTED = "predicted_labels"

Given = TypeVar("Given")
Result = TypeVar("Result")


@dataclass(frozen=True)
class FilePrediction:
    """What was done to a file.

    Parameters
    ----------
    rows : int
        Rows read, which are the rows written.
    without_text : int
        Of those, rows whose text is missing: their prediction is left empty.
    notes : tuple of str
        What was found out about the file while reading it.
    """

    rows: int
    without_text: int
    notes: tuple[str, ...] = ()

    def line(self, output: Path) -> str:
        """Say it in a line."""
        empty = (
            f", {self.without_text} of them without a text and so without a prediction"
            if self.without_text
            else ""
        )
        return f"{output}: {self.rows} rows{empty}"


def predict_file(
    classifier: Classifier,
    source: str | Path,
    target: str | Path,
    *,
    text: str | Sequence[str] | None = None,
    threshold: float | None = None,
    top_k: int | None = None,
    at_least_one: bool = False,
    batch_size: int = DEFAULT_BATCH_SIZE,
    reading: ReadOptions | None = None,
) -> FilePrediction:
    """Predict every row of a file.

    The same rows and columns come out in the same order, with ``predicted_labels`` and one
    ``probability_<label>`` column a label after them. Memory does not grow with the file.

    Parameters
    ----------
    classifier : Classifier
    source : str or Path
        A table file of any format, or ``-`` for standard input.
    target : str or Path
        CSV, TSV, JSONL or Parquet by its ending, not necessarily the format of the source. In CSV and TSV the
        labels of a row are joined by the first of comma, semicolon and pipe that no label holds; elsewhere they
        are a list. Replaced if it exists, and appears only when it is whole.
    text : str or sequence of str, optional
        Column of the texts, or several that are joined, or read as a pair if the classifier was trained on pairs;
        by default those that it was trained on.
    threshold, top_k, at_least_one, batch_size
        As in :meth:`Classifier.predict`.
    reading : ReadOptions, optional
        Delimiter, encoding and header of the source, where they are not to be found out.

    Returns
    -------
    FilePrediction

    Raises
    ------
    DataError
        If the file or column is missing, there is no row or one that cannot be read, or a column has the
        name of one to be added.
    OutputError
        If ``target`` is ``source`` or cannot be written.
    ConfigError
        If an option is out of its range.
    """
    source, target, names = Path(source), Path(target), classifier.label_names
    columns = TextColumns.of_bundle(classifier.bundle.manifest.data, [text] if isinstance(text, str) else text)
    if target.exists() and source.exists() and target.samefile(source):
        raise OutputError(f"{target}: this is the input; name another --output")
    kind = output_format(target)
    schema = parquet_schema(source) if source.suffix.lower() == ".parquet" and source.is_file() else None
    done: Counter[str] = Counter()
    notes: list[str] = []
    with (
        new_file(target, replace=True) as file,
        _progress() as advance,
        closing(read_chunks(source, reading, notes.append)) as chunks,
        closing(build_writer(
            file, kind, label_separator(names), labels=PREDICTED,
            probabilities=[probability_column(name) for name in names], schema=schema,
        )) as writer,
    ):  # fmt: skip

        def predict(chunk: tuple[int, list[Record], float]) -> tuple[list[Record], float, int]:
            before, records, share = chunk
            missing = _add_predictions(
                classifier, records, columns, f"{source}", before,
                threshold=threshold, top_k=top_k, at_least_one=at_least_one, batch_size=batch_size,
            )  # fmt: skip
            return records, share, missing

        for records, share, missing in _one_ahead(predict, _numbered(chunks)):
            with _encodable(source):
                writer.write(records)
            done.update(rows=len(records), without_text=missing)
            advance(share)
        if not done["rows"]:
            raise DataError(f"{source}: no row to predict; expected at least one")
    return FilePrediction(done["rows"], done["without_text"], tuple(notes))


def _numbered(chunks: Iterable[tuple[list[Record], float]]) -> Iterator[tuple[int, list[Record], float]]:
    """Give each chunk with the number of rows before it."""
    before = 0
    for records, share in chunks:
        yield before, records, share
        before += len(records)


def _one_ahead(compute: Callable[[Given], Result], items: Iterable[Given]) -> Iterator[Result]:
    """Compute each item's result while the caller is busy with the one before, such as writing it to a file.

    Reading and writing 8,807 descriptions took 7% of the processor's time, scoring them with int8 the rest.
    """
    with ThreadPoolExecutor(1) as worker:
        before: Future[Result] | None = None
        for item in items:
            current = worker.submit(compute, item)
            if before is not None:
                yield before.result()
            before = current
        if before is not None:
            yield before.result()


def label_separator(label_names: tuple[str, ...]) -> str:
    """Choose what joins labels in a cell: the first separator that no label holds, else a comma."""
    return next((mark for mark in SEPARATORS if not any(mark in name for name in label_names)), SEPARATORS[0])


@contextmanager
def _encodable(source: Path) -> Iterator[None]:
    """Turn what only JSON can hold, in a column that is not predicted from, into one line."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise DataError(
            f"{source}: {error.object[error.start]!r} is half of a surrogate pair, not a character; "
            "remove it, or write .jsonl"
        ) from error


def _add_predictions(
    classifier: Classifier, records: list[Record], columns: TextColumns, where: str, rows_before: int, *,
    batch_size: int, **options: Any,
) -> int:  # fmt: skip
    """Add predictions to records in place; gives the number of rows without a text."""
    names = classifier.label_names
    _check_columns(records, columns.names, names, where, rows_before)
    read = [_read_text(record, columns, f"{where}, row {row}") for row, record in enumerate(records, rows_before + 1)]
    filled = [index for index, text in enumerate(read) if text is not None]
    texts = [text for text in read if text is not None]
    y_prob = classifier.predict_proba(texts, batch_size=batch_size)
    y_pred = classifier.decide(y_prob, **options)
    empty = dict.fromkeys((PREDICTED, *map(probability_column, names)))
    for record in records:
        record.update(empty)
    for index, probabilities, chosen in zip(filled, y_prob, y_pred, strict=True):
        records[index][PREDICTED] = list(ranked_labels(names, probabilities, chosen))
        records[index].update(zip(map(probability_column, names), map(float, probabilities), strict=True))
    return len(records) - len(filled)


def _read_text(record: Record, columns: TextColumns, where: str) -> Text | None:
    try:
        return columns.read([record[name] for name in columns.names])
    except RowError as error:
        raise DataError(f"{where}, column {error.column!r}: {error}") from error


def _check_columns(
    records: list[Record], columns: Sequence[str], names: tuple[str, ...], where: str, rows_before: int
) -> None:
    added = {PREDICTED, *map(probability_column, names)}
    for row, record in enumerate(records, start=rows_before + 1):
        for column in columns:
            if column not in record:
                there = ", ".join(repr(name) for name in record)
                raise DataError(
                    f"{where}, row {row}: no column {column!r}; name the texts with --text; there are: {there}"
                )
        clash = added.intersection(record)
        if clash:
            raise DataError(
                f"{where}: column {min(clash)!r} would be written twice; rename or drop it in the input"
            )


@contextmanager
def _progress() -> Iterator[Any]:
    """Draw a bar with the time left on a terminal; nothing when piped."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("predicting"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("", total=1.0)
        yield lambda share: progress.update(task, completed=share)

"""A file of texts in, the same rows with predictions out, a chunk at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from multitag.atomic import new_file
from multitag.data.label_formats.cell_formats import SEPARATORS
from multitag.data.readers.columnar import parquet_schema
from multitag.data.readers.records import ReadOptions, Record
from multitag.data.readers.stream import read_chunks
from multitag.data.readers.table_file import display_name
from multitag.data.texts import TextColumns
from multitag.errors import DataError, OutputError
from multitag.evaluation.held_out import probability_column
from multitag.inference.classifier import Classifier
from multitag.inference.files.rows import PREDICTED, add_predictions, without_label
from multitag.inference.files.writers import Writer, build_writer, output_format
from multitag.inference.scoring import DEFAULT_BATCH_SIZE

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
    without_label : int
        Rows with a text for which no label passes; those of the review file, where one was asked for.
    """

    rows: int
    without_text: int
    notes: tuple[str, ...] = ()
    without_label: int = 0

    def line(self, output: Path) -> str:
        """Say it in a line."""
        empty = (
            f", {self.without_text} of them without a text and so without a prediction"
            if self.without_text
            else ""
        )
        return f"{output}: {self.rows} rows{empty}"

    def review_line(self, review: Path) -> str:
        """Say in a line what is in the review file."""
        return f"{review}: {self.without_label} rows where no label passes"


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
    review: str | Path | None = None,
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
    review : str or Path, optional
        A second file, for a person to look at: the rows with a text for which no label passes, as they are in
        ``target``. With its header alone where there is none.

    Returns
    -------
    FilePrediction

    Raises
    ------
    DataError
        If the file or column is missing, there is no row or one that cannot be read, or a column has the
        name of one to be added.
    OutputError
        If ``target`` or ``review`` is ``source``, both are one file, or one cannot be written.
    ConfigError
        If an option is out of its range.
    """
    source, target, names = Path(source), Path(target), classifier.label_names
    columns = TextColumns.of_bundle(classifier.bundle.manifest.data, [text] if isinstance(text, str) else text)
    review = None if review is None else Path(review)
    _check_outputs(source, target, review)
    schema = parquet_schema(source) if source.suffix.lower() == ".parquet" and source.is_file() else None
    done: Counter[str] = Counter()
    notes: list[str] = []
    with (
        _written(target, names, schema) as writer,
        _written(review, names, schema) if review is not None else nullcontext() as reviewer,
        _progress() as advance,
        closing(read_chunks(source, reading, notes.append)) as chunks,
    ):

        def predict(chunk: tuple[int, list[Record], float]) -> tuple[list[Record], float, int]:
            before, records, share = chunk
            missing = add_predictions(
                classifier, records, columns, display_name(source), before,
                threshold=threshold, top_k=top_k, at_least_one=at_least_one, batch_size=batch_size,
            )  # fmt: skip
            return records, share, missing

        for records, share, missing in _one_ahead(predict, _numbered(chunks)):
            to_review = without_label(records)
            with _encodable(source):
                writer.write(records)
                if reviewer is not None:
                    if not done["rows"]:
                        reviewer.start(records)
                    reviewer.write(to_review)
            done.update(rows=len(records), without_text=missing, without_label=len(to_review))
            advance(share)
        if not done["rows"]:
            raise DataError(f"{display_name(source)}: no row to predict; expected at least one")
    return FilePrediction(done["rows"], done["without_text"], tuple(notes), done["without_label"])


def _check_outputs(source: Path, target: Path, review: Path | None) -> None:
    for option, path in (("--output", target), ("--review", review)):
        if path is None:
            continue
        output_format(path)  # refused before the minutes that predicting takes
        if path.exists() and source.exists() and path.samefile(source):
            raise OutputError(f"{path}: this is the input; name another {option}")
    if review is not None and review.resolve() == target.resolve():
        raise OutputError(f"{review}: this is the --output; name another --review")


@contextmanager
def _written(path: Path, names: tuple[str, ...], schema: Any) -> Iterator[Writer]:
    """Give a writer of rows with predictions; the file appears when the block ends well."""
    probabilities = [probability_column(name) for name in names]
    with (
        new_file(path, replace=True) as file,
        closing(build_writer(
            file, output_format(path), label_separator(names), labels=PREDICTED, probabilities=probabilities,
            schema=schema,
        )) as writer,
    ):  # fmt: skip
        yield writer


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
            f"{display_name(source)}: {error.object[error.start]!r} is half of a surrogate pair, not a character; "
            "remove it, or write .jsonl"
        ) from error


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

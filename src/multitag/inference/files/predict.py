"""Every row of a file predicted and written, a chunk at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeVar

from multitag.data.phrases import count_noun
from multitag.data.readers.records import ReadOptions, Record
from multitag.data.readers.stream import read_chunks
from multitag.data.readers.table_file import display_name
from multitag.data.texts import TextColumns
from multitag.data.unknown_tokens import UnknownTally
from multitag.errors import DataError
from multitag.inference.classifier import Classifier
from multitag.inference.files.outputs import OpenOutputs, Outputs
from multitag.inference.files.pre_annotations import Predictor, import_note
from multitag.inference.files.rows import ERROR, add_predictions, columns_of_export
from multitag.inference.options import PredictOptions, ToolName
from multitag.paths import as_path
from multitag.stages.bar import progress_bar

DEFAULTS = PredictOptions()
BLOCK = 512  # rows

Item = TypeVar("Item")
Chunk = tuple[list[Record], float]  # rows, and the share of the file read with them


@dataclass(frozen=True)
class FilePrediction:
    """How many rows of a file were predicted.

    Parameters
    ----------
    rows : int
        Rows read, which are the rows written.
    without_text : int
        Of those, rows whose text is missing: their prediction is left empty.
    notes : tuple of str
        How the file was read, and anything odd about it or the texts.
    without_label : int
        Rows with a text for which no label was predicted; those of the review file, where one was asked for.
    with_error : int
        Where bad rows are kept: those without a prediction, for whichever reason.
    """

    rows: int
    without_text: int
    notes: tuple[str, ...] = ()
    without_label: int = 0
    with_error: int = 0

    def line(self, output: Path) -> str:
        """Return one line about the rows written to ``output``."""
        if self.with_error:
            return f"{output}: {self.rows} rows, {self.with_error} of them not predicted; column {ERROR!r} says why"
        empty = f", {self.without_text} of them without text and therefore not predicted" if self.without_text else ""
        return f"{output}: {self.rows} rows{empty}"

    def review_line(self, review: Path) -> str:
        """Return one line about the rows written to the review file."""
        return f"{review}: {self.without_label} rows where no label passes"


def predict_file(
    classifier: Classifier,
    source: str | Path,
    target: str | Path,
    *,
    text: str | Sequence[str] | None = None,
    options: PredictOptions = DEFAULTS,
    reading: ReadOptions | None = None,
    review: str | Path | None = None,
    format: ToolName | None = None,
) -> FilePrediction:
    """Predict every row of a file.

    The same rows and columns are written in the same order, followed by ``predicted_labels`` and one
    ``probability_<label>`` column per label, and, where bad rows are kept (``on_error="keep"``), by ``error``: why a
    row has no prediction. Memory use does not grow with the file.

    Parameters
    ----------
    classifier : Classifier
    source : str or Path
        A table file of any format, or ``-`` for standard input.
    target : str or Path
        CSV, TSV, JSONL or Parquet by its ending, not necessarily the format of the source. In CSV and TSV the
        labels of a row are joined by the first of comma, semicolon and pipe that no label contains; elsewhere they
        are a list. Replaced if it exists; appears only once it is complete.
    text : str or sequence of str, optional
        Column of the texts, or several that are joined, or read as a pair if the classifier was trained on pairs;
        by default those that it was trained on.
    options : PredictOptions, optional
    reading : ReadOptions, optional
        Delimiter, encoding and header of the source; detected if omitted.
    review : str or Path, optional
        A second file, for a person to look at: the rows with a text for which no label was predicted, as they are
        in ``target``. Only a header if there are none.
    format : {"label-studio", "doccano", "prodigy", "argilla"}, optional
        Write pre-annotations as this tool imports them, instead of a table: rows without a text are left out, and
        ``target`` ends in .json (Label Studio, Argilla) or .jsonl.

    Returns
    -------
    FilePrediction

    Raises
    ------
    DataError
        If the file or a column is missing, there is no row or, unless such rows are kept, one that cannot be read,
        or a column has the name of one to be added.
    OutputError
        If ``target`` or ``review`` is ``source``, both are the same file, or one cannot be written.
    ConfigError
        If an option is out of its range.
    """
    source = as_path(source, "source")
    outputs = Outputs(as_path(target, "target"), None if review is None else as_path(review, "review"), format)
    outputs.check(source)
    columns = TextColumns.of_bundle(classifier.bundle.manifest.data, [text] if isinstance(text, str) else text)
    notes: list[str] = []
    tally = UnknownTally()
    error_column = ERROR if options.on_error == "keep" else None
    with ExitStack() as opened:
        chunks: Iterator[Chunk] = opened.enter_context(
            closing(read_chunks(source, reading, notes.append, error_column=error_column))
        )
        if text is None:
            columns, chunks = _columns_and_chunks(columns, chunks, display_name(source), notes)
        predictor = Predictor.of_bundle(classifier.bundle, columns)
        if format is not None:
            notes.append(f"{target}: {import_note(format, predictor)}")
        opened_outputs = opened.enter_context(outputs.open(source, predictor))
        shown = opened.enter_context(progress_bar("predicting", total=1.0))
        thread = opened.enter_context(ThreadPoolExecutor(1))
        writing = _Writing(thread, opened_outputs, source, error_column)
        n_rows, without_text, read = 0, 0, 0.0
        for records, share in _read_ahead(thread, chunks):
            for block in _blocks(records):
                without_text += add_predictions(
                    classifier, block, columns, options, where=display_name(source), rows_before=n_rows, tally=tally
                )
                n_rows += len(block)
                shown.advance((share - read) * len(block) / len(records), len(block))
            read = share
            writing.begin(records)
        writing.finish()
        if not n_rows:
            raise DataError(f"{display_name(source)}: no row to predict; expected at least one")
    unpredicted = writing.with_error or without_text  # the first holds the second
    if format is not None and unpredicted:
        rows = count_noun(unpredicted, "row without a prediction is", "rows without a prediction are")
        notes.append(f"{display_name(source)}: {rows} left out")
    unknown = classifier.unknown_note(tally.total)
    notes += [unknown] if unknown else []
    return FilePrediction(n_rows, without_text, tuple(notes), writing.without_label, writing.with_error)


def _columns_and_chunks(
    columns: TextColumns, chunks: Iterator[Chunk], name: str, notes: list[str]
) -> tuple[TextColumns, Iterator[Chunk]]:
    """Return the columns of texts, which are those of an export where it lacks the bundle's, and all rows."""
    first = next(chunks, None)
    if first is None:
        return columns, chunks
    exported = columns_of_export(first[0], columns)
    if exported is not None:
        own, taken = columns.names[0], exported.names[0]
        notes.append(f"{name}: no column {own!r}; the texts are those of the export, {taken!r}")
    return exported or columns, chain([first], chunks)


class _Writing:
    """Rows written in a thread of its own, while the caller predicts the next ones, and counted."""

    def __init__(
        self, thread: ThreadPoolExecutor, outputs: OpenOutputs, source: Path, error_column: str | None
    ) -> None:
        self.without_label = self.with_error = 0
        self._thread, self._outputs, self._source, self._error_column = thread, outputs, source, error_column
        self._begun: Future[None] | None = None

    def begin(self, records: list[Record]) -> None:
        """Write rows, once those before are written."""
        self.finish()
        self._begun = self._thread.submit(self._write, records)

    def finish(self) -> None:
        """Wait for the rows that are being written."""
        if self._begun is not None:
            self._begun.result()

    def _write(self, records: list[Record]) -> None:
        with _encodable(self._source):
            self.without_label += self._outputs.write(records)
        if self._error_column is not None:
            self.with_error += sum(record.get(self._error_column) is not None for record in records)


def _read_ahead(beside: ThreadPoolExecutor, items: Iterator[Item]) -> Iterator[Item]:
    """Yield items, each read while the caller is busy with the one before.

    The caller predicts in its own thread, the one that Ctrl-C reaches. Reading and writing 8,807 descriptions took 7%
    of the processor's time, scoring them with int8 the rest.
    """
    coming = beside.submit(next, items, None)
    while (item := coming.result()) is not None:
        coming = beside.submit(next, items, None)
        yield item


def _blocks(records: list[Record]) -> Iterator[list[Record]]:
    """Divide rows that were read at once into those predicted at once, after which the bar moves: a few seconds'."""
    return (records[start : start + BLOCK] for start in range(0, len(records), BLOCK))


@contextmanager
def _encodable(source: Path) -> Iterator[None]:
    """Turn the error about a character that only JSON can hold, in any column but the text, into one line."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise DataError(
            f"{display_name(source)}: {error.object[error.start]!r} is half of a surrogate pair, not a character; "
            "remove it, or write .jsonl"
        ) from error

"""Where predictions go: a table or a tool's file, and another for a person to review."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from multitag.atomic import new_file
from multitag.data.label_formats.cells.formats import SEPARATORS
from multitag.data.readers.columnar import parquet_schema
from multitag.data.readers.records import Record
from multitag.errors import OutputError
from multitag.evaluation.held_out import probability_column
from multitag.inference.files.pre_annotations import PreAnnotationWriter, Predictor, check_ending
from multitag.inference.files.rows import PREDICTED, without_label
from multitag.inference.files.writers import Writer, build_writer, output_format
from multitag.inference.options import ToolName


@dataclass(frozen=True)
class Outputs:
    """The files of a prediction, before they are opened.

    Parameters
    ----------
    target : Path
        Gets all rows.
    review : Path or None
        Gets those for a person to look at.
    tool : {"label-studio", "doccano", "prodigy", "argilla"} or None
        Whose pre-annotations are written instead of a table.
    """

    target: Path
    review: Path | None
    tool: ToolName | None

    def check(self, source: Path) -> None:
        """Refuse, before the minutes that predicting may take, what cannot be written.

        Raises
        ------
        OutputError
            If an ending is unknown, a file is the source, or both are the same.
        """
        for option, path in (("--output", self.target), ("--review", self.review)):
            if path is None:
                continue
            if self.tool is None:
                output_format(path)
            else:
                check_ending(path, self.tool)
            if path.exists() and source.exists() and path.samefile(source):
                raise OutputError(f"{path}: this is the input; name another {option}")
        if self.review is not None and self.review.resolve() == self.target.resolve():
            raise OutputError(f"{self.review}: this is the --output; name another --review")

    @contextmanager
    def open(self, source: Path, predictor: Predictor) -> Iterator[OpenOutputs]:
        """Open them; they appear when the block ends without an error.

        Parameters
        ----------
        source : Path
            Whose types of columns a Parquet file keeps, if it is one, too.
        predictor : Predictor
        """
        with ExitStack() as opened:
            open_writer = self._writers(source, predictor)
            writer = opened.enter_context(open_writer(self.target))
            reviewer = None if self.review is None else opened.enter_context(open_writer(self.review))
            yield OpenOutputs(writer, reviewer)

    def _writers(self, source: Path, predictor: Predictor) -> Callable[[Path], AbstractContextManager[Writer]]:
        if self.tool is not None:
            return partial(_open_tool_file, tool=self.tool, predictor=predictor)
        schema = parquet_schema(source) if source.suffix.lower() == ".parquet" and source.is_file() else None
        return partial(_open_table, names=predictor.names, schema=schema)


@dataclass(eq=False)
class OpenOutputs:
    """The files of a prediction, being written.

    Parameters
    ----------
    writer : Writer
    reviewer : Writer or None
    """

    writer: Writer
    reviewer: Writer | None
    _begun: bool = False

    def write(self, records: list[Record]) -> int:
        """Write rows with their predictions; return how many of them have a text and no label."""
        to_review = without_label(records)
        self.writer.write(records)
        if self.reviewer is not None:
            if not self._begun:
                self.reviewer.start(records)
            self.reviewer.write(to_review)
        self._begun = True
        return len(to_review)


@contextmanager
def _open_table(path: Path, names: tuple[str, ...], schema: Any) -> Iterator[Writer]:
    with (
        new_file(path, replace=True) as file,
        closing(build_writer(
            file, output_format(path), label_separator(names), labels=PREDICTED,
            probabilities=[probability_column(name) for name in names], schema=schema,
        )) as writer,
    ):  # fmt: skip
        yield writer


@contextmanager
def _open_tool_file(path: Path, tool: ToolName, predictor: Predictor) -> Iterator[Writer]:
    with new_file(path, replace=True) as file, closing(PreAnnotationWriter(file, tool, predictor)) as writer:
        yield writer


def label_separator(label_names: tuple[str, ...]) -> str:
    """Return what joins labels in a cell: the first separator that no label contains, else a comma."""
    return next((mark for mark in SEPARATORS if not any(mark in name for name in label_names)), SEPARATORS[0])

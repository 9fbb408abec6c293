"""What one process does: it keeps a model, and scores a part at a time from its file to the output."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from multitag.config import DeviceName
from multitag.data.texts import TextColumns
from multitag.errors import BundleError, DataError, describe_error
from multitag.extras import import_extra
from multitag.inference.classifier import Classifier, load
from multitag.inference.options import PredictOptions
from multitag.scale.formats.delimited import DelimitedFile
from multitag.scale.formats.json_lines import read_json_lines
from multitag.scale.formats.parquet import read_parquet
from multitag.scale.formats.part import Part, Row
from multitag.scale.locations import SourceFile, open_location
from multitag.scale.output import OutputFolder
from multitag.scale.plan import Recipe, buffered
from multitag.scale.rows import BadRowsError, ScoredRows, score_rows
from multitag.scale.table import output_schema, output_table, quarantine_line

Load = Callable[..., Classifier]
THREADS = ("OMP_NUM_THREADS", "RAYON_NUM_THREADS", "OPENBLAS_NUM_THREADS")
KILLED = "the process that scored it ended, each time"
GROUP_ROWS = 16_384  # rows of a row group in the output


@dataclass(frozen=True)
class Order:
    """All that a worker must know, but for the parts.

    Parameters
    ----------
    bundle : str
        Where the bundle is, if the worker's machine has it there.
    recipe : Recipe
    files : tuple of SourceFile
    input, output : str
        As the user gave them, or absolute.
    plan : str
        Digest of the plan.
    id_type : str or None
    threads : int
    most_bad : int
        Rows of a part that may be set aside.
    device : {"auto", "cpu", "cuda"}
    gpu_share : float
        Of a GPU, that the worker takes.
    """

    bundle: str
    recipe: Recipe
    files: tuple[SourceFile, ...]
    input: str
    output: str
    plan: str
    id_type: str | None
    threads: int
    most_bad: int
    device: DeviceName = "cpu"
    gpu_share: float = 0.0


@dataclass(frozen=True)
class PartScored:
    """What became of a part.

    Parameters
    ----------
    rows : int
        Written.
    bad_rows : int
        Set aside.
    without_text : int
        Written without a prediction.
    peak_bytes : int
        Largest memory of the process so far.
    computed : str
        Backend and device.
    """

    rows: int
    bad_rows: int
    without_text: int
    peak_bytes: int
    computed: str


class Worker:
    """A model, and what it scores.

    Parameters
    ----------
    order : Order
    fetch : callable or None
        Returns the zip of the bundle, for machines that do not have it.
    load_classifier : callable
        As :func:`multitag.load`.

    Raises
    ------
    BundleError
        If it is not the bundle that was asked for, or this machine does not have it.
    DataError
        If this machine does not see the output or the input.
    """

    def __init__(self, order: Order, fetch: Callable[[], bytes] | None = None, load_classifier: Load = load) -> None:
        for name in THREADS:  # read once, as their libraries are loaded
            os.environ[name] = str(order.threads)
        self.order, recipe = order, order.recipe
        self.input, self.output = open_location(order.input), OutputFolder(open_location(order.output))
        self._refuse_unseen()
        with _bundle_path(order, fetch) as path:
            self.classifier = load_classifier(
                path, backend=recipe.backend, device=order.device, threads=order.threads, long=recipe.long,
                pool=recipe.pool, policy=recipe.policy,
            )  # fmt: skip
        self.classifier.close()  # an unpacked zip is in memory by now, and a process that is killed removes nothing
        if self.classifier.bundle.manifest.digest != recipe.bundle:
            raise BundleError(f"{order.bundle}: on {_node()} this is another bundle than the one the job began with")
        self.columns = TextColumns.of_bundle(self.classifier.bundle.manifest.data, recipe.text)
        self.options = PredictOptions(recipe.threshold, recipe.top_k, recipe.at_least_one, recipe.batch_size)
        self.schema = output_schema(self.classifier.label_names, order.id_type)

    def score_part(self, part: Part, killers: frozenset[int] = frozenset()) -> PartScored:
        """Score a part and commit it.

        Parameters
        ----------
        part : Part
        killers : frozenset of int
            Positions of rows that ended their process; they are set aside without being scored.

        Raises
        ------
        DataError
            If the file is damaged or was changed.
        BadRowsError
            If it has more bad rows than may be set aside.
        OSError
            If the file cannot be read or the part not written; the caller tries again.
        """
        parquet: Any = import_extra("pyarrow.parquet", "ray")
        metadata = {"multitag.plan": self.order.plan, "multitag.bundle": self.order.recipe.bundle}
        counts: Counter[str] = Counter()
        aside: list[str] = []

        def write(file: Any) -> list[str]:  # block by block: memory does not grow with the part
            with parquet.ParquetWriter(file, self.schema.with_metadata(metadata)) as writer:
                for table in self._tables(part, killers, counts, aside):
                    writer.write_table(table)
            return aside

        self.output.commit_part(part.number, write)
        computed = f"{self.classifier.backend} on {self.classifier.device}"
        return PartScored(counts["rows"], len(aside), counts["without_text"], peak_bytes(), computed)

    def probe(self, part: Part, start: int, stop: int) -> list[int]:
        """Score the rows of a part from one ordinal to another, write nothing, and return the positions of all."""
        positions: list[int] = []
        for rows in self._blocks(part):
            first = len(positions)
            positions += [row.position for row in rows]
            chosen = rows[max(start - first, 0) : max(stop - first, 0)]
            if chosen:
                self._score(chosen, len(chosen))
        return positions

    def _tables(
        self, part: Part, killers: frozenset[int], counts: Counter[str], aside: list[str]
    ) -> Iterator[Any]:
        """Yield the scored rows of a part, about as many at once as a row group has."""
        arrow: Any = import_extra("pyarrow", "ray")
        source = self.order.files[part.file].path
        group: list[Any] = []
        for rows in self._blocks(part):
            rows = [replace(row, error=KILLED) if row.position in killers else row for row in rows]
            try:
                scored = self._score(rows, self.order.most_bad - len(aside))
            except BadRowsError as error:
                raise BadRowsError(f"{source}, {error}") from error
            aside += [quarantine_line(rows[index], error, source) for index, error in sorted(scored.errors.items())]
            group.append(output_table(
                self.schema, self.classifier.label_names, rows, scored, source=source,
                digest=self.order.recipe.bundle, id_column=self.order.recipe.id,
            ))  # fmt: skip
            counts.update(rows=group[-1].num_rows, without_text=group[-1].num_rows - len(scored.with_text))
            if sum(table.num_rows for table in group) >= GROUP_ROWS:
                yield arrow.concat_tables(group)
                group = []
        if group:
            yield arrow.concat_tables(group)

    def _score(self, rows: list[Row], most_bad: int) -> ScoredRows:
        return score_rows(self.classifier, rows, self.columns, self.options, most_bad)

    def _blocks(self, part: Part) -> Iterator[list[Row]]:
        """Read the rows of a part in blocks, from a file that is still the one that was planned."""
        arrow: Any = import_extra("pyarrow", "ray")
        file, recipe = self.order.files[part.file], self.order.recipe
        info = self.input.filesystem.get_file_info(file.path)
        if (info.size, info.mtime_ns or 0) != (file.size, file.modified):
            raise DataError(f"{file.path}: changed while it was being scored; score it into a new folder")
        with self.input.filesystem.open_input_file(file.path) as opened:
            try:
                if file.kind == "parquet":
                    yield from read_parquet(opened, part, recipe.columns)
                elif file.kind == "jsonl":
                    yield from read_json_lines(buffered(opened), part, recipe.columns)
                else:
                    yield from DelimitedFile(buffered(opened), file.path, recipe.delimiter).read(part, recipe.columns)
            except (arrow.ArrowInvalid, arrow.ArrowTypeError, arrow.ArrowNotImplementedError) as error:
                raise DataError(f"{file.path}: not a readable {file.kind} file: {describe_error(error)}") from error

    def _refuse_unseen(self) -> None:
        """Check that this machine sees the input, and the output that was begun."""
        remedy = "use a disk that all machines share, or s3://"
        first = self.order.files[0].path
        if not self.input.filesystem.get_file_info(first).is_file:
            raise DataError(f"{first}: is not there on {_node()}; {remedy}")
        if self.output.read_plan() is None:
            raise DataError(f"{self.order.output}: is not the folder of this job on {_node()}; {remedy}")


def peak_bytes() -> int:
    """Return the largest memory that this process had so far; 0 where the system does not tell."""
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


@contextmanager
def _bundle_path(order: Order, fetch: Callable[[], bytes] | None) -> Iterator[Path]:
    """Find the bundle on this machine, or unpack the one that was sent."""
    if Path(order.bundle).exists():
        yield Path(order.bundle)
        return
    if fetch is None:
        raise BundleError(f"{order.bundle}: is not there on {_node()}; put it on a disk that all machines share")
    with tempfile.TemporaryDirectory(prefix="multitag-") as folder:
        path = Path(folder, "bundle.zip")
        path.write_bytes(fetch())
        yield path


def _node() -> str:
    return f"machine {platform.node()}"

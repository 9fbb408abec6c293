"""One function for engines that read and write themselves: Ray Data's map_batches, Spark's mapInPandas."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from multitag.config import BackendName, DeviceName, PolicyName
from multitag.config.score import require_one_backend
from multitag.data.texts import TextColumns
from multitag.errors import DataError
from multitag.evaluation.held_out import probability_column
from multitag.extras import import_extra
from multitag.inference.classifier import Classifier, load
from multitag.inference.files.rows import ERROR, PREDICTED
from multitag.inference.options import PredictOptions
from multitag.scale.formats.part import Row
from multitag.scale.rows import score_rows
from multitag.scale.table import BUNDLE, prediction_columns
from multitag.scale.worker import THREADS

ScoreBatch = Callable[[Any], Any]


def batch_scorer(
    bundle: str | Path,
    *,
    text: str | tuple[str, ...] | None = None,
    threads: int = 1,
    backend: BackendName = "auto",
    device: DeviceName = "auto",
    policy: PolicyName | None = None,
    options: PredictOptions | None = None,
) -> ScoreBatch:
    """Return a function that adds predictions to batches of rows, wherever it is sent.

    Each process loads the bundle once, as its first batch comes. The columns of a batch stay, followed by
    ``predicted_labels``, a ``probability_<label>`` for each label, ``bundle``, the digest of the bundle's manifest, and
    ``error``: why a row could not be scored, null for all others. A row that breaks a batch is found by bisection.

    Parameters
    ----------
    bundle : str or Path
        Where every machine has it.
    text : str or tuple of str, optional
        Column of the texts; by default the bundle's.
    threads : int, default 1
        Of each process.
    backend, device, policy
        As in :func:`multitag.load`; ``"fast"`` is refused, as each process would choose for itself.
    options : PredictOptions, optional

    Returns
    -------
    callable
        Takes a pandas DataFrame, an Arrow table, or a dict of arrays, and returns the same (of a dict a table, which
        Ray Data takes too); or takes an iterator of these, as Spark has it, and returns one.

    Examples
    --------
    ``dataset.map_batches(batch_scorer("/shared/bundle"), batch_format="pyarrow")`` in Ray Data, and
    ``frame.mapInPandas(batch_scorer("/shared/bundle"), schema)`` in Spark, where the schema is that of the frame
    with :func:`added_columns` behind it.
    """
    require_one_backend(backend)
    key = (str(bundle), threads, backend, device, policy)
    named = (text,) if isinstance(text, str) else text
    chosen = options or PredictOptions()
    chosen.check_policy(policy)

    def score(batch: Any) -> Any:
        if isinstance(batch, Iterator):
            return map(score, batch)
        classifier = _loaded(*key)
        if hasattr(batch, "iloc") and hasattr(batch, "columns"):
            added = _predict(classifier, batch.to_dict("series"), len(batch), named, chosen)
            return batch.assign(**{name: column.to_pandas().to_numpy() for name, column in added.items()})
        arrow: Any = import_extra("pyarrow", "ray")
        if not isinstance(batch, (Mapping, arrow.Table, arrow.RecordBatch)):
            raise DataError(f"expected a DataFrame, an Arrow table or a dict of arrays, got {type(batch).__name__}")
        table = arrow.table(batch)
        for name, column in _predict(classifier, dict(zip(table.column_names, table.columns, strict=True)),
                                     table.num_rows, named, chosen).items():  # fmt: skip
            table = table.append_column(name, column)
        return table

    return score


def added_columns(bundle: str | Path) -> str:
    """Return the columns that a scorer of this bundle adds, as Spark's DDL.

    Examples
    --------
    Such as ``predicted_labels array<string>, `probability_Drama` float, bundle string, error string``.
    """
    with load(bundle, threads=1) as classifier:
        names = [probability_column(name).replace("`", "``") for name in classifier.label_names]
    columns = [f"{PREDICTED} array<string>", *(f"`{name}` float" for name in names)]
    return ", ".join([*columns, f"{BUNDLE} string", f"{ERROR} string"])


@cache
def _loaded(
    bundle: str, threads: int, backend: BackendName, device: DeviceName, policy: PolicyName | None
) -> Classifier:
    """Load a bundle, once in a process."""
    for name in THREADS:
        os.environ.setdefault(name, str(threads))
    return load(bundle, backend=backend, device=device, threads=threads, policy=policy)


def _predict(
    classifier: Classifier, cells: Mapping[str, Any], n_rows: int, text: tuple[str, ...] | None, options: PredictOptions
) -> dict[str, Any]:
    """Return the columns to add to a batch, as Arrow arrays."""
    arrow: Any = import_extra("pyarrow", "ray")
    columns = TextColumns.of_bundle(classifier.bundle.manifest.data, text)
    missing = next((name for name in columns.names if name not in cells), None)
    if missing is not None:
        present = ", ".join(map(repr, cells))
        raise DataError(f"the batch has no column {missing!r}; name another with text=; its columns are {present}")
    added = {PREDICTED, BUNDLE, ERROR, *map(probability_column, classifier.label_names)}
    clash = next((name for name in cells if name in added), None)
    if clash is not None:
        raise DataError(f"the batch has a column {clash!r}, which would be there twice; rename or drop it")
    records = zip(*(_cells(cells[name]) for name in columns.names), strict=True)
    rows = [Row(index, dict(zip(columns.names, record, strict=True))) for index, record in enumerate(records)]
    scored = score_rows(classifier, rows, columns, options, n_rows)
    errors = [scored.errors.get(index) for index in range(n_rows)]
    return {
        **prediction_columns(classifier.label_names, n_rows, scored),
        BUNDLE: arrow.array([classifier.bundle.manifest.digest] * n_rows, arrow.string()),
        ERROR: arrow.array(errors, arrow.string()),
    }


def _cells(column: Any) -> list[Any]:
    return list(column.to_pylist() if hasattr(column, "to_pylist") else column.tolist())

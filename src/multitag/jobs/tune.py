"""``multitag tune``: thresholds for another objective or on other rows; the model stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.atomic import refuse_existing
from multitag.bundle.address import HubAddress
from multitag.bundle.read import Bundle, open_bundle
from multitag.bundle.write import refuse_inside, replace_files
from multitag.config import BackendName, EvaluationConfig
from multitag.config.objective import check_costs_given, parse_objective
from multitag.data.table import Table
from multitag.errors import BundleError, DataError
from multitag.evaluation.held_out import OUT_OF_FOLD, HeldOut
from multitag.evaluation.thresholds.costs import read_costs
from multitag.evaluation.thresholds.retune import Retuned, retune_thresholds
from multitag.inference.classifier import Classifier
from multitag.jobs.labelled_rows import (
    TOO_GOOD,
    encode_labels,
    is_trained_on,
    labels_without_column,
    read_labelled,
    table_notes,
)
from multitag.jobs.run_folder import RunFolder
from multitag.jobs.scored_texts import score_in_blocks
from multitag.jobs.tuned_files import changed_files
from multitag.paths import as_path
from multitag.stages import stage


@dataclass(frozen=True)
class ScoredRows:
    """Labelled rows that a model has scored.

    Parameters
    ----------
    y_true : ndarray of int, shape (n_rows, n_labels)
        0 and 1, and UNKNOWN where nobody judged.
    y_prob : ndarray of float, shape (n_rows, n_labels)
        Calibrated probabilities in [0, 1].
    name : str
        What to call them, such as ``"films.csv, 60 rows"``.
    notes : tuple of str
        What to know about them, in sentences.
    tuned_before : bool
        Whether the bundle's thresholds were tuned on them.
    """

    y_true: NDArray[Any]
    y_prob: NDArray[np.floating]
    name: str
    notes: tuple[str, ...]
    tuned_before: bool


def tune_bundle(
    path: str | Path,
    data: Any = None,
    *,
    objective: str = "f1",
    costs: str | Path | None = None,
    out: str | Path | None = None,
    backend: BackendName = "auto",
    quarantine: str | Path | None = None,
    **reading: Any,
) -> tuple[Retuned, tuple[str, ...]]:
    """Tune the thresholds of a bundle again and write them into it.

    Parameters
    ----------
    path : str or Path
        Folder of the bundle; changed as a whole or not at all, unless ``out``. Or a zip, with ``out``.
    data : str, Path or sequence of those, optional
        Labelled rows that the model was not trained on, as :func:`multitag.read_table` takes them. If omitted, the rows
        that the bundle's run held out, from probabilities.parquet beside the bundle: out of fold, or for validation.
    objective : str
        What to tune for, see :func:`multitag.evaluation.thresholds.tune.tune_thresholds`.
    costs : str or Path, optional
        With the objective ``"cost"``: a file with the costs of each label, see
        :func:`multitag.evaluation.thresholds.costs.read_costs`.
    out : str or Path, optional
        Write the bundle with the new thresholds here; must not exist. The old one stays as it is.
    backend : {"auto", "fast", "onnx", "onnx-int8", "openvino", "torch"}
        Computes the probabilities, as in :func:`multitag.load`.
    quarantine : str or Path, optional
        A CSV file for the rows of ``data`` that cannot be used.
    **reading
        Settings of :class:`~multitag.config.TableConfig` by which ``data`` is read, where not as the bundle's own was.

    Returns
    -------
    retuned : Retuned
        The thresholds, and metrics before and after.
    notes : tuple of str
        What to know about the rows, in sentences.

    Raises
    ------
    BundleError
        If it is not a whole bundle, or a zip without ``out``.
    DataError
        If the rows cannot be read, are too few, or have a label that the bundle does not.
    ConfigError
        If there is no such objective, or the costs do not go with it.
    OutputError
        If the bundle or ``out`` cannot be written.
    MissingExtraError
        If a package that reading the rows needs is not installed.
    """
    check_costs_given(parse_objective(objective), costs is not None)
    path = as_path(path, "path")
    out = None if out is None else as_path(out, "out")
    if out is None and HubAddress.parse(path) is not None:
        raise BundleError(f"{HubAddress.parse(path)}: is on the hub; name a folder for the new bundle with --out")
    if out is None and path.is_file():
        raise BundleError(f"{path}: a zip is not changed; name a folder for the new bundle with --out")
    if out is not None:
        refuse_inside(out, path)
        refuse_existing(out)
    with open_bundle(path) as bundle:
        label_costs = None if costs is None else read_costs(as_path(costs, "costs"), bundle.label_set.names)
        if data is None:
            rows = _read_held_out(bundle, RunFolder(path.resolve().parent).probabilities)
        else:
            with stage("reading"):
                table = read_labelled(bundle, data, quarantine, **reading)
            rows = _score(bundle, table, backend)
        with stage("thresholds"):
            retuned = retune_thresholds(
                rows.y_true, rows.y_prob, bundle.thresholds, tuned_on=rows.name, seed=bundle.manifest.seed,
                resamples=EvaluationConfig.resamples, objective=objective, costs=label_costs,
                same_rows=rows.tuned_before,
            )  # fmt: skip
        files, notes = changed_files(bundle, retuned)
        replace_files(bundle, files, out)
    return retuned, (*rows.notes, *notes)


def _score(bundle: Bundle, table: Table, backend: BackendName) -> ScoredRows:
    if absent := labels_without_column(bundle, table):
        raise DataError(
            f"{table.source}: {len(absent)} label(s) of the bundle have no column, such as {absent[0]!r}; nothing can "
            "be tuned for them on these rows; name their columns with --label-columns"
        )
    y_true = encode_labels(bundle, table)
    y_prob = score_in_blocks(Classifier(bundle, backend), table.texts)
    name, notes = f"{table.source}, {len(table)} rows", table_notes(table)
    if is_trained_on(bundle.manifest.data, table):
        name += ", which the model was trained on"
        notes += (
            f"these are the rows that the model was trained on: {TOO_GOOD}; name other rows, or none to use those that "
            "its run held out",
        )
    return ScoredRows(y_true, y_prob, name, notes, bundle.thresholds.tuned_on == name)


def _read_held_out(bundle: Bundle, path: Path) -> ScoredRows:
    if not path.is_file():
        raise DataError(f"{path}: no such file; name labelled rows: multitag tune BUNDLE DATA")
    saved = HeldOut.load(path)
    if saved.label_names != bundle.label_set.names:
        raise DataError(f"{path}: its labels are not those of the bundle; it belongs to another run")
    sides = {OUT_OF_FOLD: "out-of-fold probabilities", "validation": "validation"}  # as the training calls them
    side = next((side for side in sides if side in saved.side), None)
    if side is None:
        raise DataError(f"{path}: the run held out no validation rows; name rows that the model was not trained on")
    rows = saved.of_side(side)
    name = f"{sides[side]}, {len(rows)} rows"
    note = f"tuned on the rows that the run held out: {name}, from {path}"
    y_prob = bundle.calibration.apply(rows.y_raw)
    return ScoredRows(rows.y_true, y_prob, name, (note,), bundle.thresholds.tuned_on == name)

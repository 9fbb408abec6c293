"""A bundle's thresholds, tuned again for another objective or on other rows; the model stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.atomic import refuse_existing
from multitag.bundle.read import Bundle, open_bundle
from multitag.bundle.write import refuse_inside, replace_files
from multitag.config import BackendName, EvaluationConfig
from multitag.config.objective import check_costs_given, parse_objective
from multitag.data.read import load_tables, settings_of_bundle
from multitag.data.table import Table
from multitag.errors import BundleError, DataError
from multitag.evaluation.held_out import OUT_OF_FOLD, HeldOut
from multitag.evaluation.thresholds.costs import read_costs
from multitag.evaluation.thresholds.retune import Retuned, retune_thresholds
from multitag.inference.classifier import Classifier
from multitag.jobs.evaluate import encode_labels
from multitag.jobs.tuned_files import changed_files

HELD_OUT = "probabilities.parquet"  # beside a bundle that is in the folder of its run


@dataclass(frozen=True)
class Scored:
    """Labelled rows that a model has scored.

    Parameters
    ----------
    y_true : ndarray of int, shape (n_rows, n_labels)
        0 and 1.
    y_prob : ndarray of float, shape (n_rows, n_labels)
        Calibrated probabilities in [0, 1].
    name : str
        What they are, such as ``"films.csv, 60 rows"``.
    notes : tuple of str
        What to know of them.
    """

    y_true: NDArray[Any]
    y_prob: NDArray[np.floating]
    name: str
    notes: tuple[str, ...]


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
        Labelled rows that the model was not trained on, as :func:`multitag.read_table` takes them. Without, those that
        the bundle's run held out, by probabilities.parquet beside the bundle: out of fold, or for validation.
    objective : str
        What to tune for, see :func:`multitag.evaluation.thresholds.thresholds.tune_thresholds`.
    costs : str or Path, optional
        With the objective ``"cost"``: a file of each label's, see
        :func:`multitag.evaluation.thresholds.costs.read_costs`.
    out : str or Path, optional
        Write the bundle with the new thresholds there; must not exist. The old one stays as it is.
    backend : {"auto", "onnx", "onnx-int8", "torch"}
        What computes the probabilities.
    quarantine : str or Path, optional
        A CSV file for the rows of ``data`` that cannot be used.
    **reading
        Settings of :class:`~multitag.config.DataConfig` by which ``data`` is read, where not as the bundle's own was.

    Returns
    -------
    retuned : Retuned
        The thresholds, and figures before and after.
    notes : tuple of str
        What to know of the rows.

    Raises
    ------
    BundleError
        If it is not a whole bundle, or a zip without ``out``.
    DataError
        If the rows cannot be read, are too few, or have a label that the bundle does not know.
    ConfigError
        If there is no such objective, or the costs do not go with it.
    OutputError
        If the bundle or ``out`` cannot be written.
    MissingExtraError
        If what reading the rows takes is not installed.
    """
    check_costs_given(parse_objective(objective), costs is not None)
    if out is None and Path(path).is_file():
        raise BundleError(f"{path}: a zip is not changed; name a folder for the bundle with other thresholds: --out")
    if out is not None:
        refuse_inside(Path(out), Path(path))
        refuse_existing(Path(out))
    with open_bundle(path) as bundle:
        each_label = None if costs is None else read_costs(costs, bundle.label_set.names)
        if data is None:
            rows = _held_out(bundle, Path(path).resolve().parent / HELD_OUT)
        else:
            config = settings_of_bundle(bundle.manifest.data, **reading)
            rows = _score(bundle, load_tables({"test": data}, config, quarantine)["test"], backend)
        retuned = retune_thresholds(
            rows.y_true, rows.y_prob, bundle.thresholds, tuned_on=rows.name, seed=bundle.manifest.seed,
            resamples=EvaluationConfig.resamples, objective=objective, costs=each_label,
        )  # fmt: skip
        files, notes = changed_files(bundle, retuned)
        replace_files(bundle.folder, files, out)
    return retuned, (*rows.notes, *notes)


def _score(bundle: Bundle, table: Table, backend: BackendName) -> Scored:
    y_true = encode_labels(bundle, table)
    y_prob = Classifier(bundle, backend).predict_proba(table.texts)
    name, notes = f"{table.source}, {len(table)} rows", [*table.notes, table.lines()[-1]]
    if table.fingerprint() == bundle.manifest.data.get("fingerprint"):
        name += ", which the model was trained on"
        notes.append(
            "these are the rows that the model was trained on: its probabilities are too good there, and so are the "
            "figures; give others, or none for those that its run held out"
        )
    return Scored(y_true, y_prob, name, tuple(notes))


def _held_out(bundle: Bundle, path: Path) -> Scored:
    if not path.is_file():
        raise DataError(f"{path}: not there; give labelled rows too: multitag tune BUNDLE DATA")
    saved = HeldOut.load(path)
    if saved.label_names != bundle.label_set.names:
        raise DataError(f"{path}: its labels are not those of the bundle; it is of another run")
    sides = {OUT_OF_FOLD: "out of fold", "validation": "validation"}
    side = next((each for each in sides if each in saved.side), None)
    if side is None:
        raise DataError(f"{path}: the run held no validation rows out; give rows that the model was not trained on")
    rows = saved.of_side(side)
    name = f"{sides[side]}, {len(rows)} rows"
    return Scored(rows.y_true, bundle.calibration.apply(rows.y_raw), name, (f"rows: {name}, of {path}",))

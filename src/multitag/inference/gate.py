"""Export with the gate: graphs are made, compared with the trained model, and kept only if they pass."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.atomic import system_errors_as_output_errors
from multitag.bundle.layout import ONNX, ONNX_INT8, ONNX_PARITY
from multitag.bundle.read import open_bundle
from multitag.bundle.strict_json import dump_json
from multitag.bundle.write import replace_files
from multitag.config import Pool, TableConfig
from multitag.data.reading import load_table, settings_of_bundle
from multitag.data.samples import SAMPLE_COLUMNS
from multitag.data.texts import Text
from multitag.errors import BundleError, ExportError
from multitag.evaluation.calibration import Calibration
from multitag.evaluation.thresholds import Thresholds
from multitag.inference.backends import Backend, TorchBackend
from multitag.inference.encoding import TextEncoder
from multitag.inference.export import export_onnx
from multitag.inference.onnx import OnnxBackend
from multitag.inference.parity import Parity, check_parity
from multitag.inference.quantise import arrange_for_int8, quantise_int8
from multitag.inference.scoring import score_texts
from multitag.inference.windows import choose_pool
from multitag.labels import LabelSet

MAX_GATE_ROWS = 1000  # enough to see a 1% change of decisions, little enough to take seconds
# int8 graphs tried, by the number of first layers left in fp32: such a layer takes almost three times as long, but the
# errors of the first pass through all others.
FP32_LAYERS = (0, 1, 2)


def export_checked(
    folder: Path,
    texts: Sequence[Text],
    y_true: NDArray[np.integer],
    label_set: LabelSet,
    thresholds: Thresholds,
    calibration: Calibration,
    *,
    sample: Sequence[Text],
    pool: Pool | None = None,
    model_prob: NDArray[np.floating] | None = None,
) -> list[Parity]:
    """Write ``onnx/`` beside a ``model/``: the graphs that pass the gate, and parity.json with all figures.

    Parameters
    ----------
    folder : Path
        Holds ``model``; gets ``onnx``.
    texts : sequence of str, length n_rows
        To compare on; the first 1000 are used.
    y_true : ndarray of int, shape (n_rows, n_labels)
    label_set : LabelSet
    thresholds : Thresholds
    calibration : Calibration
    sample : sequence of str
        Texts that the int8 graph's scales are chosen by, such as training texts.
    pool : {"mean", "max"}, optional
        Of the windows of long texts, as in :func:`~multitag.inference.scoring.score_texts`.
    model_prob : ndarray of float, shape (n_rows, n_labels), optional
        The model's probabilities of ``texts``, not calibrated, where they are known already.

    Returns
    -------
    list of Parity
        Of the fp32 and the int8 graph.

    Raises
    ------
    ExportError
        If the model is of a kind that cannot be traced; nothing is left then.
    MissingExtraError
        If what exporting needs is not installed.
    """
    texts, y_true = list(texts[:MAX_GATE_ROWS]), y_true[:MAX_GATE_ROWS]
    fp32, int8 = folder / ONNX, folder / ONNX_INT8
    encoder = TextEncoder(folder / "model")

    def score(backend: Backend) -> NDArray[np.float32]:
        return score_texts(encoder, backend, texts, len(label_set), pool=pool)

    if model_prob is None:
        model_prob = score(TorchBackend(folder / "model"))
    expected = calibration.apply(model_prob[:MAX_GATE_ROWS])

    def compare(path: Path, name: str) -> Parity:
        found = calibration.apply(score(OnnxBackend(path, name)))
        return check_parity(name, y_true, expected, found, label_set, thresholds)

    fp32.parent.mkdir()
    try:
        export_onnx(folder / "model", fp32)
    except ExportError:
        fp32.parent.rmdir()
        raise
    parities = [compare(fp32, "onnx")]
    graph = arrange_for_int8(folder / "model", fp32, sample)
    for layers in FP32_LAYERS:
        quantise_int8(graph, int8, layers)
        parity = replace(compare(int8, "onnx-int8"), fp32_layers=layers)
        if parity.passed:
            break
    parities.append(parity)
    for path, parity in zip((fp32, int8), parities, strict=True):
        if not parity.passed:
            path.unlink()
    (folder / ONNX_PARITY).write_bytes(dump_json(parity_facts(parities)))
    return parities


def parity_facts(parities: Sequence[Parity]) -> dict[str, Any]:
    """Give what parity.json holds: the figures of each graph by its name."""
    return {parity.graph: parity.to_dict() for parity in parities}


def parity_notes(parities: Sequence[Parity]) -> list[str]:
    """Say in plain sentences which graphs are in the bundle, and what they change."""
    notes = []
    for parity in parities:
        place = "is in the bundle" if parity.passed else f"is left out, as {parity.failure}"
        notes.append(
            f"the {parity.graph} graph {place}: on {parity.n_rows} texts its probabilities differ from the model's by "
            f"at most {parity.max_difference:.2g}, and {parity.flipped:.2%} of the decisions do"
        )
    return notes


def export_bundle(
    path: str | Path, data: str | Path, *, text: str | None = None, labels: str | None = None
) -> list[Parity]:
    """Export a bundle's model again and put the graphs that pass into the bundle.

    Parameters
    ----------
    path : str or Path
        Folder of the bundle; changed as a whole or not at all.
    data : str or Path
        Labelled rows to compare on, as :func:`multitag.read_table` takes them. Labels that the bundle does not know
        are left out: the comparison is of its own decisions.
    text, labels : str, optional
        Columns of ``data``; by default the packaged table's own, or those that the bundle was trained on.

    Returns
    -------
    list of Parity
        Of the fp32 and the int8 graph.

    Raises
    ------
    BundleError
        If it is not a whole bundle, or a zip.
    DataError
        If the rows cannot be read.
    ExportError
        If the model is of a kind that cannot be exported.
    MissingExtraError
        If what exporting needs is not installed.
    """
    if not Path(path).is_dir():
        raise BundleError(f"{path}: expected the folder of a bundle; unpack a zip first")
    with open_bundle(path) as bundle:
        given: dict[str, Any] = {"text": text, "labels": labels, "unlabelled": "keep"}
        if str(data) in SAMPLE_COLUMNS:
            config = TableConfig(**given)
        else:
            config = settings_of_bundle(bundle.manifest.data, **given)
        table = load_table(data, config)
        known_labels = set(bundle.label_set.names)
        y_true = bundle.label_set.encode([known_labels.intersection(row) for row in table.labels])
        with system_errors_as_output_errors(Path(path)), tempfile.TemporaryDirectory(prefix="multitag-") as name:
            scratch = Path(name)
            (scratch / "model").mkdir()
            for file in (bundle.folder / "model").iterdir():
                shutil.copyfile(file, scratch / "model" / file.name)
            parities = export_checked(
                scratch, table.texts, y_true, bundle.label_set, bundle.thresholds, bundle.calibration,
                sample=table.texts, pool=choose_pool(bundle.manifest),
            )  # fmt: skip
            made = {part: scratch / part for part in (ONNX, ONNX_INT8, ONNX_PARITY)}
            replace_files(path, {part: file if file.exists() else None for part, file in made.items()})
    return parities

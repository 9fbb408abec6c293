"""Export with the gate: graphs are made, compared with the trained model, and kept only if they pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.bundle.layout import ONNX, ONNX_INT8, ONNX_PARITY
from multitag.bundle.strict_json import dump_json
from multitag.config import Pool
from multitag.data.texts import Text
from multitag.errors import ExportError
from multitag.evaluation.calibration.calibration import Calibration
from multitag.evaluation.thresholds.thresholds import Thresholds
from multitag.export.parity import Parity, check_parity
from multitag.export.quantise import arrange_for_int8, quantise_int8
from multitag.export.trace import export_onnx
from multitag.inference.backends.backend import Backend
from multitag.inference.backends.onnx import OnnxBackend
from multitag.inference.backends.torch import TorchBackend
from multitag.inference.encoding import TextEncoder
from multitag.inference.scoring import score_texts
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

"""The export gate: graphs are written, compared with the trained model, and kept only if they pass."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from multitag.bundle.layout import ONNX, ONNX_INT8, ONNX_PARITY
from multitag.bundle.strict_json import dump_json
from multitag.config import Pool
from multitag.data.texts import Text
from multitag.errors import BundleError, ExportError, MissingExtraError, describe_error
from multitag.evaluation.decision_rules import DecisionRules
from multitag.export.parity import Parity, check_parity
from multitag.export.quantise import arrange_for_int8, quantise_int8
from multitag.export.trace import export_onnx
from multitag.extras import is_installed
from multitag.inference.backends.backend import Backend
from multitag.inference.backends.onnx import OnnxBackend
from multitag.inference.backends.torch import TorchBackend
from multitag.inference.encoding import TextEncoder
from multitag.inference.scoring import score_texts
from multitag.labels import LabelSet
from multitag.stages import stage

log = logging.getLogger("multitag")

MAX_GATE_ROWS = 1000  # enough to see 1% of the decisions change, few enough to take seconds
ALONE = 8  # texts scored one by one: a traced graph may run on batches of the shape that it was traced with only
N_GRAPHS = 3  # fp32, int8, and the first in bf16
# int8 graphs tried, by how many of the first layers stay in fp32: such a layer takes almost three times as long, but
# errors of the first layers pass through all later ones.
FP32_LAYERS = (0, 1, 2)


@dataclass(frozen=True, eq=False)
class GateRows:
    """Labelled rows on which graphs are compared with the trained model; only the first 1000 are used.

    Parameters
    ----------
    texts : sequence of str or of (str, str), length n_rows
    y_true : ndarray of int, shape (n_rows, n_labels)
        0 and 1, and UNKNOWN where nobody judged.
    model_prob : ndarray of float, shape (n_rows, n_labels), optional
        The trained model's probabilities, not calibrated; computed with torch if omitted.
    """

    texts: Sequence[Text]
    y_true: NDArray[np.integer]
    model_prob: NDArray[np.floating] | None = None

    def first(self, n_rows: int) -> Self:
        """Return the first rows."""
        model_prob = None if self.model_prob is None else self.model_prob[:n_rows]
        return replace(self, texts=list(self.texts[:n_rows]), y_true=self.y_true[:n_rows], model_prob=model_prob)


def export_checked(
    folder: Path,
    rows: GateRows,
    label_set: LabelSet,
    rules: DecisionRules,
    *,
    sample: Sequence[Text],
    pool: Pool | None = None,
) -> list[Parity]:
    """Write ``onnx/`` beside a ``model/``: the graphs that pass the gate, and parity.json with all measurements.

    Parameters
    ----------
    folder : Path
        Holds ``model``; gets ``onnx``.
    rows : GateRows
    label_set : LabelSet
    rules : DecisionRules
        Calibration and thresholds of the bundle: the gate compares the decisions that they lead to.
    sample : sequence of str or of (str, str)
        Texts that determine the int8 graph's scales, such as training texts.
    pool : {"mean", "max"}, optional
        Of the windows of long texts, as in :func:`~multitag.inference.scoring.score_texts`.

    Returns
    -------
    list of Parity
        Of the fp32 and the int8 graph; where OpenVINO is installed and this processor computes in bf16, of that too.

    Raises
    ------
    ExportError
        If the model is of a kind that cannot be traced, or whose graphs cannot be run; nothing is left then.
    MissingExtraError
        If a package that exporting needs is not installed.
    """
    rows = rows.first(MAX_GATE_ROWS)
    fp32, int8 = folder / ONNX, folder / ONNX_INT8
    encoder = TextEncoder(folder / "model")

    def score(backend: Backend) -> NDArray[np.float32]:
        return score_texts(encoder, backend, rows.texts, len(label_set), pool=pool)

    model_prob = score(TorchBackend(folder / "model")) if rows.model_prob is None else rows.model_prob
    model_prob = rules.calibration.apply(model_prob)

    def compare(backend: Backend) -> Parity:
        backend_prob = rules.calibration.apply(score(backend))
        return check_parity(backend.name, rows.y_true, model_prob, backend_prob, label_set, rules.thresholds)

    fp32.parent.mkdir()
    with stage("graphs", N_GRAPHS, even=False) as under_way, _nothing_left(folder):
        export_onnx(folder / "model", fp32)
        exact = OnnxBackend(fp32, "onnx")
        for text in rows.texts[:ALONE]:
            score_texts(encoder, exact, [text], len(label_set), pool=pool)
        parities = {fp32: compare(exact)}
        under_way.advance(said="int8")
        parities[int8] = _quantise_until_it_passes(folder / "model", fp32, int8, sample, compare)
        under_way.advance(said="bf16")
        bf16 = _compare_bf16(fp32, compare) if parities[fp32].passed else []
        under_way.advance()
    for path, parity in parities.items():
        if not parity.passed:
            path.unlink()
    compared = [*parities.values(), *bf16]
    (folder / ONNX_PARITY).write_bytes(dump_json(parity_facts(compared)))
    return compared


def _compare_bf16(fp32: Path, compare: Callable[[Backend], Parity]) -> list[Parity]:
    """Measure the fp32 graph in bf16, where there is what computes it: --fast will ask what came of it."""
    if not is_installed("openvino"):
        return []
    from multitag.inference.backends.openvino import OpenVinoBackend, computes_in_bf16

    if not computes_in_bf16():  # nor need a graph be compiled to know
        return []
    try:
        return [compare(OpenVinoBackend(fp32))]
    except BundleError as error:  # no reason to lose the graphs, which others can run
        log.warning("%s", str(error).replace(f"{fp32.parent.parent}/", ""))
        return []


@contextmanager
def _nothing_left(folder: Path) -> Iterator[None]:
    """Remove graphs that cannot be made or run, and tell why: an architecture may fail in any way, and anywhere."""
    try:
        yield
    except (OSError, MissingExtraError):  # a full disk, say: no fault of the model
        raise
    except Exception as error:
        shutil.rmtree((folder / ONNX).parent, ignore_errors=True)
        if isinstance(error, ExportError):
            raise
        reason = describe_error(error).replace(f"{folder}/", "")
        raise ExportError(f"the graph cannot be made or run ({type(error).__name__}: {reason})") from error


def _quantise_until_it_passes(
    model_folder: Path, fp32: Path, int8: Path, sample: Sequence[Text],
    compare: Callable[[Backend], Parity],
) -> Parity:
    """Write the int8 graph with as few layers in fp32 as the gate allows; the last one tried if none passes."""
    graph = arrange_for_int8(model_folder, fp32, sample)
    for layers in FP32_LAYERS:
        quantise_int8(graph, int8, layers)
        parity = replace(compare(OnnxBackend(int8, "onnx-int8")), fp32_layers=layers)
        if parity.passed:
            break
    return parity


def parity_facts(parities: Sequence[Parity]) -> dict[str, Any]:
    """Return what parity.json holds: the measurements of each graph by its name."""
    return {parity.graph: parity.to_dict() for parity in parities}


def parity_notes(parities: Sequence[Parity]) -> list[str]:
    """Return one sentence per graph: whether it is in the bundle, and how much its predictions differ."""
    notes = []
    for parity in parities:
        if parity.graph == "openvino":
            subject, place = "OpenVINO in bf16", "may be taken by --fast" if parity.passed else "is not taken by --fast"
        else:
            subject, place = f"the {parity.graph} graph", "is in the bundle" if parity.passed else "is left out"
        reason = "" if parity.passed else f" ({parity.failure})"
        notes.append(
            f"{subject} {place}{reason}: on {parity.n_rows} texts its probabilities differ from the model's by "
            f"at most {parity.max_difference:.2g}, and {parity.flipped:.2%} of its decisions differ"
        )
    return notes

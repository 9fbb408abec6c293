"""ONNX Runtime: predicting without torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.bundle.onnx_graph import check_graph
from multitag.errors import BundleError
from multitag.threads import available_cores

INPUTS = ["input_ids", "attention_mask"]
OUTPUT = "logits"
# ONNX Runtime's fused addition and norm computes row by row: 12% of an int8 batch, against 4% for the two apart.
SLOW_FUSIONS = ["SkipLayerNormFusion"]


class OnnxBackend:
    """A graph of the bundle in ONNX Runtime on the CPU.

    Parameters
    ----------
    path : Path
        ``model.onnx`` or ``model.int8.onnx`` of a verified bundle.
    name : str
        ``"onnx"`` or ``"onnx-int8"``.
    threads : int, optional
        Batches computed at once, and threads of one; by default one a core that this process may use.

    Raises
    ------
    BundleError
        If the graph needs anything but itself, ONNX Runtime cannot load it, or its inputs and output are not those
        of a bundle.
    """

    def __init__(self, path: Path, name: str, threads: int | None = None) -> None:
        import onnxruntime

        self.name, self.path = name, path
        check_graph(path, str(path))
        graph = path.read_bytes()
        options = onnxruntime.SessionOptions()
        # What was checked is ONNX: the bytes are not to be taken for ONNX Runtime's own format.
        options.add_session_config_entry("session.load_model_format", "ONNX")
        options.log_severity_level = 3  # errors only
        self.batches_at_once = options.intra_op_num_threads = threads or available_cores()
        # Threads that wait for work sleep instead of spinning: several batches, or processes, at once do not take
        # the cores from each other.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self.session: Any = onnxruntime.InferenceSession(
                graph, options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOW_FUSIONS
            )
        except Exception as error:  # the library raises classes of its own, which all derive from Exception only
            raise BundleError(f"{path}: ONNX Runtime cannot load it: {' '.join(str(error).split())[:300]}") from error
        found = [each.name for each in self.session.get_inputs()], [each.name for each in self.session.get_outputs()]
        if found != (INPUTS, [OUTPUT]):
            raise BundleError(f"{path}: expected inputs {INPUTS} and output {OUTPUT!r}, found {found}")

    def __call__(self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Score one batch; see :class:`~multitag.inference.backends.Backend`."""
        try:
            (logits,) = self.session.run([OUTPUT], {"input_ids": input_ids, "attention_mask": attention_mask})
        except Exception as error:  # as above
            reason = " ".join(str(error).split())[:300]
            raise BundleError(f"{self.path}: ONNX Runtime cannot run it: {reason}") from error
        return np.asarray(logits, dtype=np.float32)

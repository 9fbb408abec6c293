"""The OpenVINO backend: the fp32 graph of a bundle, computed in bf16 where the processor multiplies in it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.bundle.onnx_graph import check_graph
from multitag.errors import BundleError, describe_error
from multitag.extras import import_extra
from multitag.inference.backends.limits import BatchLimits
from multitag.inference.backends.onnx import INPUTS, OUTPUT, WORTH_ALL_THREADS
from multitag.threads import available_cores

TOKENS, TEXTS = 1024, 4096  # of a batch; from 512 to 4096 tokens a second differ by 7%
TELEMETRY = "openvino_telemetry"


class OpenVinoBackend:
    """The fp32 graph of a bundle in OpenVINO, on the CPU.

    Parameters
    ----------
    path : Path
        ``model.onnx`` of a verified bundle.
    threads : int, optional
        Batches computed at once, by one thread each; a single batch is divided among them. By default one per core
        that this process may run on.

    Raises
    ------
    MissingExtraError
        If OpenVINO is not installed.
    BundleError
        If the graph needs anything but itself, OpenVINO cannot load it, or its inputs and output are not those of a
        bundle's graph.
    """

    name = "openvino"

    def __init__(self, path: Path, threads: int | None = None) -> None:
        self.path, self.limits = path, BatchLimits(TOKENS, TEXTS)
        self.batches_at_once = threads or available_cores()
        openvino = import_openvino()
        core = openvino.Core()
        self.has_bf16 = _has_bf16(core)
        check_graph(path, str(path))
        try:
            model = core.read_model(BytesIO(path.read_bytes()))
            compiled = core.compile_model(model, "CPU", self._settings())
        except Exception as error:  # RuntimeError of every kind, and what its bindings raise
            raise BundleError(f"{path}: OpenVINO cannot load it: {describe_error(error)}") from error
        inputs, outputs = ([tensor.get_any_name() for tensor in part] for part in (model.inputs, model.outputs))
        if (inputs, outputs) != (INPUTS, [OUTPUT]):
            raise BundleError(f"{path}: expected inputs {INPUTS} and output {OUTPUT!r}, got {inputs} and {outputs}")
        self._n_words, self._n_positions = _count_words(model), _count_positions(model)
        self._requests: SimpleQueue[Any] = SimpleQueue()
        for _ in range(self.batches_at_once):
            self._requests.put(compiled.create_infer_request())
        # Its bindings set themselves up in the first call; two threads that make one together wait for each other.
        self(*np.ones((2, 1, 1), dtype=np.int64))

    @property
    def device(self) -> str:
        """``"cpu"`` with the arithmetic."""
        return f"cpu (OpenVINO, {'bf16' if self.has_bf16 else 'fp32'})"

    def __call__(self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Score one batch; see :class:`~multitag.inference.backends.backend.Backend`."""
        if input_ids.max() >= self._n_words:  # OpenVINO would take zeros in place of an embedding
            raise BundleError(
                f"{self.path}: the tokenizer returns token {input_ids.max()}, but the model has {self._n_words} tokens"
            )
        if input_ids.shape[1] > self._n_positions:  # its threads would read beyond the table, or fail at the next text
            raise BundleError(
                f"{self.path}: a text has {input_ids.shape[1]} tokens, but the model has {self._n_positions} positions"
            )
        request = self._requests.get()
        try:
            request.infer([input_ids, attention_mask], share_inputs=True)
            # Copied: the next batch takes the memory.
            return np.array(request.get_output_tensor(0).data, dtype=np.float32)
        except RuntimeError as error:
            raise BundleError(f"{self.path}: OpenVINO cannot run it: {describe_error(error)}") from error
        finally:
            self._requests.put(request)

    def alone(self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Score one batch, in as many parts as there are threads if there is enough work for that to be faster."""
        n_parts = min(self.batches_at_once, len(input_ids))
        if n_parts == 1 or input_ids.size < WORTH_ALL_THREADS:
            return self(input_ids, attention_mask)
        ids, masks = (np.array_split(rows, n_parts) for rows in (input_ids, attention_mask))
        with ThreadPoolExecutor(n_parts) as workers:
            return np.concatenate([*workers.map(self, ids, masks)])

    def _settings(self) -> dict[str, Any]:
        return {
            "INFERENCE_PRECISION_HINT": "bf16" if self.has_bf16 else "f32",
            "NUM_STREAMS": self.batches_at_once,
            "INFERENCE_NUM_THREADS": self.batches_at_once,
            # Two processes would pin their threads to the same cores.
            "ENABLE_CPU_PINNING": False,
            # Fused attention is slow at lengths that are no multiple of 16 tokens: 53 us a token at 31, against 39.
            "SNIPPETS_MODE": "DISABLE",
        }


def computes_in_bf16() -> bool:
    """Whether OpenVINO computes in bf16 on this processor.

    Raises
    ------
    MissingExtraError
        If OpenVINO is not installed.
    """
    return _has_bf16(import_openvino().Core())


def _has_bf16(core: Any) -> bool:
    return "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def import_openvino() -> Any:
    """Import OpenVINO without its telemetry, which writes to the home folder and reports every import to Intel.

    Raises
    ------
    MissingExtraError
        If OpenVINO is not installed.
    """
    if "openvino" in sys.modules or TELEMETRY in sys.modules:
        return import_extra("openvino", "openvino")
    sys.modules[TELEMETRY] = None  # type: ignore[assignment]  # as if it were not installed: a stub takes its place
    try:
        return import_extra("openvino", "openvino")
    finally:
        del sys.modules[TELEMETRY]


def _count_words(model: Any) -> int:
    """Return the number of rows of the table that token ids are looked up in; no bound where there is none."""
    readers = [reader.get_node() for reader in _readers(model.input(INPUTS[0]).get_node())]
    tables = [node.input(0).get_partial_shape() for node in readers if node.get_type_name() == "Gather"]
    return min((shape[0].get_max_length() for shape in tables if shape[0].is_static), default=sys.maxsize)


def _count_positions(model: Any) -> int:
    """Return the rows of the table of positions that is cut to a text's length; no bound where there is none.

    A table has a row for each position, of floats; a graph that torch traced cuts their numbers, (1, n_positions).
    """
    cuts = [node.input(0) for node in model.get_ops() if node.get_type_name() in ("Slice", "StridedSlice")]
    shapes = [cut.get_shape() for cut in cuts if cut.get_source_output().get_node().get_type_name() == "Constant"]
    return min((shape[1] if shape[0] == 1 else shape[0] for shape in shapes if len(shape) == 2), default=sys.maxsize)


def _readers(node: Any) -> Iterator[Any]:
    """Yield what reads the first output of a node, behind conversions too."""
    for reader in node.output(0).get_target_inputs():
        yield reader
        if reader.get_node().get_type_name() == "Convert":
            yield from _readers(reader.get_node())

"""The ONNX Runtime backend: predictions without torch."""

from __future__ import annotations

import re
import sys
from contextlib import redirect_stdout
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.bundle.onnx_graph import check_graph
from multitag.errors import BundleError, describe_error
from multitag.inference.backends.device import CPU, CUDA_PROVIDER, REMEDY, NoGpuError
from multitag.inference.backends.limits import GPU_TEXTS, GPU_TOKENS, BatchLimits, DeviceMemoryError
from multitag.threads import available_cores

INPUTS = ["input_ids", "attention_mask"]
OUTPUT = "logits"
# ONNX Runtime's fused addition and norm computes row by row: 12% of an int8 batch, against 4% for the two separately.
SLOW_FUSIONS = ["SkipLayerNormFusion"]
CPU_PROVIDERS = ["CPUExecutionProvider"]
# What is not on the GPU is computed beside it. TF32 would round as much as bf16 does, and nothing would compare it.
GPU_PROVIDERS: list[Any] = [(CUDA_PROVIDER, {"use_tf32": "0"}), *CPU_PROVIDERS]
OUT_OF_MEMORY = re.compile(r"failed to allocate memory|out of memory|ALLOC_FAILED", re.IGNORECASE)
WORTH_ALL_THREADS = 128  # tokens in a batch, a guess, not measured: less work is not worth sharing out


class OnnxBackend:
    """A graph of the bundle in ONNX Runtime on the CPU, or on a GPU.

    Parameters
    ----------
    path : Path
        ``model.onnx`` or ``model.int8.onnx`` of a verified bundle.
    name : str
        ``"onnx"`` or ``"onnx-int8"``.
    threads : int, optional
        Batches computed at once, by one thread each; a single batch gets all threads. By default one per core that
        this process may run on.
    gpu : bool, default False
        Compute with the CUDA provider, a batch at a time.

    Raises
    ------
    NoGpuError
        If ONNX Runtime cannot start that provider.
    BundleError
        If the graph needs anything but itself, ONNX Runtime cannot load it, or its inputs and output are not those of
        a bundle's graph.
    """

    def __init__(self, path: Path, name: str, threads: int | None = None, *, gpu: bool = False) -> None:
        self.name, self.path, self._gpu = name, path, gpu
        self.device = "cuda (ONNX Runtime, fp32)" if gpu else CPU
        self.limits = BatchLimits(GPU_TOKENS, GPU_TEXTS) if gpu else BatchLimits()
        self.batches_at_once = 1 if gpu else threads or available_cores()
        check_graph(path, str(path))
        self._graph = path.read_bytes()  # kept, so that a second session too is of what was verified
        # One thread per batch: threads that share a batch wait for each other in every layer (on two cores, two batches
        # at once take 18 to 24% less time this way than with two threads each).
        self._session = self._load(1)
        self._wide: Any = None
        self._loading = Lock()

    def __call__(self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Score one batch; see :class:`~multitag.inference.backends.backend.Backend`."""
        return self._run(self._session, input_ids, attention_mask)

    def alone(self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Score one batch with all threads, if there is enough work for that to be faster."""
        if self.batches_at_once == 1 or input_ids.size < WORTH_ALL_THREADS:
            return self(input_ids, attention_mask)
        with self._loading:
            if self._wide is None:
                self._wide = self._load(self.batches_at_once)
        return self._run(self._wide, input_ids, attention_mask)

    def _load(self, threads: int) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # The bytes were checked as ONNX: they must not be read as ONNX Runtime's own format.
        options.add_session_config_entry("session.load_model_format", "ONNX")
        options.log_severity_level = 3  # errors only
        options.intra_op_num_threads = threads
        # Waiting threads sleep instead of spinning, so that several processes do not take the cores from each other.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        if self._gpu:
            with redirect_stdout(sys.stderr):  # it prints what is missing among the results
                onnxruntime.preload_dlls()  # of CUDA and cuDNN, where they were installed by pip
        try:
            session: Any = onnxruntime.InferenceSession(
                self._graph, options, providers=GPU_PROVIDERS if self._gpu else CPU_PROVIDERS,
                disabled_optimizers=None if self._gpu else SLOW_FUSIONS,
            )  # fmt: skip
        except Exception as error:  # the library's own classes, whose only common base is Exception
            reason = describe_error(error)
            raise BundleError(f"{self.path}: ONNX Runtime cannot load it: {reason}") from error
        if self._gpu and CUDA_PROVIDER not in session.get_providers():  # it goes on with the CPU in silence
            raise NoGpuError(f"device: ONNX Runtime cannot start its CUDA provider; are CUDA and cuDNN there? {REMEDY}")
        inputs, outputs = ([tensor.name for tensor in part] for part in (session.get_inputs(), session.get_outputs()))
        if (inputs, outputs) != (INPUTS, [OUTPUT]):
            raise BundleError(
                f"{self.path}: expected inputs {INPUTS} and output {OUTPUT!r}, got {inputs} and {outputs}"
            )
        return session

    def _run(
        self, session: Any, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        try:
            (logits,) = session.run([OUTPUT], {"input_ids": input_ids, "attention_mask": attention_mask})
        except Exception as error:  # as above
            reason = describe_error(error)
            if self._gpu and OUT_OF_MEMORY.search(reason):
                raise DeviceMemoryError(
                    f"the memory of {self.device} does not hold {input_ids.size} tokens; end what else uses it, or use "
                    "the device cpu"
                ) from error
            raise BundleError(f"{self.path}: ONNX Runtime cannot run it: {reason}") from error
        return np.asarray(logits, dtype=np.float32)

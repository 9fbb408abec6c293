"""Backends turn token ids into logits: callables on one padded batch."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from multitag.bundle.layout import ONNX, ONNX_INT8
from multitag.config import BackendName
from multitag.config.values import convert
from multitag.errors import BundleError, ConfigError
from multitag.inference.backends.limits import BatchLimits
from multitag.inference.backends.torch import TorchBackend


class Backend(Protocol):
    """Token ids to logits."""

    limits: BatchLimits
    batches_at_once: int  # as many threads calling at once are faster than one after the other

    @property
    def name(self) -> str:
        """``"onnx"``, ``"onnx-int8"``, ``"openvino"`` or ``"torch"``."""

    @property
    def device(self) -> str:
        """What computes: ``"cpu"``, or a GPU with its arithmetic."""

    def __call__(
        self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Score one batch.

        Parameters
        ----------
        input_ids, attention_mask : ndarray of int64, shape (batch, tokens)

        Returns
        -------
        ndarray of float32, shape (batch, n_labels)
            Logits.
        """

    def alone(
        self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Score one batch as above, with all threads, while nothing else is scored."""


def open_backend(bundle_folder: Path, name: BackendName = "auto", threads: int | None = None) -> Backend:
    """Return the backend that scores with a bundle.

    Parameters
    ----------
    bundle_folder : Path
        Of a verified bundle.
    name : {"auto", "fast", "onnx", "onnx-int8", "openvino", "torch"}
        ``auto`` is the fp32 graph, whose probabilities are the model's own (within 1e-4), or torch where the bundle
        has no graph. int8, and OpenVINO's bf16, are faster and change up to 1% of the decisions, so they are used only
        on request. ``fast`` is ``auto`` here: :func:`~multitag.inference.fastest.choose_fastest` needs texts.
    threads : int, optional
        Threads to use; by default one per core.

    Raises
    ------
    ConfigError
        If the name or the number of threads is not one of those allowed.
    BundleError
        If the bundle does not have the graph asked for.
    MissingExtraError
        If torch or OpenVINO is needed and not installed.
    """
    if not isinstance(name, str) or name not in get_args(BackendName):
        raise ConfigError(f"backend: expected one of {', '.join(get_args(BackendName))}, got {name!r}")
    threads = convert(threads, int | None, "threads")
    if threads is not None and threads < 1:
        raise ConfigError(f"threads: expected at least 1, got {threads}")
    if name in ("auto", "fast"):
        name = "onnx" if (bundle_folder / ONNX).is_file() else "torch"
    if name == "torch":
        return TorchBackend(bundle_folder / "model", threads)
    path = bundle_folder / (ONNX_INT8 if name == "onnx-int8" else ONNX)
    if not path.is_file():
        raise BundleError(
            f"{bundle_folder}: has no {path.name}; add it with multitag export, or use --backend torch "
            "(if it was left out, onnx/parity.json says why)"
        )
    if name == "openvino":
        from multitag.inference.backends.openvino import OpenVinoBackend

        return OpenVinoBackend(path, threads)
    from multitag.inference.backends.onnx import OnnxBackend

    return OnnxBackend(path, name, threads)

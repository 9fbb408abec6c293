"""A bundle's backend on the GPU that was found, or on the CPU."""

from __future__ import annotations

import logging
from pathlib import Path

from multitag.bundle.layout import ONNX
from multitag.config import BackendName
from multitag.errors import BundleError
from multitag.inference.backends.backend import Backend, open_backend
from multitag.inference.backends.compared import ComparedBackend, Decide
from multitag.inference.backends.device import Gpu, NoGpuError
from multitag.inference.backends.halving import HalvingBackend
from multitag.inference.backends.torch import TorchBackend

log = logging.getLogger("multitag")


def open_on(
    gpu: Gpu | None, bundle_folder: Path, name: BackendName, threads: int | None, decide: Decide | None
) -> Backend:
    """Return the backend that scores with a bundle, on a GPU if there is one.

    Parameters
    ----------
    gpu : Gpu or None
        As :func:`~multitag.inference.backends.device.find_gpu` found it.
    bundle_folder : Path
        Of a verified bundle.
    name, threads
        As in :func:`~multitag.inference.backends.backend.open_backend`.
    decide : callable or None
        Logits to decisions, by which bf16 is compared with fp32; None allows fp32 only.

    Raises
    ------
    NoGpuError
        If a GPU was asked for and cannot be used.
    ConfigError, BundleError, MissingExtraError
        As :func:`~multitag.inference.backends.backend.open_backend`.
    """
    if gpu is None or (gpu.engine == "onnx" and not gpu.required and not (bundle_folder / ONNX).is_file()):
        return open_backend(bundle_folder, name, threads)
    try:
        if gpu.engine == "onnx":
            return _open_onnx(bundle_folder)
        exact = TorchBackend(bundle_folder / "model", gpu=True)
    except NoGpuError as error:
        if gpu.required:
            raise
        log.warning("%s; predicting on the CPU", error)
        return open_backend(bundle_folder, name, threads)
    if decide is None or not exact.has_bf16:
        return HalvingBackend(exact, exact.limits)
    fast, reference = exact.in_bf16(), open_backend(bundle_folder, name, threads)
    limits = exact.limits
    return ComparedBackend(HalvingBackend(fast, limits), HalvingBackend(exact, limits), reference, decide)


def _open_onnx(bundle_folder: Path) -> Backend:
    path = bundle_folder / ONNX
    if not path.is_file():
        raise BundleError(
            f"{bundle_folder}: has no {path.name}, which ONNX Runtime would compute on the GPU; add it with multitag "
            "export, or install a torch built for CUDA"
        )
    from multitag.inference.backends.onnx import OnnxBackend

    backend = OnnxBackend(path, "onnx", gpu=True)
    return HalvingBackend(backend, backend.limits)

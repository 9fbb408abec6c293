"""Which device computes: what of a GPU is there, and one line for whoever asks for one in vain."""

from __future__ import annotations

import ctypes
import sys
import warnings
from dataclasses import dataclass
from typing import Any, Literal, get_args

from multitag.config import BackendName, DeviceName
from multitag.config.values import describe_value
from multitag.errors import ConfigError
from multitag.extras import is_installed
from multitag.threads import import_torch

Engine = Literal["torch", "onnx"]

CPU = "cpu"
CPU_ONLY = ("onnx-int8", "openvino")  # backends
CUDA_PROVIDER = "CUDAExecutionProvider"
REMEDY = (
    "install NVIDIA's driver with a torch built for CUDA (pytorch.org says how) or with onnxruntime-gpu in place of "
    "onnxruntime (docs/scaling.md), or use the device cpu"
)


class NoGpuError(ConfigError):
    """A GPU that was seen, but cannot be used."""


@dataclass(frozen=True)
class Gpu:
    """What computes on a GPU.

    Parameters
    ----------
    engine : {"torch", "onnx"}
    required : bool
        Whether it was asked for; otherwise the CPU takes its place where it cannot be used.
    """

    engine: Engine
    required: bool


def find_gpu(device: DeviceName, backend: BackendName = "auto") -> Gpu | None:
    """Find what can compute on a GPU; reads no file of the user's, and imports torch only where a driver is there.

    Parameters
    ----------
    device : {"auto", "cpu", "cuda"}
    backend : {"auto", "fast", "onnx", "onnx-int8", "openvino", "torch"}

    Returns
    -------
    Gpu or None
        torch where it sees a GPU, else ONNX Runtime; None for the CPU.

    Raises
    ------
    ConfigError
        If there is no such device, or no GPU where one is asked for; says what was looked for, and what to install.
    """
    if not isinstance(device, str) or device not in get_args(DeviceName):
        raise ConfigError(f"device: expected one of {', '.join(get_args(DeviceName))}, got {describe_value(device)}")
    if device == "cuda" and backend in CPU_ONLY:
        raise ConfigError(f"device: {backend} is for the CPU; leave out the backend, or use the device cpu")
    if device == "cpu" or backend in CPU_ONLY or (device == "auto" and not has_driver()):
        return None
    reasons = [None if has_driver() else "NVIDIA's driver (libcuda) is not there"]
    if backend in ("auto", "fast", "torch"):
        reasons.append(why_not_torch())
        if reasons[-1] is None:
            return Gpu("torch", device == "cuda")
    if backend in ("auto", "fast", "onnx"):
        reasons.append(why_not_onnx())
        if reasons[-1] is None:
            return Gpu("onnx", device == "cuda")
    if device == "auto":
        return None
    raise ConfigError(f"device: no GPU for cuda: {', '.join(filter(None, reasons))}; {REMEDY}")


def has_driver() -> bool:
    """Whether NVIDIA's driver is there: looked for without waking it, so that processes may still be forked."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True


def why_not_torch() -> str | None:
    """Return why torch cannot compute on a GPU; None if it can."""
    missing = next((name for name in ("torch", "transformers") if not is_installed(name)), None)
    if missing is not None:
        return f"{missing} is not installed"
    torch: Any = import_torch()
    with warnings.catch_warnings(record=True):  # of a driver that is too old; what follows says that there is no GPU
        warnings.simplefilter("always")
        if torch.cuda.is_available():
            return None
    if torch.version.cuda is None:
        return f"torch {torch.__version__} is built without CUDA"
    return f"torch {torch.__version__} sees no GPU"


def why_not_onnx() -> str | None:
    """Return why ONNX Runtime cannot compute on a GPU; None if it seems to, which only a session tells for sure."""
    import onnxruntime

    if CUDA_PROVIDER not in onnxruntime.get_available_providers():
        return f"onnxruntime {onnxruntime.__version__} has no CUDA provider"
    return None if has_driver() else "ONNX Runtime needs the driver"


def device_notes(asked: DeviceName, backend: str, device: str) -> list[str]:
    """Return one line about what computed, where a GPU did or a device was named; none for the CPU by default.

    Examples
    --------
    >>> device_notes("cpu", "onnx", "cpu"), device_notes("auto", "onnx", "cpu")
    (['predicted with onnx on cpu'], [])
    """
    return [] if (asked, device) == ("auto", CPU) else [f"predicted with {backend} on {device}"]

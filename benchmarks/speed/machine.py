"""What the figures were measured on, and what a process took of it."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from multitag.extras import is_installed

PACKAGES = ("multitag", "torch", "transformers", "tokenizers", "onnxruntime", "openvino", "numpy", "scikit-learn")
# What decides how fast matrices are multiplied; the rest of the flags would be noise.
INSTRUCTIONS = (
    "avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8", "asimd", "i8mm", "bf16",
)  # fmt: skip
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")


def describe() -> dict[str, Any]:
    """Describe the processor, memory, load and versions."""
    return {
        "processor": _line("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "family": _line("/proc/cpuinfo", "cpu family"),
        "instructions": [name for name in INSTRUCTIONS if name in _flags()],
        "cores": cores(),
        "memory_gb": round(_kilobytes("/proc/meminfo", "MemTotal") / 2**20, 1),
        "load_before": [round(load, 2) for load in os.getloadavg()],
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "threads_set": {name: os.environ[name] for name in THREADS if name in os.environ},
        "versions": {name: version(name) for name in PACKAGES if is_installed(name.replace("scikit-learn", "sklearn"))},
    }


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def peak_bytes() -> int:
    """Return the most memory that this process has had at once, its libraries included."""
    kilobytes = _kilobytes("/proc/self/status", "VmHWM")
    if kilobytes:
        return kilobytes * 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if platform.system() == "Darwin" else peak * 1024  # bytes there, kilobytes elsewhere


def _flags() -> set[str]:
    return set((_line("/proc/cpuinfo", "flags") or _line("/proc/cpuinfo", "Features")).split())


def _kilobytes(path: str, key: str) -> int:
    return int((_line(path, key) or "0").split()[0])


def _line(path: str, key: str) -> str:
    file = Path(path)
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.partition(":")[0].strip() == key), "")

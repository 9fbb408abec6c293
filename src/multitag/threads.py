"""How many threads compute, what they do while they wait, and how many kernels they keep."""

from __future__ import annotations

import os
import sys
import time
from types import ModuleType

from multitag.extras import import_extra, is_installed
from multitag.processes import n_processes

SAMPLE = 0.2  # seconds of looking whether the cores are free
FREE = 0.2  # of one core: what others may take before torch's threads have to share
# Kernels that oneDNN keeps, each with its buffers: some twenty for every shape of batch it has seen, and 1,024 by its
# default. A training has hundreds of shapes; the layers of a step share theirs, so fewer than a step's are made anew in
# each layer.
KERNELS_KEPT = "32"


def available_cores() -> int:
    """Count the cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def import_torch() -> ModuleType:
    """Import torch, for training or predicting, with threads that wait as suits what else runs here, and flat memory.

    Whoever sets ONEDNN_PRIMITIVE_CACHE_CAPACITY keeps it. Where torch was imported before, memory stays flat unless
    it has already multiplied by oneDNN, which reads the variable once.

    Returns
    -------
    ModuleType

    Raises
    ------
    MissingExtraError
        If torch is not installed, or psutil, which the ``train`` extra brings with it.
    """
    if "torch" not in sys.modules and is_installed("torch"):  # OpenMP reads its policy once, as torch is imported
        choose_waiting()
        if n_processes() > 1:  # each would warn that DDP found no unused parameters
            os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", KERNELS_KEPT)
    return import_extra("torch", "train")


def choose_waiting() -> None:
    """Have torch's threads sleep, not spin, at the end of each operation where other processes want the cores.

    To be called before torch is imported, as by :func:`import_torch`. Its threads spin by default, which is the
    faster by a fifth where nothing else runs (two epochs of minilm on IMDB, two cores: 19.2 to 21.2 s spinning, 23.8 to
    28.1 s sleeping). Where anything else wants a core, each then waits for the other: a training step beside one busy
    process took 0.86 s spinning and 0.41 s sleeping, and beside ten 5.8 s and 0.36 s. Whoever sets OMP_WAIT_POLICY
    keeps it: PASSIVE where others will come later.
    """
    if "OMP_WAIT_POLICY" not in os.environ and cores_taken_by_others(SAMPLE) > FREE:
        os.environ["OMP_WAIT_POLICY"] = "PASSIVE"


def cores_taken_by_others(seconds: float) -> float:
    """Measure how many of this process's cores other processes keep busy.

    Parameters
    ----------
    seconds : float
        How long to look, above 0.

    Returns
    -------
    float
        From 0 to :func:`available_cores`.

    Raises
    ------
    MissingExtraError
        If psutil is not installed.
    """
    psutil = import_extra("psutil", "train")
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None

    def busy() -> float:  # seconds, of others
        times = psutil.cpu_times(percpu=True)
        mine = times if cores is None else [times[core] for core in cores]
        return float(sum(sum(one) - one.idle - getattr(one, "iowait", 0.0) for one in mine)) - time.process_time()

    before = busy()
    time.sleep(seconds)
    return float(max(busy() - before, 0.0) / seconds)

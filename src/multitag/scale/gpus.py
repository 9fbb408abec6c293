"""Whether the workers of a job have GPUs, and how these are shared out."""

from __future__ import annotations

from typing import Any

from multitag.config import DeviceName
from multitag.config.score import ScoreConfig
from multitag.errors import ClusterError
from multitag.inference.backends.device import find_gpu

SHARES = 10_000  # Ray counts a GPU in ten-thousandths


def choose_device(settings: ScoreConfig) -> DeviceName:
    """Return what the workers are to load the bundle for; what a cluster's machines have is not seen from here.

    Returns
    -------
    {"auto", "cpu", "cuda"}
        ``"cpu"`` unless a GPU is asked for, or seen on this machine where the workers run here.

    Raises
    ------
    ConfigError
        If a GPU is asked for, and this machine, where the workers run, has none.
    """
    if settings.address is not None:
        return "cuda" if settings.device == "cuda" else "cpu"
    return "cpu" if find_gpu(settings.device, settings.backend) is None else settings.device


def share_gpus(ray: Any, device: DeviceName, room: int, actors: int | None) -> tuple[int, float]:
    """Return how many workers there are to be, and what each takes of the GPUs.

    Parameters
    ----------
    ray : module
        Connected.
    device : {"auto", "cpu", "cuda"}
        As chosen above.
    room : int
        Workers that the cores have room for.
    actors : int or None
        Workers that were asked for; by default one a GPU.

    Returns
    -------
    workers : int
    share : float
        From 0, where they take none, to 1. Where there are more workers than GPUs, some share one.

    Raises
    ------
    ClusterError
        If a GPU is asked for, and Ray knows of none.
    """
    gpus = 0 if device == "cpu" else int(ray.cluster_resources().get("GPU", 0))
    if not gpus:
        if device == "cuda":
            raise ClusterError(
                "no GPU for a worker: Ray counts none; start its machines with ray start --num-gpus, or use --device "
                "cpu"
            )
        return room, 0.0
    workers = actors or min(room, gpus)
    on_each = -(-workers // gpus)
    return workers, (SHARES // on_each) / SHARES

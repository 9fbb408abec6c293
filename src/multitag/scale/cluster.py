"""Ray: a cluster that is there, or one of this machine that ends with the job."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from multitag.errors import ClusterError, describe_error
from multitag.extras import import_extra

STORE_BYTES = 200 * 2**20  # what a job keeps in shared memory: nothing but the bundle, and that on a cluster only
TELLS_OF_TOKENS = "ray._private.authentication.authentication_token_setup"  # that a cluster started here asks for one
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is sent to anybody
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # or Ray warns of what it will do some day
    "RAY_TQDM": "0",
}
ALL_THE_CPU = {"RAY_worker_niceness": "0"}  # by default 15: whatever else runs here would go first
ANSWERS_WITHIN = 2.0  # seconds; Ray waits for minutes


def is_connected() -> bool:
    """Return whether this process is connected to Ray already."""
    ray: Any = sys.modules.get("ray")  # whoever is has imported it
    return ray is not None and bool(ray.is_initialized())


@contextmanager
def connected(address: str | None, cores: int) -> Iterator[Any]:
    """Connect to Ray, and leave it when the block ends.

    Parameters
    ----------
    address : str or None
        Of a cluster. None starts one on this machine, or takes the one that this process is connected to already.
    cores : int
        Of a cluster that is started here.

    Yields
    ------
    module
        ``ray``.

    Raises
    ------
    MissingExtraError
        If Ray is not installed.
    ClusterError
        If the cluster does not answer, or none can be started.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    ray: Any = import_extra("ray", "ray")
    if is_connected() and address is None:
        yield ray
        return
    if address is None:
        for name, value in ALL_THE_CPU.items():
            os.environ.setdefault(name, value)
    else:
        _refuse_silent(address)
    logging.getLogger(TELLS_OF_TOKENS).setLevel(logging.ERROR)
    on_sigterm = signal.getsignal(signal.SIGTERM)
    here = {"num_cpus": cores, "object_store_memory": STORE_BYTES, "include_dashboard": False}
    try:
        ray.init(
            address or "local", logging_level="error", log_to_driver=False, **({} if address else here),
        )  # fmt: skip
    except Exception as error:  # Ray raises whatever its parts raise
        what = f"{address}: no Ray cluster answers there" if address else "Ray cannot be started on this machine"
        raise ClusterError(f"{what}: {describe_error(error)}") from error
    if on_sigterm is not None and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, on_sigterm)  # Ray's own would end the process with a trace
    try:
        yield ray
    finally:
        ray.shutdown()


def _refuse_silent(address: str) -> None:
    """Check that something listens at an address with a port; others, such as ``auto``, are Ray's to find."""
    try:
        where = urlsplit(address if "://" in address else f"//{address}")
        host, port = where.hostname, where.port
    except ValueError as error:
        raise ClusterError(
            f"{address}: no address of a Ray cluster: {error}; expected one such as ray://head:10001"
        ) from error
    if where.scheme not in ("", "ray") or host is None or port is None:
        return
    try:
        socket.create_connection((host, port), ANSWERS_WITHIN).close()
    except OSError as error:
        raise ClusterError(f"{address}: no Ray cluster answers there: {describe_error(error)}") from error

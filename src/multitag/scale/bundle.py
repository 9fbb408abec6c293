"""The bundle of a job: on the disk of this machine, and on its way to those of a cluster."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from multitag.bundle.address import HubAddress
from multitag.bundle.zip_writer import pack
from multitag.config.score import ScoreConfig
from multitag.errors import BundleError, describe_error

MAX_SENT_BYTES = 2 * 2**30  # of a bundle that is sent to the machines of a cluster through Ray's store


@contextmanager
def on_disk(bundle: Path) -> Iterator[Path]:
    """Find a bundle by a path that is good in any folder; one of the hub is fetched and packed for the workers."""
    if HubAddress.parse(bundle) is None:
        yield bundle.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="multitag-") as folder:
        yield pack(bundle, Path(folder, "bundle.zip"))


def sent(ray: Any, bundle: Path, size: int, settings: ScoreConfig) -> list[Any]:
    """Put the bundle's zip into Ray's store, for machines that do not have it where this one does."""
    if settings.address is None or size > MAX_SENT_BYTES:
        return []
    if bundle.is_file():
        return [_put(ray, bundle)]
    with tempfile.TemporaryDirectory(prefix="multitag-") as folder:
        return [_put(ray, pack(bundle, Path(folder, "bundle.zip")))]


def _put(ray: Any, packed: Path) -> Any:
    try:
        return ray.put(packed.read_bytes())
    except ray.exceptions.RayError as error:
        raise BundleError(
            f"{packed.name}: does not fit into Ray's store: {describe_error(error)}; put the bundle on a disk that all "
            "machines share"
        ) from error

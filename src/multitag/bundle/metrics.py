"""metrics.json of a bundle: the figures of its run. Apart, as what only predicts does without them."""

from __future__ import annotations

from pathlib import Path

from multitag.bundle.layout import METRICS
from multitag.bundle.strict_json import parse_json_object
from multitag.errors import BundleError
from multitag.evaluation.run_metrics import RunMetrics


def read_metrics(folder: Path) -> RunMetrics:
    """Read the figures of a bundle, of this version of metrics.json or an older one.

    Raises
    ------
    BundleError
        If it is not what multitag train writes, or a newer multitag wrote it.
    """
    values = parse_json_object((folder / METRICS).read_bytes(), METRICS)
    try:
        return RunMetrics.from_dict(values)
    except BundleError as error:
        raise BundleError(f"{METRICS}: {error}") from error

"""``multitag compare``: which of two runs is better, and whether that could be chance."""

from __future__ import annotations

from pathlib import Path

from multitag.bundle.address import HubAddress
from multitag.config import Config, EvaluationConfig
from multitag.errors import DataError
from multitag.evaluation.compare import Comparison, compare
from multitag.evaluation.held_out import HeldOut
from multitag.jobs.run_folder import RunFolder
from multitag.paths import as_path


def compare_runs(
    run_a: str | Path,
    run_b: str | Path,
    *,
    resamples: int = EvaluationConfig.resamples,
    seed: int = Config.seed,
) -> Comparison:
    """Compare two runs on the rows that both held out.

    Parameters
    ----------
    run_a, run_b : str or Path
        Folders of finished runs; their probabilities.parquet is read.
    resamples : int, default 2000
        Resamples of the bootstrap behind the 95% intervals; at least 100.
    seed : int, default 42
        Random seed of the resamples.

    Returns
    -------
    Comparison

    Raises
    ------
    DataError
        If one is on the hub; if a run has no held-out rows, or they are not the same rows with the same labels; names
        the first that differs.
    MissingExtraError
        If pyarrow is not installed.
    """
    for run in (run_a, run_b):
        if HubAddress.parse(run) is not None:
            raise DataError(
                f"{HubAddress.parse(run)}: the hub has bundles only; expected the folder of a run, which holds the "
                "probabilities of its held-out rows"
            )
    first, second = (HeldOut.load(RunFolder(as_path(run, "run")).probabilities) for run in (run_a, run_b))
    return compare(first, second, names=(str(run_a), str(run_b)), resamples=resamples, seed=seed)

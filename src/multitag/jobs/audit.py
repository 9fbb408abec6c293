"""``multitag audit``: the labels of a run's held-out rows that are likely wrong, missing or inconsistent."""

from __future__ import annotations

from pathlib import Path

from multitag.errors import ConfigError
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.label_audit.audit import LabelAudit, audit_held_out
from multitag.jobs.run_folder import RunFolder
from multitag.paths import as_path


def audit_run(run: str | Path, output: str | Path | None = None) -> LabelAudit:
    """Audit the labels of a run's held-out rows.

    Parameters
    ----------
    run : str or Path
        Folder of a finished run; its probabilities.parquet is read.
    output : str or Path, optional
        A CSV file for all findings; replaced if it exists.

    Returns
    -------
    LabelAudit

    Raises
    ------
    ConfigError
        If the name of ``output`` does not end in .csv.
    DataError
        If the run has no held-out rows.
    OutputError
        If ``output`` cannot be written.
    MissingExtraError
        If pyarrow is not installed.
    """
    output = None if output is None else as_path(output, "output")
    if output is not None and output.suffix.lower() != ".csv":
        raise ConfigError(f"{output}: expected a name that ends in .csv")
    findings = audit_held_out(HeldOut.load(RunFolder(as_path(run, "run")).probabilities))
    if output is not None:
        findings.save(output)
    return findings

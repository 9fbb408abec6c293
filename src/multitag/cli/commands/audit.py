"""``multitag audit``: the labels of a run's held-out rows that are likely wrong, missing or at odds."""

from __future__ import annotations

from pathlib import Path

from multitag.cli.show import print_lines, print_notes

SHOWN = 20
WORDS = {
    "likely_wrong": "labels that may be wrong",
    "likely_missing": "labels that may be missing",
    "conflicting_duplicates": "labels that differ between rows with equal or nearly equal texts",
    "duplicates_across_splits": "texts that are, equal or nearly, on two sides or folds",
}
CONFIDENCE = (
    "Confidence: the model's probability that the given label is wrong.",
    "The model may be wrong too.",
)


def audit(run: Path, /, *, output: Path | None = None) -> None:
    """List labels of a run's held-out rows that are likely wrong or missing, and duplicated texts.

    Every row is checked where the run was trained with --folds; otherwise the validation and test rows.

    Parameters
    ----------
    run
        Folder of a finished run.
    output
        CSV file for all findings; replaced if it exists.
    """
    from multitag.jobs.audit import audit_run
    from multitag.report.console.doubted_labels import print_findings

    result = audit_run(run, output)
    print_lines(f"{result.n_rows} rows checked:")
    print_lines(*(f"{count:>6}  {WORDS[kind]}" for kind, count in result.counts().items()))
    print_notes(result.notes)
    doubted = result.doubted()[:SHOWN]
    if doubted:
        print_findings(doubted)
        print_lines(*CONFIDENCE)
    if output is not None:
        print_lines(f"wrote {len(result.findings)} findings to {output}, the surest first")
    elif len(result.findings) > len(doubted):
        print_lines(f"all {len(result.findings)} findings: --output FILE.csv")

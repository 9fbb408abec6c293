"""``multitag start``: a bundle of labels' names, before there is a row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from multitag.cli.options import takes_options
from multitag.cli.show import print_lines, print_notes


@takes_options("base_model", "max_length", "onnx")
def start(labels: Path, /, *, out: Path, **settings: Any) -> None:
    """Make a bundle of labels' names and descriptions alone; as rows come, train takes it with --start.

    Parameters
    ----------
    labels
        YAML or JSON file: a list of names, or names with descriptions.
    out
        Folder of the bundle; must not exist.
    """
    from multitag.jobs.start import start_bundle

    started = start_bundle(labels, out=out, **settings)
    print_notes(started.notes)
    print_lines(f"{len(started.label_names)} labels", f"bundle: {started.bundle}")

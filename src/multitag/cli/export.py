"""``multitag export``: the ONNX graphs of a bundle, made again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from multitag.cli.options import takes_options
from multitag.cli.show import print_lines


@takes_options("text", "labels", defaults=False)
def export(bundle: Path, data: str = "sample", /, **settings: Any) -> None:
    """Export the model of a bundle to ONNX again, fp32 and int8; only graphs that pass the parity check are kept.

    Parameters
    ----------
    bundle
        Folder of the bundle.
    data
        Labelled rows on which to compare graphs and model: a table file, sample or imdb.
    """
    from multitag.export.gate import parity_notes
    from multitag.jobs.export import export_bundle

    print_lines(*parity_notes(export_bundle(bundle, data, **settings)))

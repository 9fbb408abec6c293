"""``multitag export``: the ONNX graphs of a bundle, made again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def export(
    bundle: Annotated[Path, typer.Argument(help="Folder of the bundle.", show_default=False)],
    data: Annotated[
        str, typer.Argument(help="Labelled rows to compare graphs and model on: a table file, sample or imdb.")
    ] = "sample",
    text: Annotated[
        str | None, typer.Option("--text", help="Its column of texts; by default the bundle's.", show_default=False)
    ] = None,
    labels: Annotated[
        str | None, typer.Option("--labels", help="Its column of labels; by default the bundle's.", show_default=False)
    ] = None,
) -> None:
    """Export the model of a bundle to ONNX again, fp32 and int8; only what passes the gate is kept."""
    from multitag.export.gate import parity_notes
    from multitag.jobs.export import export_bundle

    for note in parity_notes(export_bundle(bundle, data, text=text, labels=labels)):
        typer.echo(note)

"""``multitag evaluate``: the figures of a bundle on labelled rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from multitag.config import BackendName, LongTexts, Pool


def evaluate(
    bundle: Annotated[Path, typer.Argument(help="Folder or zip of the bundle.", show_default=False)],
    data: Annotated[
        str, typer.Argument(help="A CSV, TSV, JSONL or Parquet file; or sample, or imdb.", show_default=False)
    ],
    text: Annotated[
        str | None,
        typer.Option("--text", help="Column of the texts; by default the bundle's.", show_default=False),
    ] = None,
    labels: Annotated[
        str | None,
        typer.Option("--labels", help="Column of the labels; by default the bundle's.", show_default=False),
    ] = None,
    label_separator: Annotated[
        str | None,
        typer.Option("--label-separator", help="What stands between labels in a cell.", show_default=False),
    ] = None,
    allow_unlabelled: Annotated[
        bool, typer.Option("--allow-unlabelled", help="Keep rows without a label, as examples of none.")
    ] = False,
    backend: Annotated[
        BackendName, typer.Option("--backend", help="auto is onnx, or torch where the bundle has no graph.")
    ] = "auto",
    long: Annotated[
        LongTexts | None,
        typer.Option("--long", help="Longer texts: their start, or all in windows.", show_default="the bundle's"),
    ] = None,
    pool: Annotated[
        Pool | None, typer.Option("--pool", help="Of the windows' probabilities.", show_default="the bundle's")
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print every figure as JSON.")] = False,
) -> None:
    """Measure a bundle on labelled rows that it has not seen."""
    import json

    from multitag.cli.show import print_table
    from multitag.data.table import read_table
    from multitag.evaluation.summary import headline_rows
    from multitag.inference.classifier import load
    from multitag.inference.evaluate import evaluate as evaluate_classifier

    with load(bundle, backend=backend, long=long, pool=pool) as classifier:
        known = classifier.bundle.manifest.data
        table = read_table(
            data, text=text or known["text_column"], labels=labels or known["label_column"],
            label_separator=label_separator, allow_unlabelled=allow_unlabelled,
        )  # fmt: skip
        figures = evaluate_classifier(classifier, table)
    if json_output:
        typer.echo(json.dumps(figures, indent=2))
    else:
        print_table(*headline_rows({"splits": {"test": figures}}))

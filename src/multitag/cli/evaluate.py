"""``multitag evaluate``: the figures of a bundle on labelled rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from multitag.cli.data_options import (
    AllowUnlabelled,
    Delimiter,
    Encoding,
    LabelColumns,
    LabelKey,
    LabelNames,
    Labels,
    LabelSeparator,
    LabelShape,
    NoHeader,
    Quarantine,
    Strict,
    TableFiles,
    TextColumns,
    TextPair,
    UnlabelledRows,
    data_settings,
    table_source,
)
from multitag.config import BackendName, Config, EvaluationConfig, LongTexts, Pool


def evaluate(
    bundle: Annotated[Path, typer.Argument(help="Folder or zip of the bundle.", show_default=False)],
    data: TableFiles,
    text: TextColumns = None,
    text_pair: TextPair = None,
    labels: Labels = None,
    label_columns: LabelColumns = None,
    label_shape: LabelShape = None,
    label_separator: LabelSeparator = None,
    label_key: LabelKey = None,
    label_names: LabelNames = None,
    allow_unlabelled: AllowUnlabelled = None,
    unlabelled: UnlabelledRows = None,
    strict: Strict = None,
    quarantine: Quarantine = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    no_header: NoHeader = False,
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
    per_label: Annotated[bool, typer.Option("--per-label", help="Show the figures of each label too.")] = False,
    resamples: Annotated[
        int, typer.Option("--resamples", help="Of the bootstrap behind the intervals; 0 leaves them out.")
    ] = EvaluationConfig.resamples,
    seed: Annotated[int, typer.Option("--seed", help="Of the resamples.")] = Config.seed,
    json_output: Annotated[bool, typer.Option("--json", help="Print every figure as JSON.")] = False,
) -> None:
    """Measure a bundle on labelled rows that it has not seen; columns are by default those it was trained on."""
    import json

    from multitag.cli.show import print_table
    from multitag.data.read import load_tables, settings_of_bundle
    from multitag.inference.classifier import load
    from multitag.jobs.evaluate import evaluate as evaluate_classifier
    from multitag.report.tables import headline_rows, label_rows

    given = data_settings(
        text=text, text_pair=text_pair, labels=labels, label_columns=label_columns, label_shape=label_shape,
        label_separator=label_separator, label_key=label_key, label_names=label_names,
        allow_unlabelled=allow_unlabelled, unlabelled=unlabelled, strict=strict, delimiter=delimiter,
        encoding=encoding, no_header=no_header,
    )  # fmt: skip
    with load(bundle, backend=backend, long=long, pool=pool) as classifier:
        config = settings_of_bundle(classifier.bundle.manifest.data, **given)
        table = load_tables({"test": table_source(data)}, config, quarantine)["test"]
        figures = evaluate_classifier(classifier, table, resamples=resamples, seed=seed)
    for line in (*(f"note: {note}" for note in table.notes), table.lines()[-1]):
        typer.echo(line, err=True)  # on standard output there are figures only
    if json_output:
        typer.echo(json.dumps(figures.to_dict(), indent=2))
    else:
        print_table(*headline_rows({"test": figures}))
        if per_label:
            print_table(*label_rows(figures.best))

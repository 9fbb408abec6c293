"""``multitag predict``: the labels of one text, or of every row of a file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from multitag.config import BackendName, LongTexts, PolicyName, Pool
from multitag.errors import ConfigError, printable

if TYPE_CHECKING:
    from multitag.evaluation.guarantees.guarantee import Guarantee


def predict(
    bundle: Annotated[Path, typer.Argument(help="Folder or zip of the bundle.", show_default=False)],
    text: Annotated[str | None, typer.Argument(help="The text; or use --input.", show_default=False)] = None,
    input_file: Annotated[
        Path | None,
        typer.Option("--input", help="Table file to predict; - for standard input.", show_default=False),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--text", help="Its column of texts, repeatable; by default the bundle's.", show_default=False),
    ] = None,
    output_file: Annotated[
        Path | None,
        typer.Option("--output", help="File to write; replaced if it exists.", show_default=False),
    ] = None,
    sep: Annotated[
        str | None, typer.Option("--sep", help="Between the cells of a CSV; found if left out.", show_default=False)
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="Of the --input; found if left out.", show_default=False)
    ] = None,
    no_header: Annotated[
        bool, typer.Option("--no-header", help="The first row is data; columns are named 1, 2, 3.")
    ] = False,
    review: Annotated[
        Path | None,
        typer.Option("--review", help="File for the rows where no label passes, too.", show_default=False),
    ] = None,
    policy: Annotated[
        PolicyName | None,
        typer.Option("--policy", help="What decides: tuned thresholds, the fixed one, or the guarantee's cut.",
                     show_default="the bundle's"),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option("--threshold", help="One cut for all labels.", show_default="the bundle's")
    ] = None,
    top_k: Annotated[
        int | None, typer.Option("--top-k", help="Exactly the K most probable labels.", show_default=False)
    ] = None,
    at_least_one: Annotated[
        bool, typer.Option("--at-least-one", help="The most probable label where none passes.")
    ] = False,
    backend: Annotated[
        BackendName, typer.Option("--backend", help="auto is onnx, or torch where the bundle has no graph.")
    ] = "auto",
    threads: Annotated[
        int | None, typer.Option("--threads", help="By default one a core.", show_default=False)
    ] = None,
    long: Annotated[
        LongTexts | None,
        typer.Option("--long", help="Longer texts: their start, or all in windows.", show_default="the bundle's"),
    ] = None,
    pool: Annotated[
        Pool | None, typer.Option("--pool", help="Of the windows' probabilities.", show_default="the bundle's")
    ] = None,
    batch_size: Annotated[int, typer.Option("--batch-size", help="Texts of a batch at most.")] = 32,
    json_output: Annotated[bool, typer.Option("--json", help="Print one text's prediction as JSON.")] = False,
) -> None:
    """Predict the labels of a text, or of every row of a file."""
    if (text is None) == (input_file is None):
        raise ConfigError(
            'give either one text, or a file: multitag predict BUNDLE "a text", or --input FILE --output FILE'
        )
    if (input_file is None) != (output_file is None):
        raise ConfigError("--input and --output go together")
    if text is not None and columns:
        raise ConfigError("--text names a column of the --input file; one text has none")
    if input_file is not None and json_output:
        raise ConfigError("--json prints the prediction of one text; for a file, write --output FILE.jsonl")
    if review is not None and (input_file is None or top_k is not None or at_least_one):
        raise ConfigError("--review takes rows of --input where no label passes; --top-k and --at-least-one leave none")
    if policy is not None and (threshold is not None or top_k is not None):
        raise ConfigError("--policy, --threshold and --top-k each say which labels pass; choose one")
    from multitag.inference.classifier import load
    from multitag.inference.options import PredictOptions

    options = PredictOptions(threshold, top_k, at_least_one, batch_size)
    with load(bundle, backend=backend, threads=threads, long=long, pool=pool, policy=policy) as classifier:
        if input_file is not None and output_file is not None:
            from multitag.data.readers.records import ReadOptions
            from multitag.inference.files.predict import predict_file

            reading = ReadOptions(sep, encoding, not no_header)
            done = predict_file(
                classifier, input_file, output_file, text=columns, options=options, reading=reading, review=review
            )
            _tell(classifier.guarantee)
            for note in done.notes:
                typer.echo(f"note: {note}")
            typer.echo(done.line(output_file))
            if review is not None:
                typer.echo(done.review_line(review))
            return
        prediction = classifier.predict([text or ""], **asdict(options))[0]
        _tell(classifier.guarantee)
    _show(prediction.labels, prediction.probabilities, json_output)


def _tell(guarantee: Guarantee | None) -> None:
    """Say what the labels come with, beside them: what reads the labels does not read this."""
    for line in guarantee.lines() if guarantee else ():
        typer.echo(printable(line), err=True)


def _show(labels: tuple[str, ...], probabilities: dict[str, float], as_json: bool) -> None:
    if as_json:
        import json

        typer.echo(json.dumps({"labels": list(labels), "probabilities": probabilities}, ensure_ascii=False))
        return
    if not labels:
        best = max(probabilities, key=lambda name: probabilities[name])
        typer.echo(f"no label passes its threshold; the most probable is {printable(best)} ({probabilities[best]:.2f})")
    width = max((len(printable(name)) for name in labels), default=0)
    for name in labels:
        typer.echo(f"{printable(name):<{width}}  {probabilities[name]:.2f}")

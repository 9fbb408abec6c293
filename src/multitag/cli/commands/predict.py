"""``multitag predict``: the labels of one text, or of every row of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from multitag.cli.options import AsJson, Backend, Device, Fast, WholeNumber, choose_backend, pop_settings, takes_options
from multitag.cli.show import print_beside, print_lines, print_notes
from multitag.config import PolicyName
from multitag.config.setting import settings_of
from multitag.errors import ConfigError, printable
from multitag.inference.options import PredictOptions, ToolName

if TYPE_CHECKING:
    from multitag.inference.classifier import Classifier
    from multitag.inference.prediction import Prediction

PREDICT_SETTINGS = tuple(settings_of(PredictOptions))


@takes_options(section=PredictOptions)
@takes_options(
    "delimiter", "encoding", "header", "quoting", "skip_rows", "comment", "sheet", "long", "pool", defaults=False
)
def predict(
    bundle: Path,
    text: str | None = None,
    /,
    *,
    input_file: Annotated[Path | None, Parameter(name="--input", allow_leading_hyphen=True)] = None,
    output_file: Annotated[Path | None, Parameter(name="--output")] = None,
    columns: Annotated[list[str] | None, Parameter(name="--text", negative=(), metavar="TEXT")] = None,
    format: ToolName | None = None,
    review: Path | None = None,
    policy: PolicyName | None = None,
    backend: Backend = "auto",
    fast: Fast = False,
    device: Device = "auto",
    threads: WholeNumber | None = None,
    json: AsJson = False,
    **settings: Any,
) -> None:
    """Predict the labels of a text, or of every row of a file.

    Parameters
    ----------
    bundle
        Folder or zip of the bundle, or hf://user/name.
    text
        The text; or use --input.
    input_file
        Table file to predict; - for standard input.
    output_file
        File to write; replaced if it exists.
    columns
        Column of texts of the --input; by default the bundle's. Repeatable.
    format
        Annotation tool to write pre-annotations for; by default a table, by the ending of the output.
    review
        Second file to write, with the rows where no label passes.
    policy
        What decides: tuned thresholds, the fixed one, or the guarantee's; by default the bundle's.
    threads
        Threads to use; by default one per core.
    json
        Print the prediction of one text as JSON.
    """
    _check(text, input_file, output_file, columns, json)
    if format is not None and input_file is None:
        raise ConfigError("--format is about the --output of an --input file; for one text there is --json")
    options = PredictOptions(**pop_settings(settings, *PREDICT_SETTINGS))
    if review is not None and input_file is None:
        raise ConfigError("--review takes the rows of --input where no label passes; name an --input")
    if review is not None and (options.top_k is not None or options.at_least_one):
        raise ConfigError("--review takes rows where no label passes; --top-k and --at-least-one leave none")
    if policy is not None and (options.threshold is not None or options.top_k is not None):
        raise ConfigError("--policy, --threshold and --top-k each say which labels pass; choose one")
    if options.on_error == "keep" and input_file is None:
        raise ConfigError("--on-error keeps bad rows of --input; one text has none")
    backend = choose_backend(backend, fast)
    from multitag.inference.classifier import load
    from multitag.report.started import STARTED

    windows = pop_settings(settings, "long", "pool")
    with load(bundle, backend=backend, device=device, threads=threads, policy=policy, **windows) as classifier:
        if classifier.bundle.manifest.started:
            print_beside([f"note: this bundle was {STARTED}"])
        if input_file is None or output_file is None:
            _predict_one(classifier, text or "", options, json)
            return
        from multitag.data.readers.records import ReadOptions
        from multitag.inference.backends.device import device_notes
        from multitag.inference.files.predict import predict_file

        reading = ReadOptions(**settings)
        done = predict_file(
            classifier, input_file, output_file, text=columns, options=options, reading=reading, review=review,
            format=format,
        )  # fmt: skip
        _print_guarantee(classifier)
        print_beside(map(printable, device_notes(device, classifier.backend, classifier.device)))
    print_notes(done.notes)
    print_lines(done.line(output_file), *([done.review_line(review)] if review is not None else []))


def _check(
    text: str | None, input_file: Path | None, output_file: Path | None, columns: list[str] | None, json: bool
) -> None:
    if (text is None) == (input_file is None):
        raise ConfigError(
            'give either one text, or a file: multitag predict BUNDLE "a text", or --input FILE --output FILE'
        )
    if text is not None and not text.strip():
        raise ConfigError("the text is empty; give one to predict")
    if (input_file is None) != (output_file is None):
        raise ConfigError("--input and --output go together")
    if text is not None and columns:
        raise ConfigError("--text names a column of the --input file; one text has none")
    if input_file is not None and json:
        raise ConfigError("--json prints the prediction of one text; for a file, write --output FILE.jsonl")


def _predict_one(classifier: Classifier, text: str, options: PredictOptions, as_json: bool) -> None:
    """Predict a text and print its labels, and beside them a warning where much of it is unknown to the model."""
    from multitag.data.unknown_tokens import REFUSED_ABOVE, UnknownTally
    from multitag.inference.prediction import build_predictions

    tally = UnknownTally()
    y_prob, y_pred = classifier.predict_arrays([text], options, tally)
    if tally.total.share > REFUSED_ABOVE:
        print_beside([f"warning: {printable(str(classifier.unknown_note(tally.total)))}"])
    _print_guarantee(classifier)
    _print_prediction(build_predictions(classifier.label_names, y_prob, y_pred)[0], as_json)


def _print_guarantee(classifier: Classifier) -> None:
    """Print what the labels come with, beside them: what reads the labels does not read this."""
    from multitag.report.guarantee import guarantee_lines

    print_beside(map(printable, guarantee_lines(classifier.guarantee) if classifier.guarantee else ()))


def _print_prediction(prediction: Prediction, as_json: bool) -> None:
    labels, probabilities = prediction.labels, prediction.probabilities
    if as_json:
        import json

        print_lines(json.dumps({"labels": list(labels), "probabilities": probabilities}, ensure_ascii=False))
        return
    if not labels:
        best = max(probabilities, key=lambda name: probabilities[name])
        most = f"{printable(best)} ({probabilities[best]:.2f})"
        print_lines(f"no label passes its threshold; the most probable is {most}")
    width = max((len(printable(name)) for name in labels), default=0)
    print_lines(*(f"{printable(name):<{width}}  {probabilities[name]:.2f}" for name in labels))

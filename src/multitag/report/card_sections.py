"""The parts of a model card under its header, in Markdown."""

from __future__ import annotations

from multitag.config.objective import objective_title
from multitag.evaluation.calibration.reliability import CalibrationComparison
from multitag.evaluation.guarantees.guarantee import Guarantee
from multitag.evaluation.metrics.metrics import LabelMetrics, Metrics
from multitag.evaluation.run_metrics import RunMetrics
from multitag.evaluation.thresholds.thresholds import Thresholds
from multitag.labels import LabelSet
from multitag.report.markdown import bullets, fill, table
from multitag.report.pieces import as_sentence
from multitag.report.provenance import DataFacts, Provenance, SplitFacts
from multitag.report.started import STARTED
from multitag.report.tables import METRIC_TITLES, format_count, format_with_interval

_MIN_ROWS = 10  # measured rows below which a label's figures say next to nothing
_POOR_F1 = 0.3

_MEASURED_ON = {
    "test": "On {n_rows} held-out test rows, used for nothing else. The fixed threshold is {fixed}.",
    "out_of_fold": (
        "On {n_rows} rows, each scored by a model that was not trained on it ({folds} folds), at thresholds\n"
        "tuned without it. The fixed threshold is {fixed}."
    ),
    "validation": (
        "On {n_rows} validation rows. No test rows were held out: where thresholds were tuned, or the best\n"
        "epoch was chosen, on these same rows, expect less on new texts. The fixed threshold is {fixed}."
    ),
}
_NOT_MEASURED = "Not measured: no validation and no test rows were held out."

_STARTED = """# A classifier of {n_labels} labels, made of their names alone

It reads a text and gives each label a probability of its own, so a text may get several labels or none.

**{started}** The names and descriptions are those of {data.source}."""

_DECISION = {
    "per_label": (
        "A label is predicted when its probability reaches its own threshold. The thresholds were tuned for\n"
        "the best {objective} on {tuned_on}."
    ),
    "global": (
        "A label is predicted when its probability reaches {global_threshold}, the same for all labels, tuned for\n"
        "the best {objective} on {tuned_on}."
    ),
    "fixed": "A label is predicted when its probability reaches {fixed}, the same for all labels and not tuned.",
}

_USAGE = """## Use

From Python, with multitag installed:

```python
import multitag

classifier = multitag.load("bundle")  # this folder, or a zip of it
classifier.predict(["A text."])
```

From the shell:

```
multitag predict bundle "A text."
multitag predict bundle --input texts.csv --text Description --output predictions.csv
```

With transformers alone, which returns probabilities and knows nothing of the thresholds:

```python
from transformers import pipeline

classify = pipeline("text-classification", model="bundle/model", top_k=None, function_to_apply="sigmoid")
classify("A text.")
```"""

_LIMITS = """## Intended use and limits

It is meant for labelling more texts of the kind it was trained on, and for sorting out those that a person should read.

* It works on texts like those it was trained on: the same language, length and kind. On other texts its probabilities
  mean little, and it does not notice.
* It knows only the labels above. A label with few training rows or a low F1 is a guess."""

_CAUTIONS = """* It repeats the habits and the mistakes of whoever labelled the rows.
* Where a wrong label harms someone, a person should look at it first."""

_TRAINING = """## Training

* Base model: {base_model.name} ({base_model.architecture}), requested as {base_model.asked_for}."""

_ROWS = """* Rows: {data.rows_used} of {data.rows} used; {split.train} for training, {split.validation} for
  validation, {split.test} for testing; split: {split.method}.
* Settings, versions, seed and fingerprints are in manifest.json, all figures in metrics.json and report.html."""


def title_part(label_set: LabelSet, data: DataFacts) -> str:
    """Return the title and what the model does."""
    if not data.rows:
        return fill(_STARTED, n_labels=len(label_set), data=data, started=as_sentence(STARTED))
    return fill(
        "# A classifier of {n_labels} labels\n\n"
        "It reads a text and gives each label a probability of its own, so a text may get several labels or none.\n"
        "Made by multitag from {data.source}: texts from the column {data.text_column}, labels from the column\n"
        "{data.label_column}.",
        n_labels=len(label_set), data=data,
    )  # fmt: skip


def results_part(metrics: RunMetrics, side: str | None, thresholds: Thresholds, split: SplitFacts) -> str:
    """Return the figures over all labels, and what to know of them."""
    parts = ["## Results"]
    if side is None:
        parts.append(_NOT_MEASURED)
    else:
        fixed, tuned = metrics.sides[side].fixed, metrics.sides[side].tuned
        parts.append(fill(_MEASURED_ON[side], n_rows=fixed.n_rows, fixed=thresholds.fixed, folds=split.folds))
        rows = [
            (title, _figure(fixed, name, "not measured"), _figure(tuned, name, "not tuned"))
            for name, title in METRIC_TITLES.items()
        ]
        parts.append(table(["Metric", "Fixed threshold", "Tuned thresholds"], rows))
        if fixed.intervals:
            parts.append("In brackets: 95% bootstrap intervals, resampling rows.")
        if metrics.recipe_sentence:
            parts.append(fill("{sentence}", sentence=as_sentence(metrics.recipe_sentence)))
        if metrics.baselines is not None:
            verdict = metrics.baselines.verdict.rstrip(".")
            parts.append(fill("Compared with simpler models on the same rows: {verdict}.", verdict=verdict))
        if metrics.calibration is not None and metrics.calibration.method != "none":
            parts.append(_calibration(metrics.calibration))
    if metrics.notes:
        parts += ["Read these figures with this in mind:", bullets(metrics.notes)]
    return "\n\n".join(parts)


def labels_part(
    label_set: LabelSet, metrics: RunMetrics, figures: Metrics | None, thresholds: Thresholds
) -> str:
    """Return the table of the labels, and how they are decided."""
    measured = {} if figures is None else {label.label: label for label in figures.per_label}
    rows = []
    for name, threshold in zip(label_set.names, thresholds.values().tolist(), strict=True):
        counts, judged = metrics.label_counts.get(name), (metrics.judged_counts or {}).get(name)
        train = format_count(counts.train if counts else 0, judged.train if judged else None)
        rows.append((name, train, f"{threshold:.3f}", *_label_figures(measured.get(name))))
    header = ["Label", "Training rows", "Threshold", "Measured rows", "Precision", "Recall", "F1"]
    decision = fill(
        _DECISION[thresholds.policy] + "\nAnother threshold can be given with each prediction.",
        objective=objective_title(thresholds.objective), tuned_on=thresholds.tuned_on,
        global_threshold=thresholds.global_threshold, fixed=thresholds.fixed,
    )  # fmt: skip
    return "\n\n".join(["## Labels", table(header, rows), decision])


def guarantee_part(guarantee: Guarantee) -> str:
    """Return what is guaranteed, at what cost and on what conditions."""
    promise = fill(
        "Predicted with `--policy guarantee`, {guarantee.promise}. That gives\n"
        "{guarantee.labels_per_row:.1f} labels a row. Conditions:",
        guarantee=guarantee,
    )
    return "\n\n".join(["## Guarantee", promise, bullets(guarantee.conditions)])


def usage_part() -> str:
    """Return how the bundle is used."""
    return _USAGE


def limits_part(figures: Metrics | None) -> str:
    """Return what the model is for and where it fails: the labels hardly measured, and those with a low F1."""
    labels = () if figures is None else figures.per_label
    rare = [label.label for label in labels if label.support < _MIN_ROWS]
    poor = [label.label for label in labels if label.support >= _MIN_ROWS and (label.f1 or 0) < _POOR_F1]
    weak = {
        f"on fewer than {_MIN_ROWS} measured rows, so that their figures say next to nothing": rare,
        f"with an F1 below {_POOR_F1:g}": poor,
    }
    named = [fill("* Labels {why}: {names}.", why=why, names=", ".join(names)) for why, names in weak.items() if names]
    return "\n".join([_LIMITS, *named, _CAUTIONS])


def training_part(provenance: Provenance) -> str:
    """Return where the model came from."""
    base_model = provenance.base_model
    lines = [fill(_TRAINING, base_model=base_model)]
    if base_model.reason:
        lines.append(fill("  Why this one: {reason}.", reason=base_model.reason))
    lines.append(fill(_ROWS, data=provenance.data, split=provenance.split))
    return "\n".join(lines)


def _calibration(calibration: CalibrationComparison) -> str:
    return fill(
        "Probabilities are calibrated ({calibration.method}). Expected calibration error\n"
        "{before.ece:.3f} before, {after.ece:.3f} after; Brier score\n"
        "{before.brier:.3f} before, {after.brier:.3f} after.",
        calibration=calibration, before=calibration.before, after=calibration.after,
    )  # fmt: skip


def _figure(figures: Metrics | None, name: str, absent: str) -> str:
    """Return a figure over all labels with its interval."""
    if figures is None or name not in figures.values:
        return absent
    return format_with_interval(figures.values[name], figures.intervals.get(name))


def _label_figures(label: LabelMetrics | None) -> list[str]:
    """Return rows measured, precision, recall and F1 of a label."""
    if label is None:
        return ["not measured"] * 4
    names = ("precision", "recall", "f1")
    return [
        format_count(label.support, label.judged),
        *(format_with_interval(label.figure(name), label.intervals.get(name)) for name in names),
    ]  # fmt: skip

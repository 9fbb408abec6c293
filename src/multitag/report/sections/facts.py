"""Where a run came from: its data, base model, thresholds and settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from multitag.config.objective import objective_title
from multitag.evaluation.run_metrics import RunMetrics
from multitag.evaluation.thresholds.thresholds import Thresholds
from multitag.report.pieces import Facts, Section
from multitag.report.provenance import BaseModelFacts, DataFacts, Provenance, SplitFacts

_Entries = list[tuple[str, str]]
_MAX_LEFT_OUT = 20  # rows named one by one
_MAX_AGREED = 50  # labels


def facts_sections(
    *,
    metrics: RunMetrics,
    thresholds: Thresholds,
    settings: Mapping[str, Any],
    final_settings: Mapping[str, Any] | None,
    provenance: Provenance,
    created: str,
) -> list[Section]:
    """Return the sections at the end of the page; arguments as for ``build_report``."""
    run = [("Created", created), ("Training took", f"{metrics.training_seconds:.1f} seconds")]
    if metrics.refit is not None:
        how_long = f" for {metrics.refit.epochs:g} epochs" if metrics.refit.epochs else ""  # none of a linear head
        run.append(("Final model", f"retrained on all {metrics.refit.rows} rows{how_long}"))
    return [
        Section("data", "Data and split", [Facts(data_facts(provenance.data, provenance.split))]),
        Section("base-model", "Base model", [Facts(_model_facts(provenance.base_model))]),
        Section("thresholds", "Thresholds", [Facts(_threshold_facts(thresholds))]),
        Section("run", "Run", [Facts(run)]),
        Section("settings", "Settings", [Facts(_settings_facts(settings, final_settings))]),
    ]


def data_facts(data: DataFacts, split: SplitFacts) -> _Entries:
    """Return what is said of the table and how it was divided."""
    left_out = [f"row {row}: {reason}" for row, reason in data.left_out]
    if len(left_out) > _MAX_LEFT_OUT:
        left_out[_MAX_LEFT_OUT:] = [f"and {len(left_out) - _MAX_LEFT_OUT} more rows"]
    sides = [f"{split.train} train", f"{split.validation} validation", f"{split.test} test"]
    if split.folds is not None:
        sides.insert(0, f"{split.folds} folds")
    return [
        ("Source", data.source),
        ("Rows", f"{data.rows} read, {data.rows_used} used"),
        ("Rows left out", "; ".join(left_out) or "none"),
        ("Columns", f"texts from {data.text_column}, labels from {data.label_column}"),
        ("Label separator", data.label_separator or "none"),
        *_agreement_facts(data),
        ("Split", f"{split.method}: {', '.join(sides)}"),
        ("Fingerprint (SHA-256)", data.fingerprint),
    ]


def _agreement_facts(data: DataFacts) -> _Entries:
    """Return how far annotators agree on each label, the least agreed on first; nothing where they are not known."""
    measured = sorted((alpha, name) for name, alpha in (data.label_agreement or {}).items() if alpha is not None)
    if not measured:
        return []
    alphas = ", ".join(f"{name} {alpha:.2f}" for alpha, name in measured[:_MAX_AGREED])
    more = f" and {len(measured) - _MAX_AGREED} more" if len(measured) > _MAX_AGREED else ""
    return [("Agreement of annotators (Krippendorff's alpha)", f"{alphas}{more}")]


def _model_facts(base_model: BaseModelFacts) -> _Entries:
    return [
        ("Name", base_model.name),
        ("Requested", base_model.asked_for),
        ("Reason", base_model.reason or "not recorded"),
        ("Architecture", base_model.architecture),
        ("Weights (SHA-256)", base_model.weights_sha256),
    ]


def _threshold_facts(thresholds: Thresholds) -> _Entries:
    tuned: _Entries = [("Tuned", "no")]
    if thresholds.per_label is not None and thresholds.global_threshold is not None:
        lowest, highest = min(thresholds.per_label), max(thresholds.per_label)
        tuned = [
            ("Per label", f"from {lowest:.3f} to {highest:.3f}"),
            ("For all labels", f"{thresholds.global_threshold:.3f}"),
            ("Tuned", f"for the best {objective_title(thresholds.objective)} on {thresholds.tuned_on}"),
        ]
    used = {"per_label": "one for each label", "global": "the same for all labels", "fixed": "the fixed one"}
    policy = used.get(thresholds.policy, thresholds.policy)
    return [("In use", policy), ("Fixed", f"{thresholds.fixed:g}"), *tuned]


def _settings_facts(settings: Mapping[str, Any], final_settings: Mapping[str, Any] | None) -> _Entries:
    """Return the settings of the run, each with that of the final model's training beside it where the two differ."""
    final = dict(_flatten(final_settings or settings))
    return [
        (name, value if final.get(name, value) == value else f"{value}; final model: {final[name]}")
        for name, value in _flatten(settings)
    ]


def _flatten(settings: Mapping[str, Any], prefix: str = "") -> _Entries:
    facts: _Entries = []
    for key, value in settings.items():
        if isinstance(value, Mapping) and value:
            facts += _flatten(value, f"{prefix}{key}.")
        else:
            facts.append((f"{prefix}{key}", _setting(value)))
    return facts


def _setting(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "not set" if value is None or value == {} else json.dumps(value, default=str)

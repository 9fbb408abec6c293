"""Where a run came from: its data, base model, thresholds and settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from multitag.config.objective import objective_title
from multitag.evaluation.thresholds.thresholds import Thresholds
from multitag.report.pieces import Facts, Section

_Entries = list[tuple[str, str]]
_MAX_LEFT_OUT = 20  # rows named one by one


def facts_sections(
    *,
    metrics: Mapping[str, Any],
    thresholds: Thresholds,
    settings: Mapping[str, Any],
    base_model: Mapping[str, Any],
    data: Mapping[str, Any],
    split: Mapping[str, Any],
    created: str,
) -> list[Section]:
    """Give the sections at the end of the page; arguments as for ``build_report``."""
    run = [("Made", created), ("Training took", f"{metrics['training_seconds']:.1f} seconds")]
    if refit := metrics.get("refit"):
        run.append(("The model that leaves", f"trained on all {refit['rows']} rows for {refit['epochs']:g} epochs"))
    return [
        Section("data", "Data and split", [Facts(_data_facts(data, split))]),
        Section("base-model", "Base model", [Facts(_model_facts(base_model))]),
        Section("thresholds", "Thresholds", [Facts(_threshold_facts(thresholds))]),
        Section("run", "Run", [Facts(run)]),
        Section("settings", "Settings", [Facts(_flatten(settings))]),
    ]


def _data_facts(data: Mapping[str, Any], split: Mapping[str, Any]) -> _Entries:
    left_out = [f"row {row}: {reason}" for row, reason in data["left_out"]]
    if len(left_out) > _MAX_LEFT_OUT:
        left_out[_MAX_LEFT_OUT:] = [f"and {len(left_out) - _MAX_LEFT_OUT} more rows"]
    folds = [f"{split['folds']} folds"] if "folds" in split else []
    sides = ", ".join([*folds, *(f"{split[side]} {side}" for side in ("train", "validation", "test"))])
    return [
        ("Source", data["source"]),
        ("Rows", f"{data['rows']} read, {data['rows_used']} used"),
        ("Rows left out", "; ".join(left_out) or "none"),
        ("Columns", f"texts from {data['text_column']}, labels from {data['label_column']}"),
        ("Label separator", data["label_separator"] or "none"),
        ("Split", f"{split['method']}: {sides}"),
        ("Fingerprint (SHA-256)", data["fingerprint"]),
    ]


def _model_facts(base_model: Mapping[str, Any]) -> _Entries:
    return [
        ("Name", base_model["name"]),
        ("Asked for", base_model["asked_for"]),
        ("Why this one", base_model["reason"]),
        ("Architecture", base_model["architecture"]),
        ("Weights (SHA-256)", base_model["weights_sha256"]),
    ]


def _threshold_facts(thresholds: Thresholds) -> _Entries:
    tuned: _Entries = [("Tuned", "no")]
    if thresholds.per_label is not None and thresholds.global_threshold is not None:
        lowest, highest = min(thresholds.per_label), max(thresholds.per_label)
        tuned = [
            ("One a label", f"from {lowest:.3f} to {highest:.3f}"),
            ("One for all labels", f"{thresholds.global_threshold:.3f}"),
            ("Tuned", f"for the best {objective_title(thresholds.objective)} on {thresholds.tuned_on}"),
        ]
    used = {"per_label": "one a label", "global": "one for all labels", "fixed": "the fixed one"}
    policy = used.get(thresholds.policy, thresholds.policy)
    return [("Used to predict", policy), ("Fixed", f"{thresholds.fixed:g}"), *tuned]


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

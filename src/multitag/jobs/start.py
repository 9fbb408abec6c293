"""``multitag start``: a bundle of labels' names and descriptions, before there is a row."""

from __future__ import annotations

import hashlib
import logging
import platform
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from multitag.atomic import refuse_existing, refuse_unwritable, system_errors_as_output_errors
from multitag.bundle.contents import write_contents
from multitag.bundle.layout import CARD, METRICS, REPORT
from multitag.bundle.manifest import utc_now
from multitag.bundle.strict_json import dump_json
from multitag.bundle.write import write_bundle
from multitag.config import Config
from multitag.config.model import ModelConfig
from multitag.data.label_formats.descriptions import label_texts, read_label_descriptions
from multitag.data.read import read_table
from multitag.errors import ConfigError, DataError, ExportError
from multitag.evaluation.calibration.calibration import Calibration
from multitag.evaluation.decision_rules import DecisionRules
from multitag.evaluation.recipe_choice import RecipeChoice
from multitag.evaluation.run_metrics import LabelCounts, RunMetrics
from multitag.evaluation.thresholds.thresholds import Thresholds
from multitag.export.gate import GateRows, export_checked
from multitag.labels import UNKNOWN, LabelSet
from multitag.model.base import resolve_base_model
from multitag.paths import as_path
from multitag.report.card import build_card
from multitag.report.page import build_report
from multitag.report.provenance import Provenance
from multitag.report.started import STARTED
from multitag.threads import import_torch

logger = logging.getLogger("multitag")

GATE_TEXTS = 100  # of the packaged sample, on which graphs are compared with the model


@dataclass(frozen=True)
class Started:
    """What ``multitag start`` made.

    Parameters
    ----------
    bundle : Path
    label_names : tuple of str
    notes : tuple of str
        What to know of it, in sentences.
    """

    bundle: Path
    label_names: tuple[str, ...]
    notes: tuple[str, ...]


def start_bundle(
    labels: str | Path, *, out: str | Path, base_model: str = "auto", max_length: int = ModelConfig.max_length,
    onnx: bool = True,
) -> Started:  # fmt: skip
    """Make a bundle of labels' names and descriptions alone.

    Parameters
    ----------
    labels : str or Path
        YAML or JSON: a list of names, or names with descriptions.
    out : str or Path
        The bundle's folder; must not exist.
    base_model : str, default "auto"
        As in training; DistilBERT, BERT, RoBERTa or minilm.
    max_length : int, default 256
        Longest text in tokens that the bundle reads.
    onnx : bool, default True
        Add ONNX graphs.

    Returns
    -------
    Started

    Raises
    ------
    ConfigError
        If the file cannot be read, or the base model cannot hold a linear head.
    DataError
        If it does not hold at least two labels.
    BaseModelError
        If the weights cannot be had.
    OutputError
        If ``out`` exists or cannot be written.
    """
    source, target = as_path(labels, "labels"), as_path(out, "out")
    refuse_existing(target)
    refuse_unwritable(target)
    described = read_label_descriptions(source)
    if len(described) < 2:
        raise DataError(f"{source}: expected at least two labels, got {len(described)}")
    import_torch()  # seconds, which a mistake in the file does not have to wait for
    from multitag.jobs.train.recipes.resolve import LINEAR
    from multitag.model.mean_block import refusal_to_pool
    from multitag.training.linear import name_head
    from multitag.training.name_prior import THRESHOLD_ALONE

    label_set = LabelSet(tuple(sorted(described)))
    config = Config().override(base_model=base_model, recipe=LINEAR, max_length=max_length, onnx=onnx)
    base = resolve_base_model(base_model)
    if (refusal := refusal_to_pool(base)) is not None:
        raise ConfigError(f"base_model: {refusal}; take minilm or another DistilBERT, BERT or RoBERTa")
    if base.stands_in:
        logger.warning("base model: minilm, because %s", base.reason)
    head = name_head(label_set, label_texts(label_set.names, described), base, config)
    rules = DecisionRules(
        Calibration.identity(len(label_set)), Thresholds.fixed_only(THRESHOLD_ALONE, len(label_set))
    )
    with (
        system_errors_as_output_errors(target.parent),
        tempfile.TemporaryDirectory(dir=target.parent, prefix=".model.", suffix=".partial") as name,
    ):
        scratch = Path(name)
        head.save(scratch / "model")
        notes = (STARTED, *head.notes, *(_export(scratch, label_set, rules) if onnx else ()))
        metrics = _no_metrics(label_set, notes, LINEAR)
        facts = {
            "base_model": head.base_facts(), "data": _facts(source, described, label_set),
            "split": {"method": "none", "train": 0, "validation": 0, "test": 0},
        }  # fmt: skip
        _write(target, scratch, label_set, rules, metrics, config, facts)
    return Started(target, label_set.names, notes)


def _no_metrics(label_set: LabelSet, notes: tuple[str, ...], recipe: str) -> RunMetrics:
    return RunMetrics(
        label_names=label_set.names, sides={}, label_counts=dict.fromkeys(label_set.names, LabelCounts(0, 0, 0)),
        history=(), notes=notes, training_seconds=0.0, recipe=RecipeChoice(recipe, sentence=STARTED),
    )  # fmt: skip


def _facts(source: Path, described: Mapping[str, str], label_set: LabelSet) -> dict[str, Any]:
    """Describe the rows that there are not; the columns are those by which ``evaluate`` reads a table."""
    return {
        "started": True, "label_descriptions": {name: described[name] for name in label_set.names},
        "source": source.name, "fingerprint": hashlib.sha256(b"").hexdigest(), "trained_on": [],
        "text_column": "text", "label_column": "labels", "label_separator": None,
        "rows": 0, "rows_used": 0, "left_out": [], "summary": STARTED,
    }  # fmt: skip


def _export(scratch: Path, label_set: LabelSet, rules: DecisionRules) -> list[str]:
    """Write the graphs that decide as the model does on texts of the packaged sample; tell why where none does."""
    texts = read_table("sample").texts[:GATE_TEXTS]
    rows = GateRows(texts, np.full((len(texts), len(label_set)), UNKNOWN, dtype=np.int8))
    try:
        parities = export_checked(scratch, rows, label_set, rules, sample=texts)
    except ExportError as error:
        return [f"no ONNX graph is in the bundle: {error}"]
    left_out = [f"the {parity.graph} graph is left out ({parity.failure})" for parity in parities if not parity.passed]
    return left_out


def _write(
    target: Path, scratch: Path, label_set: LabelSet, rules: DecisionRules, metrics: RunMetrics, config: Config,
    facts: Mapping[str, Mapping[str, Any]],
) -> None:  # fmt: skip
    """Write the bundle, whole or not at all."""
    from multitag.jobs.train.bundling import VERSIONS_OF

    provenance, settings = Provenance.from_manifest(**facts), config.to_dict()
    card = build_card(label_set=label_set, metrics=metrics, thresholds=rules.thresholds, provenance=provenance)
    report = build_report(
        title=f"{facts['data']['source']}: labels' names alone", metrics=metrics, thresholds=rules.thresholds,
        settings=settings, provenance=provenance, created=utc_now(),
    )  # fmt: skip
    versions = {"python": platform.python_version(), **{name: version(name) for name in VERSIONS_OF}}
    with write_bundle(
        target, versions=versions, seed=config.seed, settings=settings, metrics={}, **facts
    ) as folder:
        for part in scratch.iterdir():  # model, and onnx where it was asked for
            shutil.move(part, folder / part.name)
        write_contents(folder, label_set, rules.thresholds, rules.calibration)
        (folder / METRICS).write_bytes(dump_json(metrics.to_dict()))
        (folder / CARD).write_text(card, encoding="utf-8")
        (folder / REPORT).write_text(report, encoding="utf-8")

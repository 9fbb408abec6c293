"""README.md of a bundle: a model card that people and the Hugging Face hub can read.

It is written without a template engine, so that a core-only install can write it anew.
"""

from __future__ import annotations

import re

from multitag.evaluation.metrics.metrics import Metrics
from multitag.evaluation.run_metrics import RunMetrics
from multitag.evaluation.thresholds.thresholds import Thresholds
from multitag.labels import LabelSet
from multitag.report.card_header import without_thresholds, write_header, write_plain_header
from multitag.report.card_sections import (
    guarantee_part,
    labels_part,
    limits_part,
    results_part,
    title_part,
    training_part,
    usage_part,
)
from multitag.report.provenance import BaseModelFacts, Provenance
from multitag.report.tables import headline_side

MINILM_ON_HUB = "sentence-transformers/all-MiniLM-L6-v2"

_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?", re.ASCII)


def build_card(
    *,
    label_set: LabelSet,
    metrics: RunMetrics,
    thresholds: Thresholds,
    provenance: Provenance,
    with_model_index: bool = True,
) -> str:
    """Write the model card of a bundle.

    Parameters
    ----------
    label_set : LabelSet
    metrics : RunMetrics
    thresholds : Thresholds
        Those of the bundle. The card has figures only of these and of the fixed one.
    provenance : Provenance
    with_model_index : bool, default True
        Put the figures into the header too, for the hub, which takes huggingface_hub.

    Returns
    -------
    str
        Markdown after a YAML header in the Hugging Face format. It names no licence: that depends on the
        data, which only its owner knows.

    Raises
    ------
    MissingExtraError
        If the figures are to be in the header and huggingface_hub is not installed.
    """
    side = headline_side(metrics.sides)
    used = _figures_in_use(metrics, side, thresholds)
    hub_name = name_on_hub(provenance.base_model)
    header = write_plain_header(hub_name)
    if with_model_index:
        figures = without_thresholds(metrics.sides[side].fixed) if side and used is None else used
        header = write_header(hub_name, provenance.data, side, figures)
    parts = [
        title_part(label_set, provenance.data),
        results_part(metrics, side, thresholds, provenance.split),
        labels_part(label_set, metrics, used, thresholds),
        *([] if metrics.guarantee is None else [guarantee_part(metrics.guarantee)]),
        usage_part(),
        limits_part(used),
        training_part(provenance),
    ]
    return "\n\n".join([f"---\n{header}\n---", *parts]).replace("\n---\n\n#", "\n---\n#", 1) + "\n"


def name_on_hub(base_model: BaseModelFacts) -> str | None:
    """Return the base model's name on the Hugging Face hub; None for a local folder."""
    if base_model.is_folder:
        return None
    if base_model.name == "minilm":
        return MINILM_ON_HUB
    return base_model.name if _HUB_NAME.fullmatch(base_model.name) else None


def _figures_in_use(metrics: RunMetrics, side: str | None, thresholds: Thresholds) -> Metrics | None:
    """Return the figures at the thresholds that predict; None where there are none, as after these were tuned again."""
    if side is None:
        return None
    measured = metrics.sides[side]
    return measured.fixed if thresholds.policy == "fixed" else measured.tuned

"""The files of a bundle that other thresholds change: thresholds, figures and model card."""

from __future__ import annotations

from dataclasses import replace

from multitag.bundle.layout import CARD, MANIFEST, METRICS, THRESHOLDS
from multitag.bundle.metrics import read_metrics
from multitag.bundle.read import Bundle
from multitag.bundle.strict_json import dump_json
from multitag.errors import BundleError
from multitag.evaluation.metrics.metrics import SideMetrics
from multitag.evaluation.run_metrics import RetunedFigures
from multitag.evaluation.thresholds.retune import Retuned
from multitag.report.card import build_card
from multitag.report.card_header import can_write_model_index
from multitag.report.provenance import Provenance
from multitag.report.retuned import retuned_note

NO_MODEL_INDEX = (
    "README.md has no figures in its header now (model-index), as huggingface_hub is not installed; the rest of it is "
    "up to date"
)


def changed_files(bundle: Bundle, retuned: Retuned) -> tuple[dict[str, bytes], list[str]]:
    """Write the files of a bundle that other thresholds change: a core-only install can do so.

    Parameters
    ----------
    bundle : Bundle
        With the thresholds before.
    retuned : Retuned

    Returns
    -------
    files : dict of str to bytes
        thresholds.json; metrics.json with what the new thresholds change; and the model card, without the figures at
        the thresholds before.
    notes : list of str
        What the card lacks.

    Raises
    ------
    BundleError
        If metrics.json or the manifest is not what multitag train writes.
    """
    facts = bundle.manifest
    metrics = read_metrics(bundle.folder)
    try:
        provenance = Provenance.from_manifest(base_model=facts.base_model, data=facts.data, split=facts.split)
    except BundleError as error:
        raise BundleError(f"{MANIFEST}: {error}") from error
    with_model_index = can_write_model_index()
    card = build_card(
        label_set=bundle.label_set, thresholds=retuned.thresholds, provenance=provenance,
        # Simpler models were compared at the thresholds before, too.
        metrics=replace(
            metrics, sides={side: SideMetrics(measured.fixed) for side, measured in metrics.sides.items()},
            notes=(*metrics.notes, retuned_note(retuned)), baselines=None,
        ),
        with_model_index=with_model_index,
    )  # fmt: skip
    files = {
        THRESHOLDS: dump_json(retuned.thresholds.to_dict()),
        METRICS: dump_json(replace(metrics, retuned=RetunedFigures.from_dict(retuned.to_dict())).to_dict()),
        CARD: card.encode("utf-8"),
    }
    return files, [] if with_model_index else [NO_MODEL_INDEX]

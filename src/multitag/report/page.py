"""The whole page: its sections in their order, each only where there is something to show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.run_metrics import RunMetrics
from multitag.evaluation.thresholds.thresholds import Thresholds
from multitag.report.best_measured import best_measured
from multitag.report.html import render_page
from multitag.report.pieces import Section
from multitag.report.provenance import Provenance
from multitag.report.recipe import model_title
from multitag.report.sections.audit import audit_section
from multitag.report.sections.baselines import baselines_section
from multitag.report.sections.calibration import calibration_section
from multitag.report.sections.cooccurrence import together_section
from multitag.report.sections.curves import curves_section
from multitag.report.sections.facts import facts_sections
from multitag.report.sections.guarantee import guarantee_section
from multitag.report.sections.headline import headline_section, summary
from multitag.report.sections.labels import labels_section
from multitag.report.sections.learning import learning_section
from multitag.report.sections.mistakes import mistakes_section
from multitag.report.sections.scores import scores_section


def build_report(
    *,
    title: str,
    metrics: RunMetrics,
    thresholds: Thresholds,
    settings: Mapping[str, Any],
    provenance: Provenance,
    created: str,
    final_settings: Mapping[str, Any] | None = None,
    held_out: HeldOut | None = None,
) -> str:
    """Write the report of a run as one self-contained HTML page.

    Equal arguments give equal text. The page loads nothing, prints, follows light and dark mode, and works
    without JavaScript, which only sorts tables.

    Parameters
    ----------
    title : str
        Heading of the page.
    metrics : RunMetrics
    thresholds : Thresholds
        Those of the bundle.
    settings : mapping
        All settings of the run, in sections, as ``Config.to_dict`` returns them.
    provenance : Provenance
    created : str
        Date and time of the run.
    final_settings : mapping, optional
        Those that the final model was trained with, where it was retrained on all rows; shown where they differ.
    held_out : HeldOut, optional
        The rows behind the figures; without them what takes single rows is left out.

    Returns
    -------
    str
        HTML, to be saved as UTF-8.

    Raises
    ------
    MissingExtraError
        If jinja2 or matplotlib is not installed.
    """
    return render_page(
        title=title,
        summary=summary(metrics, best_measured(metrics.sides), provenance),
        notes=metrics.notes,
        sections=[
            *_figure_sections(metrics, _model_title(metrics, provenance)),
            *_row_sections(metrics, thresholds, held_out.headline() if held_out is not None else None),
            *([audit_section(metrics.audit)] if metrics.audit is not None else []),
            *([learning_section(metrics.history)] if metrics.recipe is None or metrics.recipe.kept != "linear" else []),
            *facts_sections(
                metrics=metrics, thresholds=thresholds, settings=settings, final_settings=final_settings,
                provenance=provenance, created=created,
            ),
        ],
    )  # fmt: skip


def _model_title(metrics: RunMetrics, provenance: Provenance) -> str:
    return model_title("" if metrics.recipe is None else metrics.recipe.kept, provenance.base_model.name)


def _figure_sections(metrics: RunMetrics, model: str) -> list[Section]:
    measured = best_measured(metrics.sides)
    sections = [headline_section(metrics, measured)]
    if measured and metrics.baselines is not None:
        sections.append(baselines_section(metrics.baselines, measured, model, metrics.training_seconds))
    sections.append(labels_section(metrics, measured))
    return sections


def _row_sections(metrics: RunMetrics, thresholds: Thresholds, rows: HeldOut | None) -> list[Section]:
    sections = []
    if metrics.calibration is not None:
        sections.append(calibration_section(metrics.calibration))
    if metrics.guarantee is not None:
        sections.append(guarantee_section(metrics.guarantee))
    if rows:
        sections += [
            curves_section(rows),
            scores_section(rows, thresholds.values().tolist()),
            together_section(rows),
            mistakes_section(rows),
        ]
    return sections

"""All figures of a run: metrics.json of its bundle, documented key by key in docs/metrics.md."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Self

from multitag.evaluation.baselines.comparison import BaselineComparison
from multitag.evaluation.calibration.reliability import CalibrationComparison
from multitag.evaluation.guarantees.guarantee import Guarantee
from multitag.evaluation.held_out import OUT_OF_FOLD
from multitag.evaluation.label_audit.audit import AuditSummary
from multitag.evaluation.metrics.metrics import SideMetrics
from multitag.evaluation.recipe_choice import RecipeChoice
from multitag.evaluation.records import OMIT_NONE, Count, Record, Seconds, Share, Within, in_json, record_error
from multitag.evaluation.threshold_curves import ThresholdCurve

VERSION = 2
SIDES = ("validation", "test", OUT_OF_FOLD)


@dataclass(frozen=True)
class LabelCounts(Record):
    """Numbers of rows of each side, for one label.

    Parameters
    ----------
    train : int
        Training rows; with folds, all rows that take turns.
    validation : int
        Validation rows.
    test : int
        Test rows.
    """

    train: Count
    validation: Count
    test: Count


@dataclass(frozen=True)
class Refit(Record):
    """The training of the final model on all rows, after others were measured.

    Parameters
    ----------
    rows : int
        Rows that it was trained on.
    epochs : float
        How long: as long as the models that were measured; 0 of a linear head, which is not trained in epochs.
    """

    rows: Count
    epochs: Annotated[float, Within(0)]


@dataclass(frozen=True)
class HistoryEntry(Record):
    """What was recorded at one step of training; a key is there only if it was recorded.

    Parameters
    ----------
    epoch : float
        Passes over the training rows until then.
    step : int
        Optimiser steps until then.
    loss : float or None
        Training loss, the mean since the entry before.
    validation_loss : float or None
        Loss on the validation rows.
    validation_macro_average_precision : float or None
        Macro average precision on the validation rows, over the labels that are on one of them.
    """

    epoch: Annotated[float, Within(0)]
    step: Count
    loss: float | None = field(default=None, metadata=OMIT_NONE)
    validation_loss: float | None = field(default=None, metadata=OMIT_NONE)
    validation_macro_average_precision: Share | None = field(default=None, metadata=OMIT_NONE)


@dataclass(frozen=True)
class RetunedFigures(Record):
    """What thresholds changed that ``multitag tune`` put into the bundle, measured on rows not used to tune them.

    Parameters
    ----------
    objective : str
        What they were tuned for, such as ``"f1"``.
    tuned_on : str
        The rows they were tuned on, such as ``"films.csv, 60 rows"``.
    rows : int
        How many these are.
    before : dict of str to (float or None)
        Figures at the thresholds before, by their titles, that of the objective first.
    after : dict of str to (float or None)
        The same at the new thresholds: each fifth of the rows decided by thresholds that were tuned on the other four.
    difference : dict of str to (tuple of float or None)
        After minus before: low and high end of the 95% interval; None where it is undefined or no resample moves it.
    """

    objective: str
    tuned_on: str
    rows: Count
    before: dict[str, float | None]
    after: dict[str, float | None]
    difference: dict[str, tuple[float, float] | None]


@dataclass(frozen=True)
class RunMetrics(Record):
    """All figures of a run.

    Parameters
    ----------
    version : int
        Number of this layout, 2. Files without it are of version 1, which had fewer parts; they are read, and written
        as version 2. A newer version is refused.
    label_names : tuple of str
        The labels, in the order of the model's outputs.
    sides : dict of str to SideMetrics
        Figures by side: ``validation``, ``test`` or ``out_of_fold``; only those that have rows.
    label_counts : dict of str to LabelCounts
        On how many rows of each side each label is.
    judged_counts : dict of str to LabelCounts, or None
        On how many rows of each side somebody judged whether they have each label; None, and no key in JSON, where
        that is all rows.
    history : tuple of HistoryEntry
        How the loss went down while the final model was trained.
    notes : tuple of str
        What to know when reading the figures, in sentences.
    training_seconds : float
        What all trainings of the run took together.
    calibration : CalibrationComparison or None
        How well the probabilities are calibrated; None where no rows were held out, or no label of theirs was judged.
    guarantee : Guarantee or None
        What holds for new rows, the same as in guarantee.json; None where none was asked for, or none could be given.
    audit : AuditSummary or None
        Labels of held-out rows that look wrong; None where no rows were held out.
    baselines : BaselineComparison or None
        Simpler models on the same rows; None where they were not asked for, or no rows were held out.
    refit : Refit or None
        The retraining of the final model on all rows; None where the final model is the one that was measured.
    retuned : RetunedFigures or None
        What ``multitag tune`` changed; None, and no key in JSON, where it has not been used.
    recipe : RecipeChoice or None
        How the final model was trained, and why so; None, and no key in JSON, where an older multitag made the bundle.
    curves : dict of str to ThresholdCurve or None
        Precision and recall of each label at 21 thresholds, on the rows of the headline; None, and no key in JSON,
        where no rows were held out or an older multitag made the bundle.
    """

    label_names: tuple[str, ...]
    sides: dict[str, SideMetrics] = field(metadata=in_json("splits"))
    label_counts: dict[str, LabelCounts]
    history: tuple[HistoryEntry, ...]
    notes: tuple[str, ...]
    training_seconds: Seconds
    calibration: CalibrationComparison | None = None
    guarantee: Guarantee | None = None
    audit: AuditSummary | None = None
    baselines: BaselineComparison | None = None
    refit: Refit | None = None
    retuned: RetunedFigures | None = field(default=None, metadata=OMIT_NONE)
    curves: dict[str, ThresholdCurve] | None = field(default=None, metadata=OMIT_NONE)
    judged_counts: dict[str, LabelCounts] | None = field(default=None, metadata=OMIT_NONE)
    recipe: RecipeChoice | None = field(default=None, metadata=OMIT_NONE)
    version: Count = VERSION

    @property
    def recipe_sentence(self) -> str:
        """Why the recipe was kept; empty where there was no choice."""
        return "" if self.recipe is None else self.recipe.sentence

    @classmethod
    def from_dict(cls, values: object, where: str = "") -> Self:
        """Read what :meth:`to_dict` returned, of this version or an older one, as JSON gives it back.

        Raises
        ------
        BundleError
            If it is of a newer version, a key is missing or unknown, or a value is of another type or out of its
            range; names its place, such as ``splits.test.fixed.n_rows``.
        """
        if not isinstance(values, Mapping):
            return super().from_dict(values, where)
        version: Any = values.get("version", 1)
        if type(version) is not int or version < 1:
            raise record_error(where, f"version: expected a whole number from 1 on, got {reprlib.repr(version)}")
        if version > VERSION:
            raise record_error(
                where,
                f"written by a newer multitag (version {str(version)[:20]} of the figures); this one reads up to "
                f"{VERSION}; upgrade with: pip install -U multitag",
            )
        metrics = super().from_dict({**values, "version": VERSION}, where)
        for side in metrics.sides:
            if side not in SIDES:
                raise record_error(where, f"splits: expected {', '.join(SIDES)}, got {side[:60]!r}")
        return metrics

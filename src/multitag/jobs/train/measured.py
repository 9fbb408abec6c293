"""The final model of a run, and the rows that it, or models like it, were measured on."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from multitag.config import Config, Pool
from multitag.data.split.folds import NO_FOLD
from multitag.data.stored.views import StoredTexts
from multitag.data.task import Task
from multitag.data.texts import Text, join_text
from multitag.evaluation.baselines.models import Pairs
from multitag.evaluation.decision_rules import DecisionRules, FitRules, fixed_rules
from multitag.evaluation.held_out import OUT_OF_FOLD, HeldOut
from multitag.evaluation.recipe_choice import RecipeChoice
from multitag.inference.backends.torch import TorchBackend
from multitag.inference.encoding import TextEncoder
from multitag.inference.scoring import score_texts
from multitag.jobs.train.recipes.recipe import OutOfFold
from multitag.stages import stage
from multitag.training.fine_tune import FineTuned

SCORED_AT_ONCE = 50_000  # texts of a large table

Probabilities = Mapping[str, NDArray[np.float32]]  # side -> (n_side_rows, n_labels)


@dataclass(frozen=True, eq=False)
class MeasuredModel:
    """What comes out of training, before it is bundled.

    Parameters
    ----------
    final : FineTuned
        The final model.
    held_out : HeldOut
        May have no rows.
    rules : DecisionRules
        Calibration and thresholds of the final model.
    fit_rules : callable
        What fitted them, and out of fold those of each fold; the rules of other models are fitted likewise.
    pairs : sequence of (rows to fit on, rows to score)
        Of each model that was measured: one, or one a fold. Other models are fitted and measured likewise.
    seconds : float
        Of all trainings.
    choice : RecipeChoice
        How the final model was trained, and why so.
    refit : dict or None
        ``rows`` and ``epochs`` of the training on all rows, where the final model is not the one measured.
    own : HeldOut or None
        The out-of-fold rows as models of the final model's recipe predict them, which need not be what was measured,
        see :func:`~multitag.evaluation.recipe_choice.choose_recipe`; None without folds.
    passed_over : OutOfFold or None
        The linear head that was trained beside it, where that was not kept.
    """

    final: FineTuned
    held_out: HeldOut
    rules: DecisionRules
    fit_rules: FitRules
    pairs: Pairs
    seconds: float
    choice: RecipeChoice
    refit: dict[str, float] | None = None
    own: HeldOut | None = None
    passed_over: OutOfFold | None = None


def score_sides(
    task: Task, model_folder: Path, pool: Pool | None, sides: Sequence[str]
) -> dict[str, NDArray[np.float32]]:
    """Score the rows of the sides that have some with torch; probabilities of shape (n_side_rows, n_labels).

    By the files of the model, not by what is in memory.
    """
    blocks = [(side, rows) for side in sides if len(task.rows(side)) for rows in _blocks(task.texts(side))]
    scored: dict[str, list[NDArray[np.float32]]] = {}
    with stage("predictions", len(blocks)) as under_way:
        encoder, backend = TextEncoder(model_folder), TorchBackend(model_folder)
        for side, rows in blocks:
            texts = task.texts(side)[rows]  # read here, a block at a time
            scored.setdefault(side, []).append(score_texts(encoder, backend, texts, len(task.label_set), pool=pool))
            under_way.advance()
    return {side: np.concatenate(parts) for side, parts in scored.items()}


def _blocks(texts: Sequence[Text]) -> Iterator[slice]:
    """Divide texts that are on disk, so that the tokens of a block fit in memory."""
    step = SCORED_AT_ONCE if isinstance(texts, StoredTexts) else len(texts)
    return (slice(start, start + step) for start in range(0, len(texts), step))


def score_by_files(final: FineTuned, task: Task, scratch_in: Path, pool: Pool | None) -> dict[str, NDArray[np.float32]]:
    """Save a model in a folder that goes again, and score the test rows as :func:`score_sides` does."""
    with tempfile.TemporaryDirectory(dir=scratch_in, prefix=".model.", suffix=".partial") as scratch:
        final.save(Path(scratch) / "model")
        return score_sides(task, Path(scratch) / "model", pool, ("test",))


def hold_out_by_files(final: FineTuned, task: Task, scratch_in: Path, settings: Config) -> HeldOut:
    """Score the test rows as :func:`score_by_files` does, and decide them at the fixed threshold."""
    y_raw = score_by_files(final, task, scratch_in, settings.model.window_pool)
    return held_out_rows(task, y_raw, fixed_rules(settings.evaluation, len(task.label_set)))


def held_out_rows(task: Task, y_raw: Probabilities, rules: DecisionRules) -> HeldOut:
    """Put together the scored rows of some sides, with what the rules make of them."""
    n_labels = len(task.label_set)
    index = np.concatenate([task.rows(side) for side in y_raw] or [np.empty(0, dtype=np.int64)])
    raw = np.concatenate([*y_raw.values(), np.empty((0, n_labels), dtype=np.float32)])
    y_prob, y_pred = rules.apply(raw)
    return HeldOut(
        task.label_set.names, np.array([task.table.rows[row] for row in index], dtype=np.int64),
        tuple(join_text(task.table.texts[row]) for row in index),
        tuple(side for side in y_raw for _ in task.rows(side)), np.full(len(index), NO_FOLD), task.y[index],
        raw, y_prob, y_pred, index,
    )  # fmt: skip


def join_folds(scored: Sequence[HeldOut], parts: Sequence[Task]) -> HeldOut:
    """Put the rows of all folds together, in the order of the table."""
    index = np.concatenate([part.rows("test") for part in parts])
    joined = replace(scored[0].joined(*scored[1:]), index=index)  # an older multitag's files have none
    fold = np.repeat(np.arange(len(parts)), [len(held_out) for held_out in scored])
    order = np.argsort(index)
    return joined.taken(order, side=OUT_OF_FOLD, fold=fold[order])

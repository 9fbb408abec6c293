"""A fine-tuned model beside simpler ones on the same rows, and in one sentence whether it was worth it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.evaluation.baselines.models import Baseline
from multitag.evaluation.decision_rules import FitRules, apply_nested
from multitag.evaluation.held_out import OUT_OF_FOLD, HeldOut
from multitag.evaluation.intervals.bootstrap import bootstrap_intervals, paired_differences
from multitag.evaluation.metrics.compute import compute_metrics

DECIDING = "macro_f1"


def judge_baselines(
    baselines: Sequence[Baseline],
    held_out: HeldOut,
    places: NDArray[np.int64],
    fit: FitRules,
    *,
    model_name: str,
    resamples: int,
    seed: int,
) -> dict[str, Any]:
    """Compare a model to simpler ones, each with calibration and thresholds of its own.

    Parameters
    ----------
    baselines : sequence of Baseline
        At least one.
    held_out : HeldOut
        What the model predicted, and the rows that its own rules were fitted on.
    places : ndarray of int64, shape (n_held_out_rows,)
        Where these rows stand in the table that the baselines were fitted on, from 0.
    fit : callable
        Fits rules as those of the model were: to validation rows, of which there may be none, or out of fold to the
        rows of the other folds.
    model_name : str
        What the model is called in the sentence, such as ``"fine-tuned minilm"``.
    resamples : int
        Of the bootstrap; 0 leaves the intervals out.
    seed : int
        Of the bootstrap.

    Returns
    -------
    dict
        What stands under ``baselines`` in metrics.json: ``side`` (which rows), ``models`` (each with ``name``,
        ``values``, ``intervals``, ``difference`` (the model minus it: value, low, high) and ``seconds``) and
        ``verdict``.
    """
    measured = held_out.headline()
    models = []
    for each in baselines:
        y_prob, y_pred = _decide(held_out, each.y_raw[places], measured.side[0], fit)
        models.append(
            {
                "name": each.name,
                "seconds": round(each.seconds, 3),
                **_figures(measured, y_prob, y_pred, resamples, seed),
            }
        )
    return {"side": measured.side[0], "models": models, "verdict": verdict(models, model_name)}


def verdict(models: Sequence[dict[str, Any]], model_name: str) -> str:
    """Say in one sentence how a model does beside the best of simpler ones, by macro-F1.

    Parameters
    ----------
    models : sequence of dict
        Each with ``name``, ``values`` and ``difference``, as :func:`judge_baselines` gives them.
    model_name : str

    Examples
    --------
    >>> tfidf = {"name": "TF-IDF + logistic regression", "values": {"macro_f1": 0.3}}
    >>> verdict([{**tfidf, "difference": {"macro_f1": [0.14, 0.1, 0.18]}}], "fine-tuned minilm")
    'fine-tuned minilm beats TF-IDF + logistic regression by 0.14 macro-F1 [0.10, 0.18]'
    """
    known = [each for each in models if each["values"][DECIDING] is not None]
    if not known:
        return "macro-F1 is undefined on these rows: nothing can be said of simpler models"
    best = max(known, key=lambda each: float(each["values"][DECIDING]))
    name = best["name"] + (f" (the best of {len(known)} simpler models)" if len(known) > 1 else "")
    if DECIDING not in best["difference"]:
        return f"{name} has macro-F1 {best['values'][DECIDING]:.2f}; without intervals more cannot be said"
    value, low, high = best["difference"][DECIDING]
    interval = f"[{low:z.2f}, {high:z.2f}]"
    if low > 0:
        return f"{model_name} beats {name} by {value:z.2f} macro-F1 {interval}"
    if high < 0:
        return f"{name} beats {model_name} by {-value:.2f} macro-F1 [{-high:.2f}, {-low:.2f}]: take the simpler model"
    return (
        f"{model_name} is not distinguishable from {name}: macro-F1 differs by {value:z.2f} {interval}; "
        "the simpler model would do"
    )


def _decide(
    held_out: HeldOut, y_raw: NDArray[np.float32], side: str, fit: FitRules
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Predict the measured rows by rules that were fitted as the model's were."""
    measured, validation = (np.array([each == name for each in held_out.side]) for name in (side, "validation"))
    if side == OUT_OF_FOLD:
        return apply_nested(held_out.y_true[measured], y_raw[measured], held_out.fold[measured], fit)
    return fit(held_out.y_true[validation], y_raw[validation]).apply(y_raw[measured])


def _figures(
    measured: HeldOut, y_prob: NDArray[np.float32], y_pred: NDArray[np.uint8], resamples: int, seed: int
) -> dict[str, Any]:
    y_true, unused = measured.y_true, np.zeros(len(measured.label_names))  # thresholds of each label
    values = compute_metrics(y_true, y_prob, y_pred, measured.label_names, unused).values
    if resamples == 0:
        return {"values": values, "intervals": {}, "difference": {}}
    (intervals,) = bootstrap_intervals(y_true, y_prob, [y_pred], resamples=resamples, seed=seed)
    difference = paired_differences(
        y_true, (measured.y_prob, measured.y_pred), (y_prob, y_pred), resamples=resamples, seed=seed
    )
    return {
        "values": values,
        "intervals": {name: each and list(each) for name, each in intervals.overall.items()},
        "difference": {name: list(each) for name, each in difference.items()},
    }

"""Whether fine-tuning was worth it, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from multitag.evaluation.baselines.comparison import BaselineFigures

DECIDING, RANKING = "macro_f1", "macro_average_precision"


def baselines_verdict(models: Sequence[BaselineFigures], model_name: str) -> str:
    """Write in one sentence how a model does beside the best of simpler ones, by macro-F1 and then by how it ranks.

    Parameters
    ----------
    models : sequence of BaselineFigures
        The simpler models.
    model_name : str
        What the model is called, such as ``"fine-tuned minilm"``.

    Examples
    --------
    >>> tfidf = BaselineFigures(
    ...     "TF-IDF + logistic regression", 1.5, {"macro_f1": 0.3}, {}, {"macro_f1": (0.14, 0.1, 0.18)}
    ... )
    >>> baselines_verdict([tfidf], "fine-tuned minilm")
    'fine-tuned minilm beats TF-IDF + logistic regression by 0.14 macro-F1 [0.10, 0.18]'
    """
    scored = [(value, model) for model in models if (value := model.values[DECIDING]) is not None]
    if not scored:
        return "macro-F1 is undefined on these rows: nothing can be said of simpler models"
    value, best = max(scored, key=lambda pair: pair[0])
    name = best.name + (f" (the best of {len(scored)} simpler models)" if len(scored) > 1 else "")
    if DECIDING not in best.difference:
        return f"{name} has macro-F1 {value:.2f}; without intervals more cannot be said"
    difference, low, high = best.difference[DECIDING]
    interval = f"[{low:z.2f}, {high:z.2f}]"
    if low > 0:
        return f"{model_name} beats {name} by {difference:z.2f} macro-F1 {interval}"
    if high < 0:
        interval = f"[{-high:.2f}, {-low:.2f}]"
        return f"{name} beats {model_name} by {-difference:.2f} macro-F1 {interval}: take the simpler model"
    ranked, ranked_low, ranked_high = best.difference.get(RANKING, (0.0, 0.0, 0.0))
    if ranked_low > 0:
        return (
            f"{model_name} beats {name} by {ranked:.2f} macro average precision [{ranked_low:.2f}, {ranked_high:.2f}]; "
            f"by macro-F1, {difference:z.2f} apart {interval}, they are not distinguishable"
        )
    return (
        f"{model_name} is not distinguishable from {name}: macro-F1 differs by {difference:z.2f} {interval}; "
        "the simpler model would do"
    )

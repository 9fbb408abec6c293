"""What a model is called by the recipe that made it, and why that recipe was kept, in words."""

from __future__ import annotations

from multitag.evaluation.recipe_choice import DECIDING, RecipeChoice, better_and_worse
from multitag.report.tables import METRIC_TITLES

NOT_BETTER = "is not better beyond doubt"


def model_title(recipe: str, base_model: str) -> str:
    """Return what to call a model.

    Examples
    --------
    >>> model_title("linear", "minilm")
    'a linear head on frozen minilm'
    """
    return f"a linear head on frozen {base_model}" if recipe == "linear" else f"fine-tuned {base_model}"


def word_choice(choice: RecipeChoice, base_model: str) -> str:
    """Say in a sentence which recipe was kept, and by what; empty where there was no choice.

    Examples
    --------
    >>> difference = {"macro_average_precision": (0.042, 0.021, 0.063), "macro_f1": (0.01, -0.012, 0.03)}
    >>> word_choice(RecipeChoice("fine-tune", difference, {"fine-tune": 5, "linear": 0}), "minilm")
    'fine-tuned minilm was kept, as it is better than a linear head on frozen minilm: macro average precision differs by 0.042 [0.021, 0.063], macro F1 by 0.010 [-0.012, 0.030]'
    """  # noqa: E501
    if not choice.folds:
        return ""
    kept = model_title(choice.kept, base_model)
    (other,) = (recipe for recipe in choice.folds if recipe != choice.kept)
    if choice.kept == "linear":
        how = {(False, True): "is worse", (True, True): "is not better by both"}.get(
            better_and_worse(choice.difference), NOT_BETTER
        )
        said = f"{kept} was kept, as fine-tuning the whole model {how}"
    else:
        said = f"{kept} was kept, as it is better than {model_title(other, base_model)}"
    figures: list[str] = []
    for name in DECIDING:
        title = METRIC_TITLES[name][0].lower() + METRIC_TITLES[name][1:]
        if name in choice.difference:
            value, low, high = choice.difference[name]
            figures.append(f"{title} {'' if figures else 'differs '}by {value:z.3f} [{low:z.3f}, {high:z.3f}]")
    said += f": {', '.join(figures)}" if figures else ": on these rows neither can be compared"
    if choice.folds[other]:
        n_folds = sum(choice.folds.values())
        said += f"; without their own rows {choice.folds[other]} of {n_folds} folds chose {other}, and are measured so"
    return said

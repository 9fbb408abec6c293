"""The README's table of quality, made from what ``make bench-quality`` measured."""

from __future__ import annotations

import json
from pathlib import Path

from multitag.report.tables import METRIC_TITLES, format_figure

RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "results" / "quality.json"
NOT_MEASURED = "Not measured yet: `make bench-quality` measures, then `make readme` puts the table here."
RECIPES = {
    "multitag": "multitag",
    "plain": "plain fine-tuning: one learning rate of 5e-5, padding to 128 tokens",
    "tfidf_logistic_regression": "TF-IDF and logistic regression",
    "tfidf_logistic_regression_balanced": "TF-IDF and logistic regression with balanced classes",
    "frozen_features_logistic_regression": "features of the untrained base model and logistic regression",
}
FIGURES = ("macro_f1", "micro_f1", "macro_roc_auc", "macro_average_precision", "hamming_loss")


def quality_table(path: Path = RESULTS) -> str:
    """Return the measured means as a Markdown table, or a sentence where nothing has been measured yet."""
    if not path.is_file():
        return NOT_MEASURED
    measured = json.loads(path.read_text(encoding="utf-8"))
    titles = ["Recipe", *(METRIC_TITLES[name] for name in FIGURES), "Seconds"]
    rows = [titles, [":--", *["--:"] * (len(titles) - 1)]]
    for name, recipe in measured["recipes"].items():
        mean = recipe["mean"]
        rows.append([RECIPES[name], *(format_figure(mean[key]) for key in FIGURES), f"{mean['seconds']:.0f}"])
    settings, machine = measured["settings"], measured["machine"]
    seeds = ", ".join(map(str, measured["seeds"]))
    caption = (
        f"{measured['data']}, {settings['test_size']:.0%} of the rows held out ({settings['method']} split), "
        f"base model {settings['base_model']}, at threshold {measured['threshold']:g}; means over the seeds "
        f"{seeds}. Seconds of training on {machine['cores']} cores ({machine['processor']})."
    )
    return "\n".join([*(f"| {' | '.join(row)} |" for row in rows), "", caption])

"""The README's table of quality: what the leaderboard has of IMDB, on which nothing was chosen."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.leaderboard.figures import FIGURES
from benchmarks.leaderboard.report import with_interval

RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "results" / "leaderboard.json"
CONTENDERS = ("multitag", "frozen", "tfidf", "plain", "prevalence")  # the variants are on the leaderboard's own page


def quality_table(path: Path = RESULTS) -> str:
    """Return the figures, with their 95% intervals, as a Markdown table."""
    results = json.loads(path.read_text(encoding="utf-8"))
    measured = results["tables"]["imdb"]["contenders"]
    lines = [f"| Recipe | {' | '.join(FIGURES.values())} | Draws |", f"| :-- |{' --: |' * (len(FIGURES) + 1)}"]
    for name in CONTENDERS:
        if "figures" in (row := measured[name]):
            cells = [with_interval(row["figures"][figure]) for figure in FIGURES]
            lines.append(f"| {' | '.join([results['titles'][name], *cells, str(len(row['draws']))])} |")
    return "\n".join(lines)

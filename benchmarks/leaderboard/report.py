"""The leaderboard as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.leaderboard.figures import FIGURES

SHOWN = ("macro_f1", "macro_roc_auc", "macro_average_precision")  # whose differences are shown


def as_page(results: Mapping[str, Any]) -> str:
    """Return every table, then the mean over the tables that recipes may be chosen by."""
    parts = [_table(name, table, results) for name, table in results["tables"].items()]
    return "\n".join([*parts, _over_tables(results)])


def _table(name: str, table: Mapping[str, Any], results: Mapping[str, Any]) -> str:
    titles, reference = results["titles"], results["reference"]
    use = "Recipes may be chosen by it." if table["chosen_by"] else "Only reported: nothing was chosen by it."
    lines = [
        f"### {name}", "", f"{table['title'][0].upper()}{table['title'][1:]}. {use}", "",
        f"| Contender | Draws | {' | '.join(FIGURES.values())} | Training |",
        f"| :-- | --: |{' --: |' * len(FIGURES)} --: |",
    ]  # fmt: skip
    compared = []
    for contender, row in table["contenders"].items():
        if "figures" in row:
            cells = " | ".join(with_interval(row["figures"][figure]) for figure in FIGURES)
            lines.append(f"| {titles[contender]} | {len(row['draws'])} | {cells} | {_duration(row['seconds'])} |")
        if "differences" in row:
            cells = " | ".join(_difference(row["differences"][figure]) for figure in SHOWN)
            compared.append(f"| {titles[contender]} | {cells} |")
    if compared:
        lines += ["", *_differences_head(titles[reference]), *compared]
    rows = table["contenders"].items()
    gaps = [line for contender, row in rows for line in _gaps(titles[contender], row, results["draws"])]
    return "\n".join([*lines, *(["", *gaps] if gaps else []), ""])


def _over_tables(results: Mapping[str, Any]) -> str:
    titles, reference = results["titles"], results["reference"]
    rows = [
        f"| {titles[name]} | {', '.join(over['tables'])} | "
        + " | ".join(_difference(over["differences"][figure]) for figure in SHOWN) + " |"
        for name, over in results["over_tables"].items()
    ]  # fmt: skip
    if not rows:
        return ""
    head = f"| Contender minus {titles[reference]} | Tables | {' | '.join(FIGURES[figure] for figure in SHOWN)} |"
    align = f"| :-- | :-- |{' --: |' * len(SHOWN)}"
    return "\n".join(["### The mean over the tables to choose by", "", head, align, *rows, ""])


def _differences_head(reference: str) -> list[str]:
    names = " | ".join(FIGURES[figure] for figure in SHOWN)
    return [f"| Minus {reference}, pair by pair | {names} |", f"| :-- |{' --: |' * len(SHOWN)}"]


def _gaps(title: str, row: Mapping[str, Any], draws: Sequence[int]) -> list[str]:
    failed = row.get("failed", {})
    missing = [str(draw) for draw in draws if draw not in row.get("draws", ()) and str(draw) not in failed]
    of = "draws" if len(missing) > 1 else "draw"
    lines = [f"* {title}: not run yet, {of} {', '.join(missing)}."] if missing else []
    return lines + [f"* {title}, draw {draw}: failed: {reason}" for draw, reason in failed.items()]


def with_interval(each: Mapping[str, float]) -> str:
    """Write a figure and its 95% interval."""
    return f"{each['value']:.3f} [{each['low']:.3f}, {each['high']:.3f}]"


def _difference(each: Mapping[str, float]) -> str:
    shown = f"{each['value']:+.3f} [{each['low']:+.3f}, {each['high']:+.3f}]"
    return f"**{shown}**" if each["low"] > 0 or each["high"] < 0 else shown


def _duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.1f} min"

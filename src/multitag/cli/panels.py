"""The panels of the help, and how it shows a default."""

from __future__ import annotations

from typing import Any

from cyclopts import Group

PANELS = (
    "Options", "Table", "Rows held out", "Rare labels", "Model", "Training", "Evaluation", "Run", "Access", "Limits"
)  # fmt: skip
GROUPS = {title: Group(title, sort_key=order) for order, title in enumerate(PANELS)}
MAIN, TABLE = GROUPS["Options"], GROUPS["Table"]


def shown_default(value: Any) -> str | None:
    """Write a default for the help; nothing for a switch that is off."""
    if value is None or value is False or value == {}:
        return None
    return f"{value:g}" if isinstance(value, float) else str(value)

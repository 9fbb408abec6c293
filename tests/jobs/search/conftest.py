"""One search on the tiny DistilBERT, made once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import multitag

SETTINGS: dict[str, Any] = {
    "max_length": 48, "precision": "fp32", "batch_size": 16, "test_size": 24, "seed": 0, "folds": 2, "teacher": 0.0,
    "r_drop": 0.0, "loss": "bce", "resamples": 100, "epochs": 1,
}  # fmt: skip


@pytest.fixture(scope="session")
def search_tiny(table: multitag.Table, tiny_distilbert: Path) -> Callable[..., multitag.FinishedSearch]:
    """Return a function that searches the rates and the dropout of the tiny DistilBERT."""

    def search(out: Path, **changed: Any) -> multitag.FinishedSearch:
        return multitag.search(table, out=out, **{**SETTINGS, "base_model": str(tiny_distilbert), **changed})

    return search

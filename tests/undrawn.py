"""Plots of reports that nobody looks at: built, but not drawn, which takes as long as all else of a tiny training."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def plots_undrawn() -> Iterator[None]:
    """Have matplotlib write an empty SVG for every figure; its figures are drawn in tests/report and ``train_once``."""
    from matplotlib.figure import Figure

    def savefig(figure: Figure, target: Any, **options: Any) -> None:
        target.write("<svg></svg>")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", savefig)
        yield

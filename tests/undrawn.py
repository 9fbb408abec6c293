"""Plots of reports that nobody looks at, which would take half the time of a tiny training."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import pytest


@contextmanager
def plots_undrawn() -> Iterator[None]:
    """Have an empty SVG for every plot of a report; they are drawn in tests/report and of ``finished_run``."""
    from multitag.report import sections

    def undrawn(*args: object, **options: object) -> str:
        return "<svg></svg>"

    with pytest.MonkeyPatch.context() as patch:
        for module in pkgutil.iter_modules(sections.__path__, f"{sections.__name__}."):
            section = import_module(module.name)
            for name in vars(section).copy():
                if name.startswith("plot_"):
                    patch.setattr(section, name, undrawn)
        yield

"""Turn a table of texts and tags into a multi-label text classifier that you can trust, move and run anywhere.

>>> import multitag
>>> table = multitag.read_table("sample")
>>> len(table)
800
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from multitag.errors import (
    BaseModelError,
    BundleError,
    ConfigError,
    DataError,
    ExportError,
    MissingExtraError,
    MultitagError,
    OutputError,
)

if TYPE_CHECKING:
    from multitag.config import Config
    from multitag.data.read import read_table
    from multitag.data.table import Table
    from multitag.inference.classifier import Classifier, load
    from multitag.inference.explain import Explanation
    from multitag.inference.prediction import Prediction
    from multitag.jobs.evaluate import evaluate
    from multitag.jobs.search import FinishedSearch, search
    from multitag.jobs.train import Run, train
    from multitag.labels import LabelSet

    __version__: str

__all__ = [
    "BaseModelError",
    "BundleError",
    "Classifier",
    "Config",
    "ConfigError",
    "DataError",
    "Explanation",
    "ExportError",
    "FinishedSearch",
    "LabelSet",
    "MissingExtraError",
    "MultitagError",
    "OutputError",
    "Prediction",
    "Run",
    "Table",
    "evaluate",
    "load",
    "read_table",
    "search",
    "train",
]

# Imported when first asked for: `import multitag` is instant, without NumPy even; predicting loads no training code.
_LAZY = {
    "Classifier": "multitag.inference.classifier",
    "Config": "multitag.config",
    "Explanation": "multitag.inference.explain",
    "FinishedSearch": "multitag.jobs.search",
    "LabelSet": "multitag.labels",
    "Prediction": "multitag.inference.prediction",
    "Run": "multitag.jobs.train",
    "Table": "multitag.data.table",
    "evaluate": "multitag.jobs.evaluate",
    "load": "multitag.inference.classifier",
    "read_table": "multitag.data.read",
    "search": "multitag.jobs.search",
    "train": "multitag.jobs.train",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("multitag")
    if name not in _LAZY:
        raise AttributeError(f"module 'multitag' has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]

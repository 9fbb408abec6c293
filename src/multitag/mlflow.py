"""Bundles as models of MLflow: :func:`log_model`, :func:`save_model` and :func:`load_model`."""

from pathlib import Path

from multitag.inference.classifier import load
from multitag.integrations.pyfunc import BundleModel, load_model, log_model, save_model

__all__ = ["load_model", "log_model", "save_model"]


def _load_pyfunc(data_path: str) -> BundleModel:
    """Load the bundle within a model; MLflow calls it by this name."""
    return BundleModel(load(Path(data_path)))

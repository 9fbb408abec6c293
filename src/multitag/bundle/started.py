"""What a training takes from a bundle that ``multitag start`` made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from multitag.bundle.read import open_bundle
from multitag.errors import ConfigError


def read_start(path: str | Path) -> tuple[dict[str, str], str]:
    """Read what a training takes from a started bundle: its labels with their descriptions, and its base model.

    Raises
    ------
    ConfigError
        If the bundle was not made by ``multitag start``.
    BundleError
        If it is not a whole bundle.
    """
    with open_bundle(path) as bundle:
        manifest, names = bundle.manifest, bundle.label_set.names
        described = manifest.data.get("label_descriptions")
        if not manifest.started or not isinstance(described, Mapping):
            raise ConfigError(f"start: {path} was trained on rows; expected a bundle made by: multitag start LABELS")
        return {name: str(described.get(name, "")) for name in names}, str(manifest.base_model.get("name", "auto"))

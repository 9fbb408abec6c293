"""The files of a bundle: their names, which of them are required, and how large they may be.

The names below are the only ones that a bundle may hold, in a folder, in a manifest and in a zip. Names are compared
whole, so absolute paths, drives, ``..``, backslashes, other cases of a name, code and every kind of pickle are refused
without a rule for each. A new name makes a new format: see :mod:`multitag.bundle.upgrade`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from multitag.bundle.address import HubAddress
from multitag.errors import BundleError

MANIFEST = "manifest.json"
LABELS = "labels.json"
THRESHOLDS = "thresholds.json"
CALIBRATION = "calibration.json"
GUARANTEE = "guarantee.json"
METRICS = "metrics.json"
REPORT = "report.html"
CARD = "README.md"
CONFIG = "model/config.json"
WEIGHTS = "model/model.safetensors"
TOKENIZER = "model/tokenizer.json"
TOKENIZER_CONFIG = "model/tokenizer_config.json"
ONNX = "onnx/model.onnx"
ONNX_INT8 = "onnx/model.int8.onnx"
ONNX_PARITY = "onnx/parity.json"

REQUIRED = frozenset(
    {LABELS, THRESHOLDS, CALIBRATION, METRICS, REPORT, CARD, CONFIG, WEIGHTS, TOKENIZER, TOKENIZER_CONFIG}
)
OPTIONAL = frozenset({GUARANTEE, ONNX, ONNX_INT8, ONNX_PARITY})
FOLDERS = frozenset(name.partition("/")[0] for name in REQUIRED | OPTIONAL if "/" in name)

MAX_TOTAL_BYTES = 8 * 2**30
MAX_TEXT_BYTES = 64 * 2**20  # of a .json, .html or .md file
MAX_ENTRIES = 100  # of one folder tree or zip; listing stops here, far above what any format holds


def size_limit(name: str) -> int:
    """Return the largest size in bytes that a file of this name may have."""
    return MAX_TEXT_BYTES if name.endswith((".json", ".html", ".md")) else MAX_TOTAL_BYTES


def check_names(names: Iterable[str], where: str) -> None:
    """Check the names of all files but the manifest.

    Parameters
    ----------
    names : iterable of str
        Paths relative to the bundle, with ``/`` between folder and file.
    where : str
        The folder, zip or manifest that they come from, for the error.

    Raises
    ------
    BundleError
        If a name is none of a bundle's, or a required one is missing.
    """
    present = set(names)
    unknown = sorted(present - REQUIRED - OPTIONAL)
    if unknown:
        raise BundleError(
            f"{where}: {unknown[0][:100]!r} is not a file of a bundle; remove it, or get the bundle again"
        )
    missing = sorted(REQUIRED - present)
    if missing:
        raise BundleError(f"{where}: {missing[0]} is missing; get or make the bundle again")


def list_files(folder: Path, where: str) -> set[str]:
    """List all files under a folder, the manifest too.

    Returns
    -------
    set of str
        Paths relative to the folder, with ``/`` between folder and file.

    Raises
    ------
    BundleError
        If there is a link, a device or a folder that no bundle has, or far too many files.
    """
    names: set[str] = set()
    folders = [""]
    while folders:
        prefix = folders.pop()
        with os.scandir(folder / prefix) as entries:
            for entry in entries:
                name = prefix + entry.name
                if entry.is_dir(follow_symlinks=False) and name in FOLDERS:
                    folders.append(f"{name}/")
                elif entry.is_file(follow_symlinks=False):
                    names.add(name)
                else:
                    raise BundleError(
                        f"{where}: {name!r} is a link, a folder or a device that no bundle has; remove it"
                    )
                if len(names) > MAX_ENTRIES:
                    raise BundleError(f"{where}: more than {MAX_ENTRIES} files; this is not a bundle")
    return names


def display_name(path: Path) -> str:
    """Return how a bundle is called: by its folder or zip, or, where training gave it the name of all, by its run."""
    address = HubAddress.parse(path)
    if address is not None:
        return address.name
    name = path.name.removesuffix(".zip")
    return (path.resolve().parent.name if name == "bundle" else name) or "bundle"

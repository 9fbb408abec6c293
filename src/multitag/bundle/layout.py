"""The files of a bundle, format 2: their names, which must be there, and how large they may be.

The names below are the only ones a bundle may hold, in a folder, in a manifest and in a zip. A name is
compared whole, so absolute paths, drives, ``..``, backslashes, other cases of a known name, code and every
kind of pickle are refused without a rule for each.

The format number goes up when a bundle could be written that an older multitag would refuse or misread: with
a new file name, a new key in manifest.json, a new calibration method, a changed meaning of anything. The
older multitag then says that it is too old, and not that the bundle is damaged. Every format ever released
stays readable, and a bundle of it stays in tests/bundle/fixtures.

* Format 1: the only calibration method is identity.
* Format 2: the methods platt and isotonic, and guarantee.json, which there need not be.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from multitag.errors import BundleError

FORMAT = 2

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
MAX_TEXT_BYTES = 64 * 2**20  # each .json, .html and .md
MAX_ENTRIES = 100  # in one folder tree or zip: where listing stops, far above what any format holds


def size_limit(name: str) -> int:
    """Give the largest size in bytes that a file of this name may have."""
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
        If a name is not one of this format's, or a required one is missing.
    """
    there = set(names)
    unknown = sorted(there - REQUIRED - OPTIONAL)
    if unknown:
        raise BundleError(
            f"{where}: {unknown[0][:100]!r} is not a file of a bundle; remove it, or get the bundle again"
        )
    missing = sorted(REQUIRED - there)
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

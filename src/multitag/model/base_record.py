"""The base model that a run was begun with: what is written down of it, and the same weights found again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from multitag.errors import BaseModelError, describe_error
from multitag.model.base import (
    HUB_NAME,
    BaseModel,
    cached_folder,
    check_model_folder,
    download,
    weights_sha256,
)
from multitag.model.minilm import MINILM_SHA256, minilm_folder

KEYS = ("name", "asked_for", "origin", "folder", "revision", "weights_sha256", "reason")


def record_base_model(base: BaseModel) -> dict[str, str]:
    """Return what finds the same weights again: plain strings, the revision empty where there is none."""
    return {
        "name": base.name,
        "asked_for": base.asked_for,
        "origin": base.origin,
        "folder": str(base.folder.absolute()),
        "revision": base.revision or "",
        "weights_sha256": base.weights_sha256,
        "reason": base.reason,
    }


def find_recorded(record: Mapping[str, Any]) -> BaseModel:
    """Find the weights that a run was begun with, wherever they are now.

    Nothing is chosen anew: ``auto`` may choose otherwise today, and a run must not mix two base models.

    Parameters
    ----------
    record : mapping
        From :func:`record_base_model`.

    Raises
    ------
    BaseModelError
        If the recorded weights cannot be had any more, or the record is none.
    """
    if not all(isinstance(record.get(key), str) for key in KEYS):
        raise BaseModelError(f"base model record: expected text for each of {', '.join(KEYS)}; start again elsewhere")
    name, sha256, origin = record["name"], record["weights_sha256"], record["origin"]
    places = {"package": _in_package, "folder": _in_folders, "hub": _on_hub}
    if origin not in places:
        raise BaseModelError(f"base model record: origin: expected one of {', '.join(places)}, got {origin[:40]!r}")
    folder = places[origin](record)
    check_model_folder(name, folder)
    actual = MINILM_SHA256 if origin == "package" else weights_sha256(folder)  # a package's were checked just now
    if actual != sha256:
        raise _gone(record, f"{folder} now has weights with SHA-256 {actual[:12]}...")
    return BaseModel(name, record["asked_for"], folder, sha256, record["reason"], origin)


def _in_package(record: Mapping[str, str]) -> Path:
    return minilm_folder()


def _in_folders(record: Mapping[str, str]) -> Path:
    """Return the recorded folder, or what has the name that was asked for, seen from here."""
    for folder in (Path(record["folder"]), Path(record["name"])):
        if folder.is_dir():
            return folder
    raise _gone(record, f"there is no folder {record['folder']}")


def _on_hub(record: Mapping[str, str]) -> Path:
    """Return the recorded snapshot, from the cache as it was or as it is now, else downloaded again."""
    name, revision, snapshot = record["name"], record["revision"] or None, Path(record["folder"])
    if not HUB_NAME.fullmatch(name):
        raise BaseModelError(f"base model record: name: expected a name on the hub, got {name[:60]!r}")
    if snapshot.is_dir() and any(snapshot.glob("*.safetensors")):
        return snapshot
    cached = cached_folder(name, revision)
    if cached is not None:
        return cached
    try:
        return download(name, revision)
    except Exception as error:  # the hub client lets through errors of whichever HTTP library it uses
        raise _gone(
            record, f"not in the local cache, and the hub did not provide it: {describe_error(error)[:160]}"
        ) from error


def _gone(record: Mapping[str, str], what: str) -> BaseModelError:
    of = f" of revision {record['revision'][:12]}" if record["revision"] else ""
    return BaseModelError(
        f"base model {record['name']!r}: the weights{of} that the run was begun with (SHA-256 "
        f"{record['weights_sha256'][:12]}...) cannot be had any more: {what}; restore them, or start again in another "
        "--out"
    )

"""manifest.json: what a bundle is, where it came from, and the size and SHA-256 of every other file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from multitag.bundle.layout import MAX_TOTAL_BYTES, check_names, size_limit
from multitag.bundle.strict_json import dump_json, parse_json_object
from multitag.bundle.upgrade import FORMAT, check_format
from multitag.digests import sha256_of_files
from multitag.errors import BundleError

_TIME = "%Y-%m-%dT%H:%M:%SZ"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TYPES: dict[str, type] = {
    "format": int, "created": str, "versions": dict, "base_model": dict, "data": dict, "split": dict,
    "seed": int, "settings": dict, "metrics": dict, "files": dict, "digest": str,
}  # fmt: skip


def utc_now() -> str:
    """Return the current time in the form of ``created``: ISO 8601, UTC, whole seconds."""
    return datetime.now(UTC).strftime(_TIME)


@dataclass(frozen=True)
class FileRecord:
    """Size in bytes and SHA-256 (64 hexadecimal digits) of one file."""

    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> Self:
        """Read a file through and record it."""
        return cls(size=path.stat().st_size, sha256=sha256_of_files(path))


@dataclass(frozen=True)
class Manifest:
    """The facts about a bundle.

    Parameters
    ----------
    created : str
        When the bundle was first written, such as ``"2026-11-22T13:38:07Z"``.
    versions : mapping of str to str
        Versions of multitag, python and the libraries that trained the model.
    base_model, data, split : mapping
        The pretrained weights and why they were chosen, the table and its fingerprint, and the rows on each side.
    seed : int
        Seed of the run.
    settings, metrics : mapping
        All settings of the run, resolved; headline metrics.
    files : mapping of str to FileRecord
        Every file of the bundle but manifest.json.
    format : int
        See :mod:`multitag.bundle.upgrade`.

    Notes
    -----
    The digest in the file is the SHA-256 of the rest of it. Like the file records it detects damage and accidents,
    not a forger, who can write a new one.
    """

    created: str
    versions: Mapping[str, str]
    base_model: Mapping[str, Any]
    data: Mapping[str, Any]
    split: Mapping[str, Any]
    seed: int
    settings: Mapping[str, Any]
    metrics: Mapping[str, Any]
    files: Mapping[str, FileRecord]
    format: int = FORMAT

    @property
    def digest(self) -> str:
        """SHA-256 of the manifest's bytes without the digest."""
        return hashlib.sha256(dump_json(asdict(self))).hexdigest()

    @property
    def started(self) -> bool:
        """Whether ``multitag start`` made it: of the labels' names, without a row."""
        return self.data.get("started") is True

    @property
    def total_size(self) -> int:
        """Bytes of all files but the manifest."""
        return sum(record.size for record in self.files.values())

    def to_bytes(self) -> bytes:
        """Return the content of manifest.json.

        Raises
        ------
        ValueError
            If a number is NaN or infinite.
        """
        return dump_json({**asdict(self), "digest": self.digest})

    @classmethod
    def from_bytes(cls, data: bytes, where: str) -> Self:
        """Read the content of manifest.json.

        Parameters
        ----------
        data : bytes
            The whole file.
        where : str
            The bundle, for the error.

        Raises
        ------
        BundleError
            If the format is newer than this multitag, or the bytes are not exactly those that :meth:`to_bytes`
            would write: any flipped byte, added space or unknown key is found.
        """
        where = f"{where}: manifest.json"
        values = parse_json_object(data, where)
        check_format(values.get("format"), where)
        _check_types(values, where)
        files = {name: _parse_record(name, record, where) for name, record in values["files"].items()}
        check_names(files, where)
        manifest = cls(**{**{name: values[name] for name in _TYPES if name != "digest"}, "files": files})
        if manifest.total_size > MAX_TOTAL_BYTES:
            raise BundleError(
                f"{where}: {manifest.total_size} bytes of files; at most {MAX_TOTAL_BYTES} are read"
            )
        if manifest.to_bytes() != data:
            raise BundleError(f"{where}: changed since it was written; get or make the bundle again")
        return manifest


def _check_types(values: Mapping[str, Any], where: str) -> None:
    for name in sorted(_TYPES.keys() ^ values.keys()):
        raise BundleError(
            f"{where}: key {name[:60]!r} is {'missing' if name in _TYPES else 'unknown'}; not a bundle"
        )
    for name, kind in _TYPES.items():
        if type(values[name]) is not kind:  # not isinstance: True is no number here
            raise BundleError(f"{where}: {name}: expected {kind.__name__}, got {type(values[name]).__name__}")
    for name, version in values["versions"].items():
        if not isinstance(version, str):
            raise BundleError(f"{where}: versions: expected text for {name[:60]!r}, got {type(version).__name__}")
    try:
        round_trip = datetime.strptime(values["created"], _TIME).strftime(_TIME)
    except ValueError:
        round_trip = ""
    if round_trip != values["created"]:
        raise BundleError(
            f"{where}: created: expected a time like 2026-01-31T12:00:00Z, got {values['created'][:40]!r}"
        )


def _parse_record(name: str, values: object, where: str) -> FileRecord:
    where = f"{where}: files: {name[:100]!r}"
    if not isinstance(values, dict) or values.keys() != {"size", "sha256"}:
        raise BundleError(f"{where}: expected size and sha256")
    size, sha256 = values["size"], values["sha256"]
    if type(size) is not int or not 0 <= size <= size_limit(name):
        raise BundleError(f"{where}: expected a size of 0 to {size_limit(name)} bytes, got {str(size)[:40]}")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise BundleError(f"{where}: expected 64 hexadecimal digits as sha256, got {str(sha256)[:80]!r}")
    return FileRecord(size, sha256)

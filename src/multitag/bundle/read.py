"""Open a bundle, folder, zip or of the hub: all of it is verified before any of it is used."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from multitag.bundle.address import HubAddress
from multitag.bundle.contents import check_column_facts, read_contents
from multitag.bundle.hub import fetch_bundle
from multitag.bundle.layout import MANIFEST, list_files, size_limit
from multitag.bundle.manifest import FileRecord, Manifest
from multitag.bundle.zip_reader import unzip_bundle
from multitag.errors import BundleError
from multitag.evaluation.calibration.calibration import Calibration
from multitag.evaluation.guarantees.guarantee import Guarantee
from multitag.evaluation.thresholds.thresholds import Thresholds
from multitag.labels import LabelSet
from multitag.paths import as_path

Stamp = tuple[int, ...]  # device, inode, mode, size, times of the last write and of the last change


class _UnpackedFolder:
    """A private folder that is removed at :meth:`close`, when this object is collected, or at exit."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="multitag-"))
        self.close = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@dataclass(frozen=True, eq=False)
class Bundle:
    """A verified bundle.

    Parameters
    ----------
    folder : Path
        Holds its files. For a zip, a private temporary folder that exists as long as this object; for a bundle of the
        hub, a folder of the hub's cache, whose files are links.
    manifest : Manifest
    label_set : LabelSet
    thresholds : Thresholds
    calibration : Calibration
    guarantee : Guarantee or None
    """

    folder: Path
    manifest: Manifest
    label_set: LabelSet
    thresholds: Thresholds
    calibration: Calibration
    guarantee: Guarantee | None
    _where: str = field(repr=False)
    _stamps: Mapping[str, Stamp | None] = field(repr=False)
    _unpacked: _UnpackedFolder | None = field(default=None, repr=False)

    def check_unchanged(self) -> None:
        """Check that the files are still those that were verified; to be called once the last one is loaded.

        Between verifying a file and loading it, another process may write to it or replace it. Either changes the
        file's time of change, which no program can set, or its inode.

        Raises
        ------
        BundleError
            If a file was written to, replaced or removed since it was verified.
        """
        for name, stamp in self._stamps.items():
            if _stamp(self.folder / name) != stamp:
                raise BundleError(f"{self._where}: {name} changed while the bundle was being loaded; load it again")

    def close(self) -> None:
        """Remove the temporary folder of a zip; a bundle that is a folder stays."""
        if self._unpacked is not None:
            self._unpacked.close()

    def __enter__(self) -> Self:
        """Return the bundle itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the bundle."""
        self.close()


def open_bundle(path: str | Path) -> Bundle:
    """Open a bundle and verify all of it.

    Presence, size and SHA-256 of every file are checked against the manifest, and labels, thresholds, calibration and
    the model's configuration against each other.

    Parameters
    ----------
    path : str or Path
        A bundle's folder, the zip that ``multitag pack`` made from it, or ``"hf://user/name@revision"`` for what
        ``multitag push`` put on the Hugging Face hub; the revision may be left out.

    Returns
    -------
    Bundle
        To be closed, or used in a ``with`` statement, which removes the temporary folder of a zip.

    Raises
    ------
    BundleError
        If it is not a bundle, or was changed since it was written; or the hub does not have it or cannot be reached.
    OutputError
        If a zip cannot be unpacked to the temporary folder.
    MissingExtraError
        If it is on the hub and huggingface_hub is not installed.
    """
    path = as_path(path, "path")
    address = HubAddress.parse(path)
    try:
        if address is not None:
            folder, names = fetch_bundle(address)
            return _open_folder(folder, f"{address} in {folder}", None, names)
        if path.is_dir():
            return _open_folder(path, str(path), None)
        if not path.is_file():
            raise BundleError(
                f"{path}: no such bundle; expected a folder made by multitag train or start, or a zip of one"
            )
        unpacked = _UnpackedFolder()
        try:
            unzip_bundle(path, unpacked.path)
            return _open_folder(unpacked.path, str(path), unpacked)
        except BaseException:
            unpacked.close()
            raise
    except OSError as error:
        raise BundleError(f"{path}: cannot be read: {error}") from error


def _open_folder(
    folder: Path, where: str, unpacked: _UnpackedFolder | None, names: Collection[str] | None = None
) -> Bundle:
    stamps = {name: _stamp(folder / name) for name in names or _list_bundle(folder, where)}
    manifest = _verify_files(folder, stamps, where)
    check_column_facts(manifest.data, where)
    label_set, thresholds, calibration, guarantee = read_contents(folder, where)
    bundle = Bundle(folder, manifest, label_set, thresholds, calibration, guarantee, where, stamps, unpacked)
    bundle.check_unchanged()
    return bundle


def _stamp(path: Path) -> Stamp | None:
    """Return what distinguishes this state of this file from any other; None if there is no file.

    Of a link, as the hub's cache has them, it is the file that counts.
    """
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino, stat.st_mode, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _list_bundle(folder: Path, where: str) -> set[str]:
    manifest = folder / MANIFEST
    if not manifest.is_file():
        inner = folder / "bundle"
        expected = "expected a folder made by multitag train or start"
        hint = f"did you mean {inner}?" if (inner / MANIFEST).is_file() else expected
        raise BundleError(f"{where}: not a bundle, it has no {MANIFEST}; {hint}")
    names = list_files(folder, where)
    if manifest.stat().st_size > size_limit(MANIFEST):
        raise BundleError(f"{where}: {MANIFEST} has {manifest.stat().st_size} bytes; not a bundle")
    return names


def _verify_files(folder: Path, names: Collection[str], where: str) -> Manifest:
    recorded = Manifest.from_bytes((folder / MANIFEST).read_bytes(), where)
    for name in sorted({*names} ^ {MANIFEST, *recorded.files}):
        problem = "was added later" if name in names else "is missing"
        raise BundleError(f"{where}: {name!r} {problem}; get or make the bundle again")
    for name, record in recorded.files.items():
        size = (folder / name).stat().st_size
        if size != record.size:
            raise BundleError(
                f"{where}: {name} has {size} bytes, expected {record.size}; get or make the bundle again"
            )
    for name, record in recorded.files.items():
        if FileRecord.of(folder / name) != record:
            raise BundleError(f"{where}: {name} changed since it was written; get or make the bundle again")
    return recorded

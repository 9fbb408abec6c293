"""Bundles unpacked from zips, which may be hostile: every entry is checked before any is written."""

from __future__ import annotations

import hashlib
import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from multitag.atomic import system_errors_as_output_errors
from multitag.bundle.layout import MANIFEST, MAX_ENTRIES, check_names, size_limit
from multitag.bundle.manifest import FileRecord, Manifest
from multitag.errors import BundleError, describe_error

MAX_RATIO = 100  # of unpacked to packed size
FREE_BYTES = 8192  # entries up to this size may have any ratio
BLOCK_BYTES = 2**20

_ENCRYPTED = 0x1 | 0x40 | 0x2000  # flag bits: encryption, strong encryption, masked headers
# What zipfile and zlib raise on bytes that are not a zip, besides OSError.
_ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError, OverflowError,
)  # fmt: skip


class _ShortReads(io.FileIO):
    """A file read by no more than a block at once: zipfile asks for the whole directory, whatever its size."""

    def read(self, size: int | None = -1, /) -> bytes:
        limit = BLOCK_BYTES + 1
        block = super().read(limit if size is None or size < 0 else min(size, limit))
        if len(block) > BLOCK_BYTES:
            raise zipfile.BadZipFile(f"its directory is larger than {BLOCK_BYTES} bytes")
        return block


def unzip_bundle(path: Path, folder: Path) -> None:
    """Unpack the zip of a bundle.

    Parameters
    ----------
    path : Path
        The zip.
    folder : Path
        An existing, empty folder; nothing is written outside it.

    Raises
    ------
    BundleError
        If the zip is damaged, has entries that no bundle has, or does not unpack to what its manifest says.
    OutputError
        If the folder cannot be written, a full disk included.
    """
    where = str(path)
    with _ShortReads(path) as file, _open_zip(file, where) as archive:
        entries = {entry.orig_filename: entry for entry in archive.infolist()}
        _check_entries(archive.infolist(), path.stat().st_size, where)
        if MANIFEST not in entries:
            raise BundleError(
                f"{where}: not a bundle, it has no {MANIFEST} at its top; make it with multitag pack"
            )
        data = b"".join(_read_entry(archive, entries[MANIFEST], where))
        manifest = Manifest.from_bytes(data, where)
        _check_against_manifest(entries, manifest, where)
        with system_errors_as_output_errors(folder):
            (folder / MANIFEST).write_bytes(data)
        for name, record in manifest.files.items():
            _extract(archive, entries[name], record, folder / name, where)


def _open_zip(file: _ShortReads, where: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (*_ZIP_ERRORS, OSError) as error:
        raise BundleError(
            f"{where}: not a readable zip: {describe_error(error)}; expected one by multitag pack"
        ) from error


def _check_entries(entries: Sequence[zipfile.ZipInfo], zip_size: int, where: str) -> None:
    if len(entries) > MAX_ENTRIES:
        raise BundleError(f"{where}: {len(entries)} entries; a bundle has at most {MAX_ENTRIES}")
    # zipfile cuts filename at a NUL and turns its slashes; orig_filename is what the zip has.
    names = [entry.orig_filename for entry in entries]
    check_names(set(names) - {MANIFEST}, where)
    for name, entry in zip(names, entries, strict=True):
        problem = "appears twice" if names.count(name) > 1 else _find_problem(entry)
        if problem is not None:
            raise BundleError(f"{where}: {name[:100]!r} {problem}; refused, expected a zip by multitag pack")
    if sum(entry.file_size for entry in entries) > MAX_RATIO * zip_size:  # packed sizes may be false or overlap
        raise BundleError(f"{where}: unpacks to more than {MAX_RATIO} times its size; refused")


def _find_problem(entry: zipfile.ZipInfo) -> str | None:
    """Return what is wrong with an entry whose name is allowed; None if nothing is."""
    limit = size_limit(entry.orig_filename)
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):  # 0: made where files have no modes
        return "is a link, a folder or a device"
    if entry.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"is compressed by method {entry.compress_type}, not by 0 or 8"
    if entry.file_size > limit:
        return f"unpacks to {entry.file_size} bytes, more than {limit}"
    if entry.file_size > max(FREE_BYTES, MAX_RATIO * entry.compress_size):
        return f"unpacks to more than {MAX_RATIO} times its packed size"
    return None


def _check_against_manifest(entries: dict[str, zipfile.ZipInfo], manifest: Manifest, where: str) -> None:
    for name in sorted(entries.keys() ^ {MANIFEST, *manifest.files}):
        problem = "was added later" if name in entries else "is missing"
        raise BundleError(f"{where}: {name!r} {problem}; get or make the bundle again")
    for name, record in manifest.files.items():
        if entries[name].file_size != record.size:
            raise BundleError(
                f"{where}: {name} has {entries[name].file_size} bytes, expected {record.size}; "
                "get or make the bundle again"
            )


def _extract(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, record: FileRecord, target: Path, where: str
) -> None:
    digest = hashlib.sha256()
    with system_errors_as_output_errors(target):
        target.parent.mkdir(exist_ok=True)
        with target.open("xb") as file:
            for block in _read_entry(archive, entry, where):
                digest.update(block)
                file.write(block)
    if digest.hexdigest() != record.sha256:
        raise BundleError(
            f"{where}: {entry.filename} changed since it was written; get or make the bundle again"
        )


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, where: str) -> Iterator[bytes]:
    """Read an entry in blocks; zipfile reads no more than the declared size and checks the CRC-32."""
    try:
        with archive.open(entry) as file:
            while block := file.read(BLOCK_BYTES):
                yield block
    except (*_ZIP_ERRORS, OSError) as error:
        raise BundleError(
            f"{where}: {entry.filename!r} cannot be unpacked: {describe_error(error)}; get or make the bundle again"
        ) from error

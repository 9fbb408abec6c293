"""Where inputs and outputs are: on this machine, or in a store that pyarrow has a file system for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

from multitag.errors import ConfigError, DataError, describe_error
from multitag.extras import import_extra
from multitag.paths import expand_home

SCHEMES = ("file", "s3", "gs", "gcs", "abfs", "abfss", "hdfs")
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
PATTERN = frozenset("*?[")
KINDS = {".parquet": "parquet", ".pq": "parquet", ".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".zip")


@dataclass(frozen=True)
class Location:
    """A path within a file system.

    Parameters
    ----------
    filesystem : pyarrow.fs.FileSystem
    path : str
        As the file system names it: absolute on this machine, ``bucket/key`` in an object store.
    written : str
        As the user gave it, for messages.
    """

    filesystem: Any
    path: str
    written: str

    @property
    def is_local(self) -> bool:
        """Whether it is a path of this machine, or of a disk that is mounted on it."""
        return bool(self.filesystem.type_name == "local")

    @property
    def reopen(self) -> str:
        """What another process, in another folder, finds it by."""
        return self.written if SCHEME.match(self.written) else self.path


@dataclass(frozen=True)
class SourceFile:
    """A file of the input, with what shows that it was changed.

    Parameters
    ----------
    path : str
        Within the file system of the input.
    size : int
        Bytes.
    modified : int
        When it was last written, in nanoseconds since 1970.
    """

    path: str
    size: int
    modified: int

    @property
    def kind(self) -> str:
        """``"parquet"``, ``"csv"`` or ``"jsonl"``, by its ending."""
        return KINDS[PurePosixPath(self.path).suffix.lower()]


def open_location(written: str | Path) -> Location:
    """Find the file system of a path or URI.

    Parameters
    ----------
    written : str or Path
        A path, made absolute here; or a URI such as ``s3://bucket/folder`` or ``gs://bucket/folder``, with
        whatever options pyarrow takes after a question mark, such as ``region=eu-west-1``. Credentials are those of
        the environment.

    Raises
    ------
    ConfigError
        If the scheme is none that is read, or pyarrow cannot make a file system of the URI.
    """
    fs: Any = import_extra("pyarrow.fs", "ray")
    written = str(written)
    scheme = SCHEME.match(written)
    if scheme is None:
        return Location(fs.LocalFileSystem(), str(Path(expand_home(written)).absolute()), written)
    if scheme[1].lower() not in SCHEMES:
        raise ConfigError(f"{written}: expected a path, or a URI that begins with {', '.join(SCHEMES)}")
    # A pattern is no valid URI; it is put back behind the folder that is one.
    address, mark, options = written.partition("?")
    folder, pattern = split_pattern(address)
    try:
        filesystem, path = fs.FileSystem.from_uri(f"{folder}{mark}{options}")
    except (OSError, ValueError, NotImplementedError) as error:  # ArrowInvalid is a ValueError
        raise ConfigError(f"{written}: pyarrow cannot open it: {describe_error(error)}") from error
    return Location(filesystem, f"{path.rstrip('/')}/{pattern}" if pattern else path, written)


def split_pattern(path: str) -> tuple[str, str]:
    """Split a path before its first part with ``*``, ``?`` or ``[``.

    Examples
    --------
    >>> split_pattern("s3://films/2024-*/*.parquet"), split_pattern("films/all")
    (('s3://films', '2024-*/*.parquet'), ('films/all', ''))
    """
    parts = path.split("/")
    first = next((n for n, part in enumerate(parts) if PATTERN.intersection(part)), None)
    return (path, "") if first is None else ("/".join(parts[:first]) or "/", "/".join(parts[first:]))


def list_inputs(location: Location) -> list[SourceFile]:
    """List the files of an input by name: a file, all table files under a folder, or those that match a pattern.

    Names that begin with a dot or an underscore are left out, as other tools do.

    Raises
    ------
    DataError
        If there are none, or one is of a format that cannot be cut into parts.
    """
    fs: Any = import_extra("pyarrow.fs", "ray")
    try:
        info = location.filesystem.get_file_info(location.path)
        if info.type == fs.FileType.File:
            return [_checked(info, location.written)]
        folder, pattern = (location.path, "") if info.type == fs.FileType.Directory else split_pattern(location.path)
        if info.type != fs.FileType.Directory and not pattern:
            raise DataError(f"{location.written}: no such file or folder")
        listed = location.filesystem.get_file_info(fs.FileSelector(folder, recursive=True, allow_not_found=True))
    except OSError as error:
        raise DataError(f"{location.written}: cannot be listed: {describe_error(error)}") from error
    named = [
        entry for entry in listed
        if entry.type == fs.FileType.File and _is_wanted(entry.path[len(folder) :].strip("/"), pattern)
    ]  # fmt: skip
    if not named:
        expected = ", ".join(KINDS)
        raise DataError(f"{location.written}: no file to score; expected names that end in {expected}")
    return sorted((_checked(entry, entry.path) for entry in named), key=lambda file: file.path)


def is_input(location: Location, path: str) -> bool:
    """Whether a file would be one of an input's, if it were there.

    Parameters
    ----------
    location : Location
        Of the input.
    path : str
        Within the same file system.
    """
    folder, pattern = split_pattern(location.path)
    here, below = PurePosixPath(folder), PurePosixPath(path)
    return here in below.parents and _is_wanted(str(below.relative_to(here)), pattern)


def _is_wanted(relative: str, pattern: str) -> bool:
    parts = relative.split("/")
    if any(part.startswith((".", "_")) for part in parts):
        return False
    if not pattern:
        suffixes = [suffix.lower() for suffix in PurePosixPath(relative).suffixes]
        return bool(suffixes) and (suffixes[-1] in KINDS or (suffixes[-1] in COMPRESSED and suffixes[0] in KINDS))
    return _matches(parts, pattern.split("/"))


def _matches(parts: Sequence[str], patterns: Sequence[str]) -> bool:
    """Whether the parts of a path match those of a pattern, ``**`` any number of them."""
    if not patterns or not parts:
        return not parts and all(pattern == "**" for pattern in patterns)
    if patterns[0] == "**":
        return _matches(parts, patterns[1:]) or _matches(parts[1:], patterns)
    return fnmatchcase(parts[0], patterns[0]) and _matches(parts[1:], patterns[1:])


def _checked(info: Any, name: str) -> SourceFile:
    suffix = PurePosixPath(info.path).suffix.lower()
    if suffix in COMPRESSED:
        raise DataError(f"{name}: a compressed file cannot be cut into parts; unpack it, or save it as Parquet")
    if suffix not in KINDS:
        raise DataError(f"{name}: expected a name that ends in {', '.join(KINDS)}")
    return SourceFile(info.path, info.size, info.mtime_ns or 0)

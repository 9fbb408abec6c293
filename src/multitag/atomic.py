"""Folders and files that appear under their final name complete, or not at all."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from multitag.errors import MultitagError, OutputError

# In the messages of torch.save when the system refuses to write, which do not say why.
TORCH_WRITES = ("inline_container", "PytorchStreamWriter", "iostream error")


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Open an empty folder that becomes ``target`` when the block ends without an error.

    The folder is a hidden sibling of the target, so that the rename stays on one disk. Its files are synced to disk
    before the rename. If the block raises, Ctrl-C included, it is removed; if the process is killed, it stays behind as
    ``.NAME.xxxxxxxx.partial`` and can be deleted.

    Parameters
    ----------
    target : Path
        Must not exist; its parent must.

    Yields
    ------
    Path
        The folder to write into.

    Raises
    ------
    OutputError
        If the target exists or cannot be written, a full disk included.
    """
    target = target.absolute()
    refuse_existing(target)
    with _staged_folder(target, _place) as folder:
        yield folder


@contextmanager
def replacement_folder(target: Path) -> Iterator[Path]:
    """Open an empty folder that replaces the folder ``target`` when the block ends without an error.

    As :func:`new_folder`, but the target exists. If anything fails, it stays as it was. Not every system can swap two
    folders at once, so it takes two renames; a process killed in the instant between them leaves the old folder
    complete as ``.NAME.xxxxxxxx.previous``.

    Raises
    ------
    OutputError
        If the target cannot be written, a full disk included.
    """
    target = target.resolve()  # a link to a folder stays a link; what it points to is replaced
    with _staged_folder(target, _swap) as folder:
        yield folder


@contextmanager
def new_file(target: Path, *, replace: bool = False) -> Iterator[BinaryIO]:
    """Open a file for writing that becomes ``target`` when the block ends without an error.

    Parameters
    ----------
    target : Path
        Its parent must exist.
    replace : bool, default False
        Replace a file that exists, which stays complete until then.

    Raises
    ------
    OutputError
        If the target exists (unless ``replace``) or cannot be written, a full disk included.
    """
    target = target.resolve() if replace else target.absolute()  # a link stays, what it points to is replaced
    check = refuse_unwritable if replace else refuse_existing
    check(target)
    partial = _sibling(target, "partial")
    with system_errors_as_output_errors(target):
        try:
            with partial.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            check(target)
            partial.replace(target)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)


def remove_folder(folder: Path) -> None:
    """Delete a folder, if it exists; if killed midway, nothing half deleted keeps its name.

    Raises
    ------
    OutputError
        If it cannot be renamed. What cannot be deleted afterwards stays under a hidden name.
    """
    if not folder.exists():
        return
    doomed = _sibling(folder, "deleted")
    with system_errors_as_output_errors(folder):
        folder.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)


def remove_leftovers(folder: Path, names: Iterable[str]) -> None:
    """Delete what a killed process left while writing or deleting names, or patterns of names, in a folder.

    No process may be writing them now. Where a replacement was cut off, the old content is kept.
    """
    for name in names:
        for kind in ("partial", "deleted"):
            for path in folder.glob(f".{name}.????????.{kind}"):
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)


def refuse_existing(target: Path) -> None:
    """Check that a path is free and its parent a folder.

    Raises
    ------
    OutputError
        If something, a broken link included, has that name, or the parent folder does not exist.
    """
    if target.exists() or target.is_symlink():
        raise OutputError(f"{target}: already exists; choose another name or remove it first")
    refuse_unwritable(target)


def refuse_unwritable(target: Path) -> None:
    """Check that a path is free or a plain file, and its parent a folder.

    Raises
    ------
    OutputError
        If it is a folder or a device, or the parent folder does not exist.
    """
    if target.exists() and not target.is_file():
        raise OutputError(f"{target}: is a folder or a device; name a file")
    if not target.parent.is_dir():
        raise OutputError(f"{target}: there is no folder {target.parent}; make it first")


@contextmanager
def system_errors_as_output_errors(target: Path) -> Iterator[None]:
    """Turn a failure to write, such as a full disk, into one line about ``target``.

    Raises
    ------
    OutputError
        Instead of an OSError, or of the plain exceptions that safetensors, tokenizers and torch, written in Rust and
        C++, raise where Python would raise an OSError.
    """
    try:
        yield
    except MultitagError:
        raise
    except Exception as error:
        reason = _system_reason(error)
        if reason is None:
            raise
        raise OutputError(f"{target}: cannot be written: {reason}; nothing was changed") from error


def _system_reason(error: Exception) -> str | None:
    if isinstance(error, OSError):
        about = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror or error}{about}"
    rust = re.search(r"\(os error (\d+)\)", str(error))
    if rust:
        return os.strerror(int(rust[1]))
    if isinstance(error, RuntimeError) and any(mark in str(error) for mark in TORCH_WRITES):
        return "torch could not write a file to its end (is the disk full?)"
    return None


@contextmanager
def _staged_folder(target: Path, place: Callable[[Path, Path], None]) -> Iterator[Path]:
    folder = _sibling(target, "partial")
    with system_errors_as_output_errors(target):
        try:
            folder.mkdir()
            yield folder
            for directory, _, names in os.walk(folder, topdown=False):
                for name in names:
                    _sync_file(Path(directory, name))
                _sync_folder(Path(directory))
            place(folder, target)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)  # the first error is the one to report
            raise
        _sync_folder(target.parent)


def _place(folder: Path, target: Path) -> None:
    refuse_existing(target)
    folder.rename(target)


def _swap(folder: Path, target: Path) -> None:
    previous = _sibling(target, "previous")
    try:
        target.rename(previous)
        folder.rename(target)
    except BaseException:
        if previous.exists() and not target.exists():
            previous.rename(target)
        raise
    shutil.rmtree(previous, ignore_errors=True)  # the new folder is in place: a leftover is no failure


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    if os.name == "nt":  # Windows opens no folders; its renames are in the journal
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sibling(target: Path, kind: str) -> Path:
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}.{kind}")

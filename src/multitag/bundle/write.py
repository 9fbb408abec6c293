"""Write a bundle, or change files of one: the whole new bundle appears, or nothing changes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from multitag.atomic import new_folder, replacement_folder
from multitag.bundle.contents import check_column_facts, read_contents
from multitag.bundle.layout import MANIFEST, check_names, list_files
from multitag.bundle.manifest import FileRecord, Manifest, utc_now
from multitag.bundle.read import Bundle, open_bundle
from multitag.bundle.upgrade import FORMAT
from multitag.errors import BundleError, OutputError


@contextmanager
def write_bundle(
    target: str | Path,
    *,
    versions: Mapping[str, str],
    base_model: Mapping[str, Any],
    data: Mapping[str, Any],
    split: Mapping[str, Any],
    seed: int,
    settings: Mapping[str, Any],
    metrics: Mapping[str, Any],
) -> Iterator[Path]:
    """Open a folder for a bundle's files; when the block ends without an error it becomes ``target``.

    The block writes all files but manifest.json, see :mod:`multitag.bundle.layout` and
    :func:`multitag.bundle.contents.write_contents`. They are then checked, recorded in the manifest and synced to
    disk, and the folder is renamed. If anything raises, Ctrl-C included, nothing is left.

    Parameters
    ----------
    target : str or Path
        The bundle's folder. Must not exist; its parent must.
    versions, base_model, data, split, seed, settings, metrics
        Facts for the manifest, see :class:`~multitag.bundle.manifest.Manifest`.

    Yields
    ------
    Path
        A hidden folder beside the target.

    Raises
    ------
    OutputError
        If the target exists or cannot be written, a full disk included.
    BundleError
        If the block wrote a file that no bundle has, missed a required one, or wrote files that disagree.
    """
    with new_folder(Path(target)) as folder:
        yield folder
        manifest = Manifest(
            created=utc_now(),
            versions=versions,
            base_model=base_model,
            data=data,
            split=split,
            seed=seed,
            settings=settings,
            metrics=metrics,
            files={},
        )
        _seal(folder, manifest, str(target))


def replace_files(
    folder: str | Path | Bundle, changes: Mapping[str, bytes | Path | None], out: str | Path | None = None
) -> Manifest:
    """Change, add or remove files of a bundle and rewrite its manifest.

    Parameters
    ----------
    folder : str, Path or Bundle
        A bundle's folder, which is verified first, or a bundle that is open and was.
    changes : mapping
        By each file's path in the bundle: the new content, a file to copy it from, or None to remove it. Files that
        are not named stay as they are and take no further space.
    out : str or Path, optional
        Write the changed bundle here instead; must not exist. The files that stay are copied.

    Returns
    -------
    Manifest
        The new one: with other files than the old one, and of the present format.

    Raises
    ------
    BundleError
        If the folder is not a whole, unchanged bundle, or would not be one after the changes.
    OutputError
        If the folder cannot be written, a full disk included, or ``out`` exists or is inside the bundle; the bundle
        is then as it was.
    """
    if isinstance(folder, Bundle):
        opened = folder
        opened.check_unchanged()
        folder, manifest = opened.folder, opened.manifest
    else:
        folder = Path(folder)
        if folder.is_file():
            raise BundleError(f"{folder}: is a file; expected a bundle's folder, a zip is not changed")
        with open_bundle(folder) as bundle:
            manifest = bundle.manifest
    kept = {name: record for name, record in manifest.files.items() if name not in changes}
    check_names([*kept, *(name for name, content in changes.items() if content is not None)], str(folder))
    if out is not None:
        refuse_inside(Path(out), folder)
    with replacement_folder(folder) if out is None else new_folder(Path(out)) as staged:
        for name in kept:
            (staged / name).parent.mkdir(exist_ok=True)
            # Two bundles never share a file: writing into one would change the other.
            (_link if out is None else shutil.copy2)(folder / name, staged / name)
        for name, content in changes.items():
            if content is not None:
                (staged / name).parent.mkdir(exist_ok=True)
                _write(content, staged / name)
        return _seal(staged, replace(manifest, format=FORMAT, files=kept), str(folder if out is None else out))


def copy_bundle(bundle: Bundle, folder: Path) -> None:
    """Copy the files of a bundle, and no others, into an empty folder."""
    for name in (*bundle.manifest.files, MANIFEST):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(bundle.folder / name, folder / name)


def refuse_inside(target: Path, bundle: Path) -> None:
    """Refuse to write among a bundle's own files.

    Raises
    ------
    OutputError
        If the target is inside the bundle.
    """
    if target.resolve().is_relative_to(bundle.resolve()):
        raise OutputError(f"{target}: is inside the bundle, which must not change; choose a place outside it")


def _seal(folder: Path, manifest: Manifest, where: str) -> Manifest:
    """Check and record the files that the manifest does not list yet, and write it."""
    names = list_files(folder, where)
    check_names(names, where)
    check_column_facts(manifest.data, where)
    read_contents(folder, where)
    new = {name: FileRecord.of(folder / name) for name in names - manifest.files.keys()}
    data = replace(manifest, files={**manifest.files, **new}).to_bytes()
    (folder / MANIFEST).write_bytes(data)
    for name in new:
        # safetensors writes files that only their owner can read
        shutil.copymode(folder / MANIFEST, folder / name)
    return Manifest.from_bytes(data, where)  # checks types and sizes: what was written can be read


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # not every disk has hard links
        shutil.copy2(source, target)


def _write(content: bytes | Path, target: Path) -> None:
    if isinstance(content, bytes):
        target.write_bytes(content)
    else:
        shutil.copyfile(content, target)

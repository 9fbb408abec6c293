"""A bundle as a zip: one file to send, with the same bytes every time."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from multitag.atomic import new_file
from multitag.bundle.address import HubAddress
from multitag.bundle.layout import MANIFEST
from multitag.bundle.read import open_bundle
from multitag.bundle.write import refuse_inside
from multitag.errors import BundleError
from multitag.paths import as_path


def pack(folder: str | Path, target: str | Path | None = None) -> Path:
    """Write a bundle to a zip.

    Equal bundles make byte-for-byte equal zips on every machine: entries are sorted, carry no times, owners or modes
    of their files, and are stored without compression, whose output depends on the version of zlib. Weights, which
    are nearly all of a bundle, would shrink by less than a tenth (MiniLM by 8%).

    Parameters
    ----------
    folder : str or Path
        The bundle, or ``"hf://user/name"``; it is verified first.
    target : str or Path, optional
        The zip to write; by default beside the folder, with its name and ``.zip``; of one on the hub, right here.

    Returns
    -------
    Path
        The zip.

    Raises
    ------
    BundleError
        If the folder is not a whole, unchanged bundle.
    OutputError
        If the target exists, is inside the bundle or cannot be written.
    """
    folder = as_path(folder, "folder")
    if folder.is_file():
        raise BundleError(f"{folder}: is a file; pack takes a bundle's folder")
    address = HubAddress.parse(folder)
    resolved = folder.resolve() if address is None else Path(address.name).absolute()
    target = resolved.with_name(f"{resolved.name}.zip") if target is None else as_path(target, "target")
    if address is None:
        refuse_inside(target, resolved)
    with open_bundle(folder) as bundle, new_file(target) as file, zipfile.ZipFile(file, "w") as archive:
        for name in sorted([MANIFEST, *bundle.manifest.files]):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # Unix, also where it is packed on Windows
            entry.external_attr = 0o100644 << 16
            entry.file_size = (bundle.folder / name).stat().st_size  # tells zipfile whether it must write ZIP64
            with (bundle.folder / name).open("rb") as source, archive.open(entry, "w") as sink:
                shutil.copyfileobj(source, sink, 2**20)
        bundle.check_unchanged()
    return target

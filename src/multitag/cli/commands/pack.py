"""``multitag pack``: a bundle to one zip."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from multitag.cli.show import print_lines


def pack(bundle: Path, /, *, output: Annotated[Path | None, Parameter(name=("--output", "-o"))] = None) -> None:
    """Pack a bundle into one zip; equal bundles give byte-for-byte equal zips.

    Parameters
    ----------
    bundle
        Folder of the bundle, or hf://user/name.
    output
        The zip to write; by default BUNDLE.zip, of one on the hub NAME.zip here.
    """
    from multitag.bundle.manifest import FileRecord
    from multitag.bundle.zip_writer import pack as pack_bundle

    target = pack_bundle(bundle, output)
    record = FileRecord.of(target)
    print_lines(f"{target}: {record.size / 1e6:.1f} MB, SHA-256 {record.sha256}")

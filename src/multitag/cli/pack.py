"""``multitag pack``: a bundle to one zip."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def pack(
    bundle: Annotated[Path, typer.Argument(help="Folder of the bundle.", show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The zip to write; by default BUNDLE.zip.", show_default=False),
    ] = None,
) -> None:
    """Pack a bundle into one zip; equal bundles give byte-for-byte equal zips."""
    from multitag.bundle.manifest import FileRecord
    from multitag.bundle.zip_writer import pack as pack_bundle

    target = pack_bundle(bundle, output)
    record = FileRecord.of(target)
    typer.echo(f"{target}: {record.size / 1e6:.1f} MB, SHA-256 {record.sha256}")

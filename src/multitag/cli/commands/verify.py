"""``multitag verify``: is this bundle whole and unchanged?"""

from __future__ import annotations

from pathlib import Path

from multitag.cli.show import print_lines
from multitag.errors import printable


def verify(bundle: Path, /) -> None:
    """Check every file of a bundle against its manifest.

    Parameters
    ----------
    bundle
        Folder or zip of the bundle, or hf://user/name.
    """
    from multitag.bundle.read import open_bundle

    with open_bundle(bundle) as opened:
        manifest, n_labels = opened.manifest, len(opened.label_set)
    facts = {
        "format": manifest.format,
        "created": manifest.created,
        "base model": manifest.base_model.get("name", "unknown"),
        "labels": n_labels,
        **({"made of": "the labels' names alone; trained on no row, not measured"} if manifest.started else {}),
        "files": f"{len(manifest.files) + 1}, {manifest.total_size / 1e6:.1f} MB",
    }
    print_lines(*(f"{name:<12}{printable(str(fact))}" for name, fact in facts.items()), "ok")

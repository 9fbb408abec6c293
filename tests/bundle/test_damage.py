"""Whatever happens to a file of a bundle, in its folder or in its zip, is found before anything of it is used."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from multitag.bundle.layout import OPTIONAL, REQUIRED
from multitag.bundle.read import open_bundle
from multitag.errors import BundleError

NAMES = sorted({"manifest.json", "onnx/model.onnx", *REQUIRED})  # the files of the tiny bundle
ENDINGS = "", ".json", ".bin", ".pt", ".pth", ".pkl", ".pickle", ".joblib", ".ckpt", ".npy", ".npz", ".py"
EXTRA = [
    *sorted(OPTIONAL - {"onnx/model.onnx"}),
    *(f"{folder}extra{ending}" for folder in ("", "model/", "onnx/") for ending in ENDINGS),
    *(".DS_Store", "model/.git", "Labels.json", "model/CONFIG.json", "onnx/model.onnx.data", "a\nb", "é"),
]
FLIPS = 10  # a file: its first byte, its last, and others anywhere
DAMAGES = len(NAMES) * (FLIPS + 4 + 1) + len(NAMES) * (len(NAMES) - 1) // 2 + len(EXTRA)

Files = dict[str, bytes]


def damages(files: Files) -> Iterator[tuple[str, Files]]:
    """Return every damaged set of files, with what was done to it."""
    for name, content in files.items():
        choose = random.Random(name)
        for position in [0, len(content) - 1, *(choose.randrange(len(content)) for _ in range(FLIPS - 2))]:
            flipped = bytearray(content)
            flipped[position] ^= choose.randrange(1, 256)
            yield f"{name}: byte {position} flipped", {**files, name: bytes(flipped)}
        for changed in (b"", content[: len(content) // 2], content[:-1], content + b"\n"):
            yield f"{name}: {len(changed)} of {len(content)} bytes", {**files, name: changed}
        yield f"{name}: deleted", {other: files[other] for other in files if other != name}
        for other in files:
            if other > name:
                yield f"{name} and {other}: swapped", {**files, name: files[other], other: content}
    for name in EXTRA:
        yield f"{name!r}: added", {**files, name: b"{}"}


def as_folder(files: Files, target: Path) -> None:
    for name, content in files.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(content)


def as_zip(files: Files, target: Path) -> None:
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


@pytest.mark.parametrize("form", [as_folder, as_zip])
def test_every_damage_is_found(form: Callable[[Files, Path], None], original: Path, tmp_path: Path):
    files = {name: (original / name).read_bytes() for name in NAMES}
    form(files, tmp_path / "whole")
    open_bundle(tmp_path / "whole").close()
    count, passed = 0, []
    for count, (what, damaged) in enumerate(damages(files), start=1):
        target = tmp_path / str(count)
        form(damaged, target)
        try:
            open_bundle(target).close()
        except BundleError as error:
            assert str(error).isprintable()
            if form is as_folder:  # damage to the zip itself has messages of its own
                assert any(name in str(error) for name in what.replace("'", "").split(": ")[0].split(" and ")), what
        else:
            passed.append(what)
    assert not passed
    assert count == DAMAGES


def test_the_page_on_security_has_the_number():
    page = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
    assert f"* {DAMAGES} kinds of damage to a small bundle" in page
    assert f"{2 * DAMAGES} of {2 * DAMAGES} are detected" in page

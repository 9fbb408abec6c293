"""The layout that CONTRIBUTING.md shows is the one that there is, and no room is crowded."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

import multitag

ROOT = Path(__file__).parents[1]
SOURCE = Path(multitag.__file__).parent
BEGIN, END = "<!-- layout:begin -->", "<!-- layout:end -->"
MOST_MODULES = 16  # of one folder, without its __init__


def rooms() -> list[Path]:
    """Return the packages, each before those inside it, in the order in which imports may point."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = contracts["contracts"][0]["layers"]
    packages = [SOURCE / name.removeprefix("multitag.") for name in reversed(layers)]
    return [
        folder
        for package in packages
        if package.is_dir()
        for folder in sorted(path.parent for path in package.rglob("__init__.py"))
    ]


def layout() -> str:
    """Return the lines that CONTRIBUTING.md must have between its two marks."""
    lines = []
    for folder in rooms():
        words = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
        assert words is not None
        place = folder.relative_to(SOURCE)
        lines.append(f"{'  ' * (len(place.parts) - 1)}* `{place.as_posix()}/`: {words.splitlines()[0]}")
    return "\n".join(lines)


def test_contributing_shows_the_layout_as_it_is():
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert page.partition(BEGIN)[2].partition(END)[0].strip() == layout()


@pytest.mark.parametrize("folder", rooms(), ids=lambda folder: folder.relative_to(SOURCE).as_posix())
def test_no_room_is_crowded(folder):
    assert len([path for path in folder.glob("*.py") if path.name != "__init__.py"]) <= MOST_MODULES


def test_every_package_is_in_the_layout():
    packages = {path.parent for path in SOURCE.rglob("__init__.py")} - {SOURCE}
    assert packages == set(rooms())

"""What an SVG shows, read back from it."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def texts() -> Callable[[str], list[str | None]]:
    """Give a function that lists the words in a plot."""
    return lambda svg: [element.text for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.fixture
def extents() -> Callable[[str, str], list[tuple[float, float]]]:
    """Give a function that lists from where to where the filled shapes or lines of a colour reach across."""
    return find_extents


def find_extents(svg: str, colour: str) -> list[tuple[float, float]]:
    found = []
    for path in ElementTree.fromstring(svg).iter(f"{SVG}path"):
        if colour in path.get("style", "") and path.get("clip-path"):
            xs = [float(x) for x in re.findall(r"[ML] (\S+) ", path.get("d", ""))]
            found.append((min(xs), max(xs)))
    return found

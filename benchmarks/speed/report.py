"""Write the results into the docs, or show them: ``python -m benchmarks.speed.report [RESULTS]``.

A page has places for figures, between ``<!-- speed:NAME -->`` and ``<!-- /speed:NAME -->``; what stands there is made
from benchmarks/results/speed.json.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.speed import tables
from benchmarks.speed.plot import draw_growth

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "speed.json"
PAGES = (ROOT / "docs" / "benchmarks.md", ROOT / "docs" / "performance.md")
PLOT = ROOT / "docs" / "growth.svg"
NOT_MEASURED = "Not measured yet: `make bench` measures and puts the figures here."
PARTS = {
    part.__name__: part
    for part in (
        tables.headline, tables.machine, tables.predicting, tables.training, tables.limits, tables.cold,
        tables.together, tables.profiles, tables.growth, tables.extrapolation,
    )
}  # fmt: skip
PLACE = re.compile(r"<!-- speed:(\w+) -->\n.*?<!-- /speed:\1 -->", re.DOTALL)


def fill(page: str, results: Mapping[str, Any] | None) -> str:
    """Put figures into the places of a page.

    Raises
    ------
    KeyError
        If a place has a name that no part has.
    """
    return PLACE.sub(lambda found: _place(found[1], results), page)


def _place(name: str, results: Mapping[str, Any] | None) -> str:
    content = NOT_MEASURED if results is None else PARTS[name](results)
    return f"<!-- speed:{name} -->\n{content}\n<!-- /speed:{name} -->"


def read_results(path: Path = RESULTS) -> dict[str, Any] | None:
    """Read what was measured; None where nothing was yet."""
    if not path.is_file():
        return None
    results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return results


def write_pages(results: Mapping[str, Any] | None) -> None:
    """Bring the docs and the plot up to date."""
    for page in PAGES:
        page.write_text(fill(page.read_text(encoding="utf-8"), results), encoding="utf-8")
    if results and results["growth"]:
        draw_growth(results["growth"], PLOT)


def as_text(results: Mapping[str, Any]) -> str:
    """Return all parts one after another, for a console."""
    return "\n\n".join(f"## {name}\n\n{part(results)}" for name, part in PARTS.items())


def main() -> None:
    """Show the results that are named, or write the full run's into the docs."""
    if len(sys.argv) > 1:
        results = read_results(Path(sys.argv[1]))
        print(as_text(results) if results else NOT_MEASURED)
    else:
        write_pages(read_results())


if __name__ == "__main__":
    main()

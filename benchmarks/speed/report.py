"""Write the results into the docs, or show them: ``python -m benchmarks.speed.report [RESULTS]``.

A page has places for figures, between ``<!-- speed:NAME -->`` and ``<!-- /speed:NAME -->``; what stands there is made
from benchmarks/results/speed, which keeps the newest run of each kind of processor. Ratios stand side by side; all else
is of the newest run.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.speed import tables
from benchmarks.speed.plot import draw_growth

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "speed"
PAGES = (ROOT / "docs" / "benchmarks.md", ROOT / "docs" / "performance.md")
PLOT = ROOT / "docs" / "growth.svg"
NOT_MEASURED = "Not measured yet: `make bench` measures and puts the figures here."
Run = Mapping[str, Any]
ACROSS: dict[str, Callable[[Sequence[Run]], str]] = {"headline": tables.headline, "machines": tables.machines}
OF_NEWEST: dict[str, Callable[[Run], str]] = {
    part.__name__: part
    for part in (
        tables.predicting, tables.training, tables.limits, tables.cold, tables.together, tables.profiles, tables.growth,
        tables.extrapolation,
    )
}  # fmt: skip
PLACE = re.compile(r"<!-- speed:(\w+) -->\n.*?<!-- /speed:\1 -->", re.DOTALL)


def fill(page: str, runs: Sequence[Run]) -> str:
    """Put the figures of the runs, the newest first, into the places of a page.

    Raises
    ------
    KeyError
        If a place has a name that no part has.
    """
    return PLACE.sub(
        lambda place: f"<!-- speed:{place[1]} -->\n{part(place[1], runs)}\n<!-- /speed:{place[1]} -->", page
    )


def part(name: str, runs: Sequence[Run]) -> str:
    """Return one part, or that nothing was measured yet."""
    if not runs:
        return NOT_MEASURED
    return ACROSS[name](runs) if name in ACROSS else OF_NEWEST[name](runs[0])


def read_runs(folder: Path = RESULTS) -> list[dict[str, Any]]:
    """Read what was measured on each kind of processor, the newest first."""
    runs = [json.loads(path.read_bytes()) for path in folder.glob("*.json")]
    return sorted(runs, key=lambda run: str(run["created"]), reverse=True)


def place_of(run: Run, folder: Path = RESULTS) -> Path:
    """Return where a run is kept: in the place of the one before it on such a processor."""
    return folder / f"{re.sub('[^a-z0-9]+', '-', tables.processor(run).lower())}.json"


def write_pages() -> None:
    """Bring the docs and the plot up to date."""
    runs = read_runs()
    for page in PAGES:
        page.write_text(fill(page.read_text(encoding="utf-8"), runs), encoding="utf-8")
    if runs and runs[0]["growth"]:
        draw_growth(runs[0]["growth"], PLOT)


def as_text(run: Run) -> str:
    """Return all parts of one run one after another, for a console."""
    return "\n\n".join(f"## {name}\n\n{part(name, [run])}" for name in (*ACROSS, *OF_NEWEST))


def main() -> None:
    """Show the results that are named, or write the full runs' into the docs."""
    if len(sys.argv) > 1:
        print(as_text(json.loads(Path(sys.argv[1]).read_bytes())))
    else:
        write_pages()


if __name__ == "__main__":
    main()

"""Where a benchmark keeps what it measured: a file of results, and the place of its table in a page of docs/."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"  # tables that are not part of the repository


@dataclass(frozen=True)
class Record:
    """The results of one benchmark.

    Parameters
    ----------
    name : str
        Such as ``"label_audit"``: of results/label_audit.json, and with a hyphen of the marks in the page.
    page : Path
        Of docs/; holds ``<!-- label-audit -->`` and ``<!-- /label-audit -->``.
    """

    name: str
    page: Path

    @property
    def results(self) -> Path:
        """The file of the results."""
        return ROOT / "benchmarks" / "results" / f"{self.name}.json"

    @property
    def place(self) -> re.Pattern[str]:
        """What the table stands between."""
        mark = self.name.replace("_", "-")
        return re.compile(rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)", re.DOTALL)

    def fill(self, page: str, table: str) -> str:
        """Return the page with the table in its place."""
        return self.place.sub(lambda place: place[1] + table + place[2], page)

    def save(self, results: Any, table: str) -> None:
        """Write the results and the page, and show the table."""
        self.results.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        self.page.write_text(self.fill(self.page.read_text(encoding="utf-8"), table), encoding="utf-8")
        print(table, f"wrote {self.results} and {self.page}", sep="\n")


EVALUATION = ROOT / "docs" / "evaluation.md"
PERFORMANCE = ROOT / "docs" / "performance.md"

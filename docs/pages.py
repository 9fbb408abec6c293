"""Run what the README and the guide show and write the real output into them: ``python -m docs.pages``.

Both run in one folder that begins empty, the README first: the guide goes on with the README's runs. Nothing is
written when anything fails. With a Chromium on the PATH the picture of the report is taken anew as well.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from docs.blocks import insert_table, run_page
from docs.options import IN_THE_GUIDE, options_page, options_table, serve_page
from docs.picture import PICTURE, find_browser, take_picture
from docs.quality import quality_table

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
GUIDE = ROOT / "docs" / "guide.md"
OPTIONS = ROOT / "docs" / "options.md"
REPORT = Path("runs", "movies", "bundle", "report.html")  # of the README's first training


def run_pages(pages: Sequence[str], folder: Path) -> list[str]:
    """Run pages one after the other in an empty folder and return them with their output."""
    return [run_page(page, folder) for page in pages]


def main() -> None:
    """Bring README.md, docs/guide.md and docs/options.md up to date."""
    readme = insert_table(README.read_text(encoding="utf-8"), "quality", quality_table())
    guide = insert_table(GUIDE.read_text(encoding="utf-8"), "options", options_table(IN_THE_GUIDE))
    options = insert_table(OPTIONS.read_text(encoding="utf-8"), "options", options_page())
    options = insert_table(options, "serve", serve_page())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        updated = run_pages([readme, guide], folder)
        if find_browser():
            take_picture(folder / REPORT)
        else:
            print(f"no Chromium on the PATH: {PICTURE.relative_to(ROOT)} stays as it is")
    for path, markdown in zip((README, GUIDE, OPTIONS), [*updated, options], strict=True):
        path.write_text(markdown, encoding="utf-8")


if __name__ == "__main__":
    main()

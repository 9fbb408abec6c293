"""Take the README's picture of a run's report, with Chromium: ``python -m docs.picture RUN/bundle/report.html``."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PICTURE = Path(__file__).resolve().parent / "images" / "report.png"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SIZE = (1000, 900)  # pixels: the top of the page, which sums the run up
COLOURS = 64  # of the picture; enough for text and one accent, at half the bytes


def find_browser() -> str | None:
    """Return the path of a Chromium, or None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def take_picture(report: Path, picture: Path = PICTURE) -> None:
    """Save the top of an HTML page as a PNG file.

    Raises
    ------
    FileNotFoundError
        If the report or a Chromium is missing.
    """
    from PIL import Image

    browser = find_browser()
    if browser is None or not report.is_file():
        raise FileNotFoundError(f"expected a Chromium on the PATH and the report {report}")
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "shot.png"
        subprocess.run(
            [
                browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                "--disable-background-networking", "--no-first-run", f"--user-data-dir={folder}/profile",
                f"--window-size={SIZE[0]},{SIZE[1]}", f"--screenshot={shot}", report.resolve().as_uri(),
            ],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        picture.parent.mkdir(exist_ok=True)
        with Image.open(shot) as image:
            image.convert("RGB").quantize(COLOURS).save(picture, optimize=True)


if __name__ == "__main__":
    take_picture(Path(sys.argv[1]))

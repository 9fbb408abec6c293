"""``multitag export``: the ONNX graphs of a bundle, made again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from multitag.cli.options import takes_options
from multitag.cli.show import print_lines
from multitag.errors import ConfigError


@takes_options("text", "labels", defaults=False)
def export(bundle: Path, data: str | None = None, /, *, browser: Path | None = None, **settings: Any) -> None:
    """Export the model of a bundle to ONNX again, fp32 and int8; only graphs that pass the parity check are kept.

    With --browser, write the bundle as a folder of static files instead, which predicts in the browser.

    Parameters
    ----------
    bundle
        Folder of the bundle.
    data
        Labelled rows on which to compare graphs and model: a table file, sample or imdb; by default sample.
    browser
        Folder to write for any web server; must not exist. The bundle stays as it is.
    """
    if browser is not None:
        if data is not None or settings:
            raise ConfigError("--browser writes the graphs that the bundle has; leave out DATA, --text and --labels")
        from multitag.export.browser import export_browser

        line = export_browser(bundle, browser)
        print_lines(f"{browser}: {line}", f"to look at it: python -m http.server --directory {browser} 8000")
        return
    from multitag.export.gate import parity_notes
    from multitag.jobs.export import export_bundle

    print_lines(*parity_notes(export_bundle(bundle, data or "sample", **settings)))

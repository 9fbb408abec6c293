"""A page as one HTML file: the template of all pages, filled."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from multitag.extras import import_extra
from multitag.report.pieces import Section


def render_page(*, title: str, summary: Sequence[str], notes: Sequence[str], sections: Sequence[Section]) -> str:
    """Write a self-contained page: it loads nothing, prints, follows light and dark mode, and needs no JavaScript.

    Parameters
    ----------
    title : str
    summary : sequence of str
        Paragraphs under the title.
    notes : sequence of str
        What to know first; may be empty.
    sections : sequence of Section

    Returns
    -------
    str
        HTML, to be saved as UTF-8. All text is escaped.

    Raises
    ------
    MissingExtraError
        If jinja2 is not installed.
    """
    page: str = _environment().get_template("page.html.j2").render(
        title=title, summary=summary, notes=notes, sections=sections
    )
    return page


@cache  # with the templates that it has compiled, which takes as long as filling them
def _environment() -> Any:
    jinja2 = import_extra("jinja2", "train")
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

"""What a page is made of: sections of paragraphs, tables, plots and facts. The template knows how each looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from multitag.report.tables import format_with_interval

MAX_TEXT = 300  # characters of a text from the table that are shown


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Parameters
    ----------
    text : str
    key : float or None
        What a column of numbers is sorted by; None in a column of words.
    small : str
        A second line, such as an interval.
    undefined : bool
        There is no figure; sorted last either way.
    words : bool
        Names or other words, which stand on the left.
    long : bool
        Running text, which gets a wide column.
    """

    text: str
    key: float | None = None
    small: str = ""
    undefined: bool = False
    words: bool = False
    long: bool = False

    def style(self) -> str:
        """Return the CSS class of the cell."""
        return "undefined" if self.undefined else "long" if self.long else "words" if self.words else ""


@dataclass(frozen=True)
class HtmlTable:
    """A table; the first cell of a row is its heading.

    Parameters
    ----------
    name : str
        Its id on the page.
    caption : str
    header : sequence of str, length n_columns
    rows : sequence of sequences of Cell, each of length n_columns
    sortable : bool
        Whether a click on a heading sorts it.
    """

    name: str
    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    sortable: bool = True
    kind: str = field(default="table", init=False)

    def is_words(self, column: int) -> bool:
        """Return whether a column holds words, which stand on the left with their heading."""
        return any(row[column].words or row[column].long for row in self.rows)


@dataclass(frozen=True)
class Plot:
    """A plot, with what it shows in words and in figures.

    Parameters
    ----------
    svg : str
        From a function of ``multitag.report.plots``.
    caption : str
    table : HtmlTable or None
        The figures behind it, folded away; None where the table that stands before it has them.
    """

    svg: str
    caption: str
    table: HtmlTable | None
    kind: str = field(default="plot", init=False)


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: str
    kind: str = field(default="paragraph", init=False)


@dataclass(frozen=True)
class Facts:
    """Names and what they stand for."""

    entries: Sequence[tuple[str, str]]
    kind: str = field(default="facts", init=False)


@dataclass(frozen=True)
class Section:
    """A part of the page under a heading of its own.

    Parameters
    ----------
    name : str
        Its id on the page.
    heading : str
    parts : sequence of Paragraph, HtmlTable, Plot and Facts
    """

    name: str
    heading: str
    parts: Sequence[Paragraph | HtmlTable | Plot | Facts]


def figure_cell(value: float | None, interval: Sequence[float] | None = None) -> Cell:
    """Write a figure, with its interval under it where there is one.

    Examples
    --------
    >>> cell = figure_cell(0.4371, [0.401, 0.472])
    >>> cell.text, cell.small
    ('0.437', '[0.40, 0.47]')
    >>> figure_cell(None).text
    'undefined'
    """
    text, _, small = format_with_interval(value, None if value is None else interval).partition(" ")
    return Cell(text, value, small, undefined=value is None)


def as_sentence(words: str) -> str:
    """Begin with a capital and end with a full stop.

    Examples
    --------
    >>> as_sentence("fine-tuned minilm beats the others")
    'Fine-tuned minilm beats the others.'
    """
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def count_cell(count: int) -> Cell:
    """Write a number of things."""
    return Cell(str(count), count)


def text_cell(text: str) -> Cell:
    """Write a text from the table, cut where it is long: a report is for looking, the file has all of it.

    Examples
    --------
    >>> len(text_cell("word " * 100).text)
    300
    """
    text = " ".join(text.split())
    return Cell(text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…", long=True)

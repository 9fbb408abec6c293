"""Text in Markdown: names from a table stand there as they are, and make no markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from string import Formatter

_MARKUP = re.compile(r"([\\`*_\[\]<>|~#&$])")


def escape_markdown(value: object) -> str:
    r"""Make text stand in Markdown, and in a table's cell, as it is: no markup, no HTML, no line breaks.

    Examples
    --------
    >>> print(escape_markdown("a|b <i>*c*"))
    a\|b \<i\>\*c\*
    """
    return _MARKUP.sub(r"\\\1", " ".join(str(value).split()))


class _EscapingFormatter(Formatter):
    """Writes every value so that it stands in Markdown as it is."""

    def format_field(self, value: object, format_spec: str) -> str:
        return escape_markdown(format(value, format_spec))


_FORMATTER = _EscapingFormatter()


def fill(template: str, **values: object) -> str:
    r"""Fill Markdown as ``str.format`` does, with every value escaped.

    Examples
    --------
    >>> print(fill("# {name}: *{share:.1f}*", name="*R&B*", share=0.25))
    # \*R\&B\*: *0.2*
    """
    return _FORMATTER.format(template, **values)


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table: the first column left-aligned, the others right-aligned, every cell escaped."""
    rule = [":--", *["--:"] * (len(header) - 1)]
    lines = [header, rule, *([escape_markdown(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def bullets(lines: Sequence[object]) -> str:
    """Return a list, every entry escaped."""
    return "\n".join(f"* {escape_markdown(line)}" for line in lines)

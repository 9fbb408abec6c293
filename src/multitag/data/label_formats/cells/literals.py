"""Python's own spelling of lists, read without running anything."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from typing import Any

from multitag.data.cells import CellError, shorten

MAX_CHARACTERS = 20_000  # Python's parser takes memory and stack by the length; a cell of labels is shorter

_NEIGHBOURS = re.compile(r"""['"]\s*['"]""")


def read_literal(text: str) -> Any:
    """Read a list, tuple, set or dict of texts and numbers as Python prints it.

    Raises
    ------
    CellError
        If the text is not such a literal, is longer than 20,000 characters, or has two texts without a comma between
        them: Python would join them, but numpy prints arrays so.

    Examples
    --------
    >>> read_literal("['Drama', 'War']")
    ['Drama', 'War']
    """
    if len(text) > MAX_CHARACTERS:
        raise CellError(f"a Python list of {len(text)} characters; at most {MAX_CHARACTERS} are read; write JSON")
    try:
        with warnings.catch_warnings():  # an odd escape or number is nothing to warn of here
            warnings.simplefilter("ignore")
            value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise CellError(f"expected a Python list such as ['one', 'two'], got {shorten(text)!r}") from error
    if has_neighbours(text):
        raise CellError(
            f"two names without a comma between them, as numpy prints arrays: {shorten(text)!r}; "
            "write lists with .tolist() first"
        )
    return value


def list_items(value: object) -> list[Any] | None:
    """Return what a list, tuple or set holds, or a dict as the only item; None for any other value."""
    if isinstance(value, dict):
        return [value]
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, (set, frozenset)):
        return sorted(map(str, value))  # the order of a set changes from run to run
    return None


def has_neighbours(text: str) -> bool:
    """Return whether two string literals stand side by side, which Python would join."""
    if not _NEIGHBOURS.search(text) or len(text) > MAX_CHARACTERS:
        return False
    last = None
    try:
        for token in tokenize.generate_tokens(io.StringIO(text.strip()).readline):
            if token.type in (tokenize.NL, tokenize.NEWLINE):
                continue
            if token.type == last == tokenize.STRING:
                return True
            last = token.type
    except (tokenize.TokenError, SyntaxError):  # no Python
        return False
    return False

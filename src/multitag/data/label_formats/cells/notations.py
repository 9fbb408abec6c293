"""Lists in the notations of other tools: ``{a,b}``, ``(a, b)``, ``['a' 'b']``, ``array([...])``, ``c("a", "b")``."""

from __future__ import annotations

import json
import re
from typing import Any

from multitag.data.cells import CellError, shorten
from multitag.data.label_formats.cells.literals import MAX_CHARACTERS, list_items, read_literal

PAIRS = {"[": "]", "(": ")", "{": "}"}

# array(['a'], dtype=object) of numpy, c("a") of R, WrappedArray(a) of Spark, frozenset({'a'}) of Python
_CALL = re.compile(
    r"(?:np\.|numpy\.|pd\.)?(?:array|Index|c|list|List|tuple|set|Set|frozenset|dict_keys|WrappedArray|ArrayBuffer|Array)"
    r"(\(.*\))",
    re.DOTALL,
)
_TYPE = re.compile(r",\s*dtype=[^\[\]]*$")
_TAGS = re.compile(r"(?:<[^<>]+>\s*)+")
_QUOTED = r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*\""""
_QUOTED_ITEMS = re.compile(rf"\s*(?:{_QUOTED})(?:\s*[,;|]\s*(?:{_QUOTED}))*\s*[,;|]?\s*", re.DOTALL)
_ITEM = re.compile(rf"({_QUOTED})|['\"](?:[^\\]|\\.)*\\?\Z", re.DOTALL)  # one that is open is looked at once
_ENDS = tuple("])}>'\"")
_BEGINS_WITH_QUOTE = re.compile(r"\s*[\[({]*\s*['\"{]")


def is_wrapped(text: str) -> bool:
    """Return whether one pair of brackets holds the whole text, and not only its start, as in ``[A] War [B]``."""
    text = text.strip()
    close = PAIRS.get(text[:1])
    if close is None or not text.endswith(close) or len(text) < 2:
        return False
    depth = 0
    for position, letter in enumerate(text):
        depth += (letter == text[0]) - (letter == close)
        if depth <= 0:
            return position == len(text) - 1
    return False


def begins_list(text: str) -> bool:
    """Return whether a text is a list in square brackets, or would be, had it not been cut short."""
    text = text.strip()
    if not text.startswith("["):
        return False
    return text[1:2] in ("[", "{", '"', "'") or "]" not in text or is_wrapped(text)


def is_listing(text: str) -> bool:
    """Return whether a text is written as a list, whether or not it can be read."""
    text = text.strip()
    if text[-1:] not in _ENDS:
        return False
    return (
        text[:1] + text[-1:] in ("[]", "{}", "()")
        or _CALL.fullmatch(text) is not None
        or _TAGS.fullmatch(text) is not None
        or (text[:1] in ("'", '"') and (_QUOTED_ITEMS.fullmatch(text) is not None or text[1:2] in ("[", "{")))
    )


def is_quoted_listing(text: str) -> bool:
    """Return whether a text is a list beyond doubt: its brackets hold nothing, a quote, or an object."""
    text = text.strip()
    call = _CALL.fullmatch(text)
    inner = call[1] if call else text
    return is_wrapped(inner) and (not inner[1:-1].strip() or _BEGINS_WITH_QUOTE.match(inner[1:]) is not None)


def read_listing(text: str, mark: str = ",", *, bare: bool = True) -> list[Any]:
    r"""Read a list in any notation.

    Parameters
    ----------
    text : str
    mark : str, default ","
        What stands between items without quotes.
    bare : bool, default True
        Whether items may stand without quotes, as in ``{War,Space}``.

    Raises
    ------
    CellError
        If it is none, is longer than 20,000 characters, or was cut short with dots.

    Examples
    --------
    >>> read_listing('{War,"Sci-Fi, hard"}'), read_listing("array(['a', 'b'], dtype=object)")
    (['War', 'Sci-Fi, hard'], ['a', 'b'])
    >>> read_listing("['a' 'b']"), read_listing('c("a", "b")'), read_listing('"[\\"a\\"]"')
    (['a', 'b'], ['a', 'b'], ['a'])
    """
    text = text.strip()
    if len(text) > MAX_CHARACTERS:
        raise CellError(f"a list of {len(text)} characters; at most {MAX_CHARACTERS} are read; write JSON")
    value = _value(text)
    if isinstance(value, str) and is_wrapped(value):  # JSON within JSON
        return read_listing(value, mark, bare=bare)
    items = list_items(value)
    return _items(text, mark, bare) if items is None else items


def _items(text: str, mark: str, bare: bool) -> list[Any]:
    call = _CALL.fullmatch(text)
    if call is not None:
        inner = _TYPE.sub("", call[1][1:-1]).strip()
        return read_listing(inner if is_wrapped(inner) else f"({inner})", mark, bare=bare)
    if _TAGS.fullmatch(text):
        return [name.strip().removeprefix("<") for name in text.split(">") if name.strip()]
    if is_wrapped(text):
        return _split(text[1:-1], text, mark, bare)
    if _QUOTED_ITEMS.fullmatch(text):
        return _split(text, text, mark, bare)
    raise CellError(f"expected a list such as ['one', 'two'], got {shorten(text)!r}")


def _split(inner: str, text: str, mark: str, bare: bool) -> list[Any]:
    """Split what brackets hold into items with quotes, between which the mark may be absent, and without."""
    items: list[str] = []
    position = 0
    for quoted in _ITEM.finditer(inner):
        if quoted[1] is None:  # an apostrophe
            break
        between = inner[position : quoted.start()]
        if between.strip() and not between.rstrip().endswith(mark) and not _only_spaces_before(between, mark):
            continue  # an apostrophe within a name
        items += _bare(between, text, mark, bare)
        items.append(_unquote(quoted[0]))
        position = quoted.end()
    return items + _bare(inner[position:], text, mark, bare)


def _only_spaces_before(between: str, mark: str) -> bool:
    return not between.replace(mark, "").strip()


def _bare(between: str, text: str, mark: str, bare: bool) -> list[str]:
    names = [name.strip() for name in between.split(mark)]
    names = [name for name in names if name]
    if "..." in names or any(name.startswith("...") for name in names):
        raise CellError(f"a list that was cut short with dots: {shorten(text)!r}; write it whole, with .tolist()")
    broken = any(letter in name for name in names for letter in "[]{}\"") or (names and not bare)
    if broken:
        raise CellError(f"expected a list such as ['one', 'two'], got {shorten(text)!r}")
    return names


def _unquote(item: str) -> str:
    quote, inner = item[0], item[1:-1]
    return re.sub(r"\\(.)", r"\1", inner.replace(quote * 2, quote), flags=re.DOTALL)


def _value(text: str) -> Any:
    """Return what JSON or Python makes of a text, or None."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # no JSON
        pass
    try:
        return read_literal(text)
    except CellError:  # no Python either, or names that Python would join
        return None

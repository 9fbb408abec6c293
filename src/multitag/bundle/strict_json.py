"""JSON with one spelling per value when written, and nothing ambiguous when read."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import Any

from multitag.errors import BundleError

MAX_DEPTH = 50  # of nested lists and objects: no file of a bundle has ten, and no stack overflows

TOO_DEEP = f"nested more than {MAX_DEPTH} deep"
MAX_DIGITS = 4300  # of a whole number; Python takes no more unless told
# Looked for where a number begins only: from every digit on, a file of long numbers would take minutes.
MANY_DIGITS = re.compile(rb"(?<![0-9])[0-9]{%d}" % (MAX_DIGITS + 1))


def dump_json(value: Any) -> bytes:
    """Write a value in its only spelling: sorted keys, two spaces of indent, UTF-8, one newline at the end.

    Parameters
    ----------
    value : object
        Dictionaries with text keys, lists, text, numbers, booleans and None.

    Returns
    -------
    bytes
        Equal values give equal bytes.

    Raises
    ------
    ValueError
        If a number is NaN or infinite, or text holds half of a surrogate pair: JSON allows neither.
    """
    text = json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode("utf-8")


def parse_json(data: bytes, where: str) -> Any:
    """Read JSON of any spelling.

    Parameters
    ----------
    data : bytes
        UTF-8 text.
    where : str
        The file, for the error.

    Raises
    ------
    BundleError
        If the bytes are not UTF-8 or not JSON, nest too deeply, or hold NaN, an infinite number, a key twice in one
        object, or half of a surrogate pair: parsers disagree on these.
    """
    try:
        return parse_strictly(data)
    except ValueError as error:
        raise BundleError(f"{where}: not valid JSON: {error}; get or make the bundle again") from error


def parse_strictly(data: bytes) -> Any:
    """Read JSON of any spelling, from wherever it comes.

    Raises
    ------
    ValueError
        For all that :func:`parse_json` refuses.
    """
    try:
        value = json.loads(
            data.decode("utf-8"),
            parse_constant=_refuse_constant,
            parse_float=_parse_finite,
            parse_int=_parse_short if MANY_DIGITS.search(data) else None,  # a tokenizer has 30,000 numbers
            object_pairs_hook=_parse_object,
        )
    except RecursionError as error:
        raise ValueError(TOO_DEEP) from error
    _check_depth(value)
    if b"\\ud" in data.lower():
        dump_json(value)  # an escaped half of a surrogate pair parses, but no file or screen can take it
    return value


def parse_json_object(data: bytes, where: str) -> dict[str, Any]:
    """Read JSON that must be one object.

    Raises
    ------
    BundleError
        As :func:`parse_json`, and if the value is not an object.
    """
    value = parse_json(data, where)
    if not isinstance(value, dict):
        raise BundleError(f"{where}: expected a JSON object, got {type(value).__name__}")
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise ValueError(TOO_DEEP)


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _parse_finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"number out of range: {text[:20]}")
    return number


def _parse_short(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(f"number of more than {MAX_DIGITS} digits: {text[:20]}")
    return int(text)


def _parse_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"key {twice[:60]!r} comes twice in one object")
    return values

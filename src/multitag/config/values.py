"""Values as Python, YAML and the shell give them, checked against the type of a setting."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from multitag.errors import ConfigError

WORDS = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}


def convert(value: Any, hint: Any, where: str, *, finite: bool = True) -> Any:
    """Check a plain value against a type; whole numbers pass as floats, one text as a list of one, paths as text.

    NumPy's numbers pass as Python's, its arrays and the columns of a data frame as lists. What is not finite is left to
    a check of its range where ``finite`` is False.

    Raises
    ------
    ConfigError
        If it is of another type; says which was expected.
    """
    choices = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    if isinstance(value, Path):
        value = str(value)
    for choice in choices:
        if get_origin(choice) is Literal and isinstance(value, str) and value in get_args(choice):
            return value
        if choice is type(None) and value is None:
            return None
        if get_origin(choice) is Mapping and isinstance(value, Mapping) and all(type(key) is str for key in value):
            return dict(value)
        if get_origin(choice) is tuple:
            texts = as_list(value)
            if texts and all(isinstance(item, str) for item in texts):
                return tuple(map(str, texts))
        if choice is str and isinstance(value, str):
            return str(value)
        if choice is bool and (isinstance(value, bool) or type(value).__name__ == "bool_"):
            return bool(value)
        if choice is int and isinstance(value, Integral) and not isinstance(value, bool):
            return int(value)
        if choice is float and isinstance(value, Real) and not isinstance(value, bool):
            number = float(value)
            if finite and (number != number or abs(number) == float("inf")):
                raise ConfigError(f"{where}: expected a finite number, got {number!r}")
            return int(value) if int in choices and isinstance(value, Integral) else number
    raise ConfigError(f"{where}: expected {describe_choices(choices)}, got {describe_value(value)}")


def as_list(value: object) -> list[Any] | None:
    """Return the items of a list, tuple, NumPy array or pandas Index; one text as a list of one; None for others.

    A Series or a table is none: it holds what is in a column, not the names of columns.
    """
    if isinstance(value, str):
        return [value]
    if isinstance(value, (list, tuple)):
        return list(value)
    if getattr(value, "ndim", None) == 1 and hasattr(value, "tolist") and not hasattr(value, "iloc"):
        items: list[Any] = value.tolist()
        return items
    return None


def as_names(value: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the names that a setting holds, which is one, several or none."""
    return (value,) if isinstance(value, str) else tuple(value or ())


def describe_value(value: object) -> str:
    """Describe what came instead of what was expected, on one short line.

    Examples
    --------
    >>> describe_value("many"), describe_value(object())
    ("'many'", 'object')
    """
    plain = value is None or isinstance(value, (str, Real, list, tuple, Mapping, set, frozenset))
    return reprlib.repr(value) if plain else type(value).__name__


def describe_choices(choices: tuple[Any, ...]) -> str:
    """Describe the types, or the values, of which one is expected."""
    words: list[str] = []
    for choice in choices:
        if get_origin(choice) is Literal:
            words.extend(str(value) for value in get_args(choice))
        elif get_origin(choice) is tuple:
            words.append("a list of texts")
        else:
            words.append("keys and values" if get_origin(choice) is Mapping else WORDS.get(choice, "nothing"))
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))

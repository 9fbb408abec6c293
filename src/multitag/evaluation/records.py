"""Frozen dataclasses that are written as JSON and read back with every type and range checked.

Field types are ``int``, ``float``, ``str``, other records, ``tuple``, ``dict`` with text keys, ``None`` beside one of
those, and ``Annotated`` numbers with their :class:`Within`.
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from functools import cache
from math import inf, isfinite
from types import NoneType
from typing import Annotated, Any, Self, get_args, get_origin, get_type_hints

from multitag.errors import BundleError

_ROUNDING = 1e-9  # a mean of ones may come out a hair above 1
_LARGEST = 10**300  # whole numbers beyond do not fit a float


@dataclass(frozen=True)
class Within:
    """The range of a number, both ends included."""

    low: float
    high: float = inf

    def __str__(self) -> str:
        """Return the range in words."""
        return f"from {self.low:g} on" if self.high == inf else f"from {self.low:g} to {self.high:g}"


Share = Annotated[float, Within(0, 1)]
Count = Annotated[int, Within(0)]
Seconds = Annotated[float, Within(0)]
Difference = Annotated[float, Within(-1, 1)]


OMIT_NONE = {"omit_none": True}  # metadata of a field that is left out of JSON where it is None


def in_json(key: str) -> dict[str, str]:
    """Return the metadata of a field that has another name in JSON."""
    return {"key": key}


def json_key(entry: Field[Any]) -> str:
    """Return the name of a dataclass field in JSON."""
    return str(entry.metadata.get("key", entry.name))


def record_fields(record: type[Record]) -> tuple[Field[Any], ...]:
    """Return the dataclass fields of a record."""
    return fields(record)  # type: ignore[arg-type]  # every subclass is a dataclass


@cache
def record_types(record: Any) -> dict[str, Any]:
    """Return the type of each field of a record, by the field's name, with its range."""
    return get_type_hints(record, include_extras=True)


class Record:
    """A frozen dataclass that JSON can hold."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that fit JSON."""
        values: dict[str, Any] = {}
        for entry in record_fields(type(self)):
            value = getattr(self, entry.name)
            if value is not None or not entry.metadata.get("omit_none"):
                values[json_key(entry)] = _plain(value)
        return values

    @classmethod
    def from_dict(cls, values: object, where: str = "") -> Self:
        """Read what :meth:`to_dict` returned, as JSON gives it back.

        Parameters
        ----------
        values : object
            A mapping; fields that have a default may be missing.
        where : str
            Its place, for the error.

        Raises
        ------
        BundleError
            If a key is missing or unknown, or a value is of another type or out of its range; names its place, such
            as ``splits.test.fixed.n_rows``.
        """
        mapping, entries = _parse_mapping(values, where), {json_key(entry): entry for entry in record_fields(cls)}
        for key in mapping:
            if key not in entries:
                raise record_error(where, f"key {str(key)[:60]!r} is unknown")
        types = record_types(cls)  # type: ignore[arg-type]  # a class can be hashed, whatever its instances can
        arguments = {}
        for key, entry in entries.items():
            if key in mapping:
                arguments[entry.name] = _parse(types[entry.name], mapping[key], _at(where, key))
            elif entry.default is MISSING and entry.default_factory is MISSING:
                raise record_error(where, f"key {key!r} is missing")
        return cls(**arguments)


def _plain(value: Any) -> Any:
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(inner) for inner in value]
    return value


def _parse(kind: Any, value: Any, where: str) -> Any:
    choices, origin = get_args(kind), get_origin(kind)
    if NoneType in choices:
        (other,) = (choice for choice in choices if choice is not NoneType)
        return None if value is None else _parse(other, value, where)
    if origin is Annotated:
        return _check_range(_parse(choices[0], value, where), choices[1], where)
    if origin is tuple:
        return _parse_list(choices, value, where)
    if origin is dict:
        mapping = _parse_mapping(value, where)
        return {str(key): _parse(choices[1], inner, _at(where, key)) for key, inner in mapping.items()}
    if issubclass(kind, Record):
        return kind.from_dict(value, where)
    if hasattr(kind, "from_dict"):
        try:
            return kind.from_dict(_parse_mapping(value, where))
        except BundleError as error:
            raise record_error(where, str(error).removeprefix(f"{where}: ")) from error
    return _parse_plain(kind, value, where)


def _parse_plain(kind: Any, value: Any, where: str) -> Any:
    words = {int: "a whole number", float: "a number", str: "text"}
    if kind is float:
        valid = isfinite(value) if isinstance(value, float) else type(value) is int and abs(value) < _LARGEST
    else:
        valid = type(value) is kind  # not isinstance: True is no number here
    if not valid:
        raise record_error(where, f"expected {words[kind]}, got {reprlib.repr(value)}")
    return kind(value)


def _parse_list(kinds: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    length = None if kinds[-1] is Ellipsis else len(kinds)
    if not isinstance(value, (list, tuple)) or len(value) != (length or len(value)):
        raise record_error(where, f"expected a list{f' of {length}' if length else ''}, got {reprlib.repr(value)}")
    if length is None:
        kinds = (kinds[0],) * len(value)
    entries = enumerate(zip(kinds, value, strict=True))
    return tuple(_parse(kind, entry, f"{where}[{place}]") for place, (kind, entry) in entries)


def _parse_mapping(value: object, where: str) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        raise record_error(where, f"expected keys and values, got {reprlib.repr(value)}")
    return value


def _check_range(number: float, within: Within, where: str) -> float:
    if not within.low - _ROUNDING <= number <= within.high + _ROUNDING:
        raise record_error(where, f"expected a number {within}, got {reprlib.repr(number)}")
    return number


def _at(where: str, key: object) -> str:
    return f"{where}.{str(key)[:60]}" if where else str(key)[:60]


def record_error(where: str, message: str) -> BundleError:
    """Return an error that names the place of what is wrong."""
    return BundleError(f"{where}: {message}" if where else message)

"""ONNX graphs checked before ONNX Runtime opens them, and without the onnx package.

A graph is a protobuf message, which can be encoded in many ways, so searching for bytes would not do: the fields that
matter are walked as ONNX Runtime's own parser walks them. Names and numbers of fields are those of
https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import NamedTuple

from multitag.errors import BundleError

DOMAINS = frozenset({"", "ai.onnx", "com.microsoft"})  # of the operators that ONNX Runtime has built in
# A loop runs as often as the graph computes; no encoder needs one.
LOOPS = frozenset({"Loop", "Scan", "SequenceMap"})
MAX_NESTING = 10  # graphs in attributes of nodes of graphs; exports of encoders have none
MAX_DIMENSIONS = 16

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_CHILDREN = {
    "model": {7: "graph"},
    "graph": {1: "node", 5: "tensor"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph"},
}
_REFUSED = {
    ("model", 20): "contains a training graph",
    ("model", 25): "defines functions of its own",
    ("graph", 15): "has sparse tensors",
    ("attribute", 22): "has sparse tensors",
    ("attribute", 23): "has sparse tensors",
    ("tensor", 13): "refers to weights in another file",
}
_TENSOR_DIMS, _TENSOR_LOCATION = 1, 14
_NODE_TYPE, _NODE_DOMAIN = 4, 7
ELEMENTS_PER_BYTE = 4  # of the smallest type, two bits


class _Field(NamedTuple):
    number: int
    kind: int
    value: int  # of a varint
    start: int  # of the content, where the kind is _BYTES
    end: int


class _RefusedError(Exception):
    """Why a graph is refused, without the name of its file."""


def check_graph(path: Path, where: str) -> None:
    """Refuse a graph that needs anything but itself and the operators of ONNX Runtime.

    Parameters
    ----------
    path : Path
        An .onnx file.
    where : str
        The file as the user knows it, for the error.

    Raises
    ------
    BundleError
        If the file is not ONNX, refers to weights in other files, declares a tensor larger than its content, or has
        operators of other domains, functions of its own, sparse tensors or loops.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            _check_message(data, "model", 0, len(data), MAX_NESTING)
    except _RefusedError as reason:
        raise BundleError(f"{where}: the graph {reason}; refused, expected one by multitag export") from reason
    except ValueError as error:  # mmap, of an empty file
        raise BundleError(f"{where}: not an ONNX graph: it is empty") from error


def _check_message(data: mmap.mmap, kind: str, start: int, end: int, depth: int) -> None:
    if depth < 0:
        raise _RefusedError(f"nests more than {MAX_NESTING} graphs")
    fields = _fields(data, start, end)
    if kind == "tensor":
        _check_tensor(data, list(fields), end - start)
        return
    children = _CHILDREN[kind]
    for field in fields:
        if (kind, field.number) in _REFUSED:
            raise _RefusedError(_REFUSED[kind, field.number])
        if kind == "node" and field.number in (_NODE_TYPE, _NODE_DOMAIN):
            _check_node(field.number, data[field.start : field.end].decode("utf-8", "replace"))
        child = children.get(field.number)
        if child is not None:
            if field.kind != _BYTES:
                raise _RefusedError("is damaged")
            _check_message(data, child, field.start, field.end, depth - (child == "graph"))


def _check_node(number: int, name: str) -> None:
    if number == _NODE_DOMAIN and name not in DOMAINS:
        raise _RefusedError(f"has operators of the domain {name[:60]!r}")
    if number == _NODE_TYPE and name in LOOPS:
        raise _RefusedError(f"has a loop ({name})")


def _check_tensor(data: mmap.mmap, fields: list[_Field], size: int) -> None:
    dims: list[int] = []
    for field in fields:
        if ("tensor", field.number) in _REFUSED or (field.number == _TENSOR_LOCATION and field.value):
            raise _RefusedError(_REFUSED["tensor", 13])
        if field.number == _TENSOR_DIMS:
            dims.extend([field.value] if field.kind == _VARINT else _varints(data, field.start, field.end))
    if len(dims) > MAX_DIMENSIONS:
        raise _RefusedError(f"declares a tensor of {len(dims)} dimensions")
    if prod(dims) > ELEMENTS_PER_BYTE * size:
        raise _RefusedError(f"declares a tensor of {prod(dims):.3g} elements in {size} bytes")


def _fields(data: mmap.mmap, start: int, end: int) -> Iterator[_Field]:
    position = start
    while position < end:
        tag, position = _varint(data, position, end)
        number, kind = tag >> 3, tag & 7
        value = 0
        content = position
        if kind == _VARINT:
            value, position = _varint(data, position, end)
        elif kind == _BYTES:
            length, content = _varint(data, position, end)
            position = content + length
        elif kind in (_FIXED64, _FIXED32):
            position += 8 if kind == _FIXED64 else 4
        else:
            raise _RefusedError("is damaged")  # groups, which no ONNX file has
        if position > end or not 0 < number < 2**29:
            raise _RefusedError("is damaged")
        yield _Field(number, kind, value, content, position)


def _varint(data: mmap.mmap, position: int, end: int) -> tuple[int, int]:
    """Read a number of variable length: its bits in groups of seven, the lowest first."""
    value = 0
    for shift in range(0, 70, 7):
        if position >= end:
            break
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise _RefusedError("is damaged")


def _varints(data: mmap.mmap, start: int, end: int) -> Iterator[int]:
    while start < end:
        value, start = _varint(data, start, end)
        yield value

"""The header of a safetensors file, checked without the safetensors package, which a core-only install lacks."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

from multitag.bundle.strict_json import parse_json_object
from multitag.errors import BundleError

MAX_HEADER_BYTES = 100_000_000  # the format's own limit
ITEM_BYTES = {
    "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U64": 8, "U32": 4, "U16": 2,
    "U8": 1, "BOOL": 1,
}  # fmt: skip
MAX_DIMENSIONS = 16


def check_tensor_header(path: Path, where: str) -> int:
    """Check that the tensors of a safetensors file follow each other without gaps and fill it, as its header says.

    Parameters
    ----------
    path : Path
        The file.
    where : str
        The file as the user knows it, for the error.

    Returns
    -------
    int
        Number of tensors.

    Raises
    ------
    BundleError
        If the header is not JSON, or is wrong about a type, a shape, a position or the size of the file.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or not 2 <= length <= min(size - 8, MAX_HEADER_BYTES):
            raise BundleError(f"{where}: not a safetensors file: its header would take {length} of {size} bytes")
        header = parse_json_object(file.read(length), where)
    header.pop("__metadata__", None)
    end = 0
    for start, stop, name in sorted(_span(name, entry, where) for name, entry in header.items()):
        if start != end:
            raise BundleError(f"{where}: tensor {name[:60]!r} starts at byte {start}, expected {end}")
        end = stop
    if 8 + length + end != size:
        raise BundleError(f"{where}: tensors take {end} bytes, expected {size - 8 - length}")
    return len(header)


def _span(name: str, entry: Any, where: str) -> tuple[int, int, str]:
    """Return where a tensor starts and stops, and its name, after checking that its type and shape fill that span."""
    try:
        shape, (start, stop) = entry["shape"], entry["data_offsets"]
        item = ITEM_BYTES[entry["dtype"]]
        numbers = (start, stop, *shape)
        whole = len(shape) <= MAX_DIMENSIONS and all(type(number) is int and number >= 0 for number in numbers)
    except (KeyError, TypeError, ValueError) as error:
        raise BundleError(f"{where}: tensor {name[:60]!r} has no dtype, shape and data_offsets") from error
    if not whole or stop - start != prod(shape) * item:
        raise BundleError(f"{where}: tensor {name[:60]!r} is not as large as its shape")
    return start, stop, name

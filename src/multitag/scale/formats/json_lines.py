"""JSON Lines: every so many bytes of a file are a part, and a line belongs to the part in which it begins."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from multitag.scale.formats.part import BLOCK_ROWS, MAX_ROW_BYTES, Part, Row

ROW_BYTES = 512  # a guess, by which a number of rows becomes one of bytes without reading the file
LOOKED_AT = 100  # lines, for the keys of a file: a key may be absent where it has no value
BLOCK_BYTES = 2**23  # of lines in a block, where they are long


def cut_json_lines(size: int, number: int, part_rows: int) -> list[Part]:
    """Cut a file of ``size`` bytes every ``512 * part_rows`` bytes, without reading it."""
    length = ROW_BYTES * part_rows
    return [
        Part(index, number, start, min(start + length, size), start)
        for index, start in enumerate(range(0, size, length))
    ]


def read_json_lines(file: BinaryIO, part: Part, columns: Sequence[str]) -> Iterator[list[Row]]:
    """Read the lines that begin in a part, in blocks; a line that is no JSON object is a row with an error."""
    position = part.start
    if position:  # the line that goes on from the part before is that one's
        file.seek(position - 1)
        position += _skip_line(file) - 1
    wanted, block, length = frozenset(columns), [], 0
    while position < part.stop and (line := file.readline(MAX_ROW_BYTES)):
        read = len(line)
        if line.endswith(b"\n") or read < MAX_ROW_BYTES:
            row = _parse(line, position, wanted)
        else:
            read += _skip_line(file)
            row = Row(position, {}, f"a line of more than {MAX_ROW_BYTES:,} bytes")
        position += read
        if row is not None:
            block.append(row)
            length += read
        if len(block) == BLOCK_ROWS or length >= BLOCK_BYTES:
            yield block
            block, length = [], 0
    if block:
        yield block


def first_keys(file: BinaryIO) -> tuple[str, ...]:
    """Return the keys of the first lines that are JSON objects, in order; none where there is no such line."""
    keys: dict[str, None] = {}
    for _ in range(LOOKED_AT):
        line = file.readline(MAX_ROW_BYTES)
        if not line or file.tell() > BLOCK_BYTES:
            break
        try:
            record = json.loads(line.decode("utf-8-sig"))
        except (ValueError, RecursionError):  # a bad row, which is set aside as it is scored
            continue
        if isinstance(record, dict):
            keys.update(dict.fromkeys(record))
    return tuple(keys)


def has_key(file: BinaryIO, name: str) -> bool:
    """Return whether a name stands in quotes anywhere in a file, as a key does that few lines have; reads all of it."""
    written = [json.dumps(name, ensure_ascii=as_ascii).encode("utf-8", "replace") for as_ascii in (True, False)]
    kept = b""  # of what came before, that no key is cut in two
    file.seek(0)
    while block := file.read(BLOCK_BYTES):
        kept += block
        if any(key in kept for key in written):
            return True
        kept = kept[-max(map(len, written)) :]
    return False


def _skip_line(file: BinaryIO) -> int:
    """Read to the end of the line, and return how many bytes that was."""
    skipped = 0
    while piece := file.readline(2**20):
        skipped += len(piece)
        if piece.endswith(b"\n"):
            break
    return skipped


def _parse(line: bytes, position: int, wanted: frozenset[str]) -> Row | None:
    """Parse a line; None where it is blank, and therefore no row."""
    text = line.decode("utf-8", "backslashreplace").strip().removeprefix("\ufeff")
    if not text:
        return None
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Row(position, {}, "not UTF-8", text)
    except (ValueError, RecursionError) as error:
        return Row(position, {}, f"not JSON: {error}", text)
    if not isinstance(record, dict):
        return Row(position, {}, f"expected a JSON object, got {type(record).__name__}", text)
    return Row(position, {name: cell for name, cell in record.items() if name in wanted})

"""The encoding of a text file: by its byte order mark, or by whether all of it is UTF-8."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO, TextIO

from multitag.data.readers.table_file import TableFile
from multitag.errors import DataError

BOMS = {  # the longer ones first: that of UTF-32 starts with that of UTF-16
    codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip
NOT_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"
BLOCK = 2**20  # bytes
HIGH = bytes(range(0x80, 0x100))
_ESCAPED = re.compile("[\udc80-\udcff]")  # bytes that are not UTF-8, as surrogateescape decodes them

# How files start that are named like tables and are none.
IMPOSTORS = {
    "<!doctype html": "this is an HTML page, not a table; download the raw file, not its page",
    "<html": "this is an HTML page, not a table; download the raw file, not its page",
    "<?xml": "this is XML, not a table; export the table as CSV",
    "version https://git-lfs": "this is a pointer to a file in Git LFS, not the file; fetch it with: git lfs pull",
    "pk\x03\x04": "this is an Excel or zip file, not text; export the table as CSV, or unzip it",
    "%pdf-": "this is a PDF, not a table; export the table as CSV",
    "par1": "this is a Parquet file; name it .parquet",
    "arrow1": "this is an Arrow file; name it .arrow",
    "\x1f": "this is a gzip file; name it .gz",
}


@dataclass(frozen=True)
class Encoding:
    """A codec of Python, and a note on how it was detected, if that is worth one."""

    codec: str
    note: str | None = None


def find_encoding(file: TableFile, named: str | None = None) -> Encoding:
    """Detect how the text of a file is encoded.

    Parameters
    ----------
    file : TableFile
        All of it is read: one byte near the end can show that it is not UTF-8.
    named : str, optional
        The encoding that the user named, which is not doubted.

    Returns
    -------
    Encoding
        That of the byte order mark; else UTF-8 where all of the file is; else cp1252, or latin-1 where bytes
        have no meaning in cp1252, with a note.

    Raises
    ------
    DataError
        If the file is damaged UTF-8, UTF-16 without a byte order mark, or not text; or an HTML page, or another
        well-known thing that is not a table.
    """
    with file.open() as (raw, _):
        start = raw.read(4096)
    bom = next((codec for mark, codec in BOMS.items() if start.startswith(mark)), None)
    _refuse_impostors(file.name, start.decode(bom or "latin-1", "replace"))
    if named is not None:
        family = "utf-8" if bom == "utf-8-sig" else bom
        return Encoding(bom if bom and family and named.startswith(family) else named)
    if bom in ("utf-16", "utf-32"):
        return Encoding(bom, f"read as {bom.upper()}, as its byte order mark says")
    if start.count(0) * 5 > len(start):
        order = "le" if start[1::2].count(0) > start[::2].count(0) else "be"
        raise DataError(
            f"{file.name}: every other byte is NUL, as in UTF-16 without a byte order mark; "
            f"if that is what it is, use --encoding utf-16-{order}"
        )
    return _by_content(file)


def _by_content(file: TableFile) -> Encoding:
    high = bad = nul = 0  # bytes from 0x80, those of them that are not UTF-8, and NUL bytes
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    undefined = False
    with file.open() as (raw, _):
        while block := raw.read(BLOCK):
            nul += block.count(0)
            if block.isascii() and not decoder.getstate()[0]:
                continue
            high += len(block) - len(block.translate(None, HIGH))
            bad += decoder.decode(block).count("\ufffd") - block.count("\ufffd".encode())
            undefined = undefined or any(byte in block for byte in NOT_IN_CP1252)
        bad += len(decoder.decode(b"", final=True))
    if bad <= 0:
        return Encoding("utf-8-sig")
    line, byte = _first_bad(file)
    what = f"line {line}: not UTF-8 (byte 0x{byte:02x})"
    if nul:
        raise DataError(f"{file.name}, {what}, and has NUL bytes: this is not text; expected a table")
    if high >= 3 * bad:  # text in cp1252 hardly ever looks like UTF-8 anywhere
        raise DataError(
            f"{file.name}, {what}, while the rest is: the file is damaged; repair that line, or use --encoding cp1252"
        )
    codec = "latin-1" if undefined else "cp1252"
    return Encoding(codec, f"read as {codec}, as it is not UTF-8 (line {line}, byte 0x{byte:02x}); "
                           "if letters look wrong, set --encoding")  # fmt: skip


def _first_bad(file: TableFile) -> tuple[int, int]:
    """Return the line, from 1, and the value of the first byte that is not UTF-8."""
    with file.open() as (raw, _), _text(raw, "utf-8", "surrogateescape") as text:
        for number, line in enumerate(text, start=1):
            if not line.isascii() and (escaped := _ESCAPED.search(line)):
                return number, ord(escaped[0]) - 0xDC00
    raise DataError(f"{file.name}: the file changed while it was read; try again")


@contextmanager
def open_text(file: TableFile, codec: str) -> Iterator[tuple[TextIO, Callable[[], float]]]:
    r"""Open a text file, with the ends of its lines as they are: ``\n``, ``\r\n`` or ``\r``.

    Returns
    -------
    text : TextIO
    share : callable
        Returns the share of the file that is read, in [0, 1].

    Raises
    ------
    DataError
        While reading, if the text is not in this encoding.
    """
    try:
        with file.open() as (raw, share), _text(raw, codec) as text:
            yield text, share
    except UnicodeError as error:
        where = f"{file.name}, {_bad_line(file, codec)}"
        raise DataError(f"{where}: not {codec}: {error}; set another --encoding") from error


def _refuse_impostors(name: str, start: str) -> None:
    sign = start.lstrip(" \t\r\n").lower()
    reason = next((reason for impostor, reason in IMPOSTORS.items() if sign.startswith(impostor)), None)
    if reason:
        raise DataError(f"{name}: {reason}")


def _bad_line(file: TableFile, codec: str) -> str:
    number = 1
    # Some errors cannot be replaced, such as UTF-16 without its mark: they are where the reading stops.
    with suppress(UnicodeError), file.open() as (raw, _), _text(raw, codec, "replace") as text:
        for line in text:
            if "\ufffd" in line:
                break
            number += 1
    return f"line {number}"


@contextmanager
def _text(raw: BinaryIO, codec: str, errors: str = "strict") -> Iterator[TextIO]:
    text = io.TextIOWrapper(raw, encoding=codec, errors=errors, newline="")
    try:
        yield text
    finally:
        text.detach()  # closed by whoever opened it

"""Encodings: found by the byte order mark or the whole content, said where it was a guess."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.rows import cells_of, rows_of
from multitag.data.readers.source import ReadOptions, open_source
from multitag.errors import ConfigError, DataError

Write = Callable[[str, str | bytes], Path]

TEXT = 'text,labels\n"naïve – “x”",é\n'


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (TEXT.encode(), None),
        (TEXT.encode("utf-8-sig"), None),
        (TEXT.encode("utf-16"), "read as UTF-16, as its byte order mark says"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "read as UTF-16, as its byte order mark says"),
        (TEXT.encode("utf-32"), "read as UTF-32, as its byte order mark says"),
        (TEXT.encode("cp1252"), "read as cp1252, as it is not UTF-8 (line 2, byte 0xef); if letters look wrong, set"),
    ],
)
@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_encoding_is_found_and_said(
    write: Write, content: bytes, note: str | None, zipped: bool, end: str
) -> None:
    marks = ((b"\xff\xfe\0\0", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
    codec = next((codec for mark, codec in marks if content.startswith(mark)), "latin-1")
    content = content.decode(codec).replace("\n", end).encode(codec)
    source = open_source(write(f"x.csv{'.gz' * zipped}", gzip.compress(content) if zipped else content))
    assert rows_of(source) == [{"text": "naïve – “x”", "labels": "é"}]
    assert [said.split(": ", 1)[1][: len(note or "")] for said in source.notes] == ([note] if note else [])


def test_bytes_without_meaning_in_cp1252_make_it_latin_1(write: Write) -> None:
    source = open_source(write("x.csv", b"a,b\n\xe9,\x81\n"))
    assert cells_of(source)[0] == ["é", "\x81"]
    assert "read as latin-1" in source.notes[0]


def test_what_is_said_is_not_doubted(write: Write) -> None:
    path = write("x.csv", "a,b\né,ł\n".encode("cp1250"))
    assert cells_of(open_source(path, ReadOptions(encoding="CP1250")))[0] == ["é", "ł"]
    with pytest.raises(DataError, match=r"x\.csv, line 2: not utf-8: .*; set another --encoding"):
        open_source(path, ReadOptions(encoding="utf-8"))
    with pytest.raises(DataError, match=r"x\.csv, line 1: not utf-16: UTF-16 stream does not start with BOM; set"):
        open_source(path, ReadOptions(encoding="utf-16"))
    big = write("big.csv", codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"))
    assert open_source(big, ReadOptions(encoding="utf-16")).columns["labels"][0] == "é"


@pytest.mark.parametrize("encoding", ["utf-9", "", "zip", "idna", "unicode_escape", "a\0b"])
def test_what_is_no_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(ConfigError, match=r"^encoding: .*expected utf-8, utf-16, cp1252 or the like$"):
        ReadOptions(encoding=encoding)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n" + "é,ü\n".encode() * 90_000 + b"\xe9,2\n",
         ", line 90002: not UTF-8 (byte 0xe9), while the rest is: the file is damaged; repair that line, or use"),
        (TEXT.encode("utf-16-le"), ": every other byte is NUL, as in UTF-16 without a byte order mark; "
                                   "if that is what it is, use --encoding utf-16-le"),
        (TEXT.encode("utf-16-be"), ": every other byte is NUL, as in UTF-16 without a byte order mark; "
                                   "if that is what it is, use --encoding utf-16-be"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0,\xff\xfe\xfd\xfc\xfb\xfa\xf9",
         ", line 1: not UTF-8 (byte 0x89), and has NUL bytes"),
        (b"\n<!DOCTYPE html>\n<html></html>", ": this is an HTML page, not a table; download the raw file"),
        (b"\xef\xbb\xbf<HTML><body>404</body>", ": this is an HTML page, not a table; "),
        ("<html>".encode("utf-16"), ": this is an HTML page, not a table; "),
        (b"PK\x03\x04\x14\0\x06\0", ": this is an Excel or zip file, not text; export the table as CSV"),
        (b"version https://git-lfs.github.com/spec/v1\n", ": this is a pointer to a file in Git LFS"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), ": this is a gzip file; name it .gz"),
    ],
    ids=lambda value: repr(value)[:30],
)  # fmt: skip
@pytest.mark.parametrize("name", ["x.csv", "x.jsonl", "x.json"])
def test_what_is_no_text_is_refused(write: Write, name: str, content: bytes, message: str) -> None:
    path = write(name, content)
    with pytest.raises(DataError) as caught:
        open_source(path)
    assert str(caught.value).startswith(f"{path}{message}")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_utf_8_is_read_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.csv"
    quoted = text.replace('"', '""')
    path.write_bytes(f'a,b\n"{quoted}",{"é" * 40}\n'.encode())
    assert open_source(path).columns["a"][0] == text

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitag.scale.formats import json_lines
from multitag.scale.formats.json_lines import cut_json_lines, has_key, read_json_lines
from multitag.scale.formats.part import Part


def rows_of(content: bytes, parts: list[Part]):
    return [row for part in parts for block in read_json_lines(io.BytesIO(content), part, ["text"]) for row in block]


@given(st.lists(st.text(max_size=20), max_size=10), st.integers(1, 30), st.booleans())
def test_every_line_is_read_once_wherever_it_is_cut(texts, length, ends_with_a_line_end):
    content = "\n".join(json.dumps({"text": text}, ensure_ascii=False) for text in texts).encode("utf-8", "replace")
    content += b"\n" * ends_with_a_line_end
    parts = [Part(0, 0, start, min(start + length, len(content))) for start in range(0, len(content), length)]
    rows = rows_of(content, parts)
    assert [row.record["text"] for row in rows] == texts
    assert all(content[row.position : row.position + 1] == b"{" for row in rows)


def test_a_file_is_cut_without_reading_it():
    parts = cut_json_lines(1025, 3, 1)
    assert [(part.file, part.start, part.stop) for part in parts] == [(3, 0, 512), (3, 512, 1024), (3, 1024, 1025)]
    assert cut_json_lines(0, 0, 1) == []


@pytest.mark.parametrize("block", [1, 7, 2**20])
def test_a_key_that_few_lines_have_is_found(block, monkeypatch):
    monkeypatch.setattr(json_lines, "BLOCK_BYTES", block)
    for line in (b'{"t\\u00eate": 1}', '{"t\u00eate": 1}'.encode()):
        file = io.BytesIO(b'{"text": "a"}\n' * 150 + line)
        assert has_key(file, "t\u00eate")
        assert not has_key(file, "show")


@pytest.mark.parametrize(("line", "error"), [
    (b'{"text": ', "not JSON"), (b"[1]", "expected a JSON object, got list"), (b'{"text": "\xff"}', "not UTF-8"),
    (b"[" * 100_000, "not JSON"),
])  # fmt: skip
def test_a_bad_line_is_a_row_with_an_error(line, error):
    content = b'{"text": "a"}\n' + line + b'\n\n{"text": "b"}\n'
    rows = rows_of(content, [Part(0, 0, 0, len(content))])
    assert [row.record.get("text") for row in rows] == ["a", None, "b"]
    assert error in rows[1].error


def test_a_line_longer_than_memory_should_hold_is_skipped(monkeypatch):
    monkeypatch.setattr(json_lines, "MAX_ROW_BYTES", 40)
    content = b'{"text": "a"}\n' + json.dumps({"text": "b" * 100}).encode() + b'\n{"text": "c"}\n'
    rows = rows_of(content, [Part(0, 0, 0, 30), Part(1, 0, 30, len(content))])
    assert [row.record.get("text") for row in rows] == ["a", None, "c"]
    assert "more than 40 bytes" in rows[1].error

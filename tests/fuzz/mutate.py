"""Damage to files, as hypothesis strategies: bytes flipped, cut, doubled and replaced by what parsers stumble over."""

from __future__ import annotations

from hypothesis import strategies as st

AWKWARD = [
    b"", b"\0", b"\xff", b'"', b"\\", b"\n", b"\r", b",", b"[", b"{", b"]", b"}", b"-", b"null", b"NaN", b"true",
    b"1e999", b"-1", b"0", b"9" * 30, b"\\ud800", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"../", b"&a ", b"*a", b"!!",
    b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff\xff\xff\xff\xff", b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
    b"[" * 60, b"auto_map", b"<html>",
]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, corpus: list[bytes]) -> bytes:
    """Draw one file of a corpus after one to four edits."""
    data = draw(st.sampled_from(corpus))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = start + draw(st.integers(0, 12) | st.integers(0, len(data)))
        new = draw(st.sampled_from(AWKWARD) | st.binary(max_size=8) | st.just(data[start:end] * 2))
        data = data[:start] + new + data[end:]
    return data

"""Mojibake: found where UTF-8 was encoded twice, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitag.data.readers.mojibake import Mojibake, find_mojibake
from multitag.data.readers.source import open_source


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Janelle MonÃ¡e, RenÃ©", ("MonÃ¡e", "Monáe")),
        ("sheâ€™s here", ("sheâ€™s", "she’s")),
        ("(Ð¿Ñ€Ð¸Ð²ÐµÑ‚)", ("Ð¿Ñ€Ð¸Ð²ÐµÑ‚", "привет")),
        ("ðŸ˜€", ("ðŸ˜€", "😀")),
        ("Janelle Monáe", None),
        ("«CAFÉ», „MENÜ“, É… à la SÃO", None),
        ("plain", None),
        ("日本語 привет 😀 —", None),
    ],
)
def test_double_encoding_is_found_and_nothing_else(text: str, found: tuple[str, str] | None) -> None:
    assert find_mojibake(text) == found


@given(st.text(st.sampled_from("éèüßñçøåæœŠž’“”–—…€日本語привет😀🎬"), min_size=2, max_size=4))
def test_what_is_encoded_twice_is_found(text: str) -> None:
    # The five bytes that cp1252 lacks pass as control characters, as browsers and databases do it.
    double = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode())
    found = find_mojibake(double)
    assert found is not None
    assert found[1] in text


def test_cells_are_counted_and_a_few_shown() -> None:
    mojibake = Mojibake()
    assert mojibake.note() is None
    for row, text in enumerate(["Ã©", "x", "Ã¨", "Ã©", "Ã¼", "Ã±"], start=1):
        mojibake.look(text, f"row {row}, column 't'")
    assert mojibake.note() == (
        "5 cells hold text that was encoded as UTF-8 twice: 'Ã©' for 'é', 'Ã¨' for 'è', 'Ã¼' for 'ü'; "
        "first in row 1, column 't'; nothing was changed"
    )


def test_it_is_said_of_a_real_file_and_nothing_is_changed(shared_data: Path) -> None:
    path = shared_data / "variants" / "netflix_titles_bom_crlf_mojibake.csv"
    source = open_source(path, columns=["title", "description"])
    (note,) = source.notes
    assert "cells hold text that was encoded as UTF-8 twice: 'ShippÃ»den' for 'Shippûden'" in note
    assert source.columns["title"][57].startswith("Naruto ShippÃ»den")
    assert open_source(shared_data / "netflix_titles.csv").notes == ()

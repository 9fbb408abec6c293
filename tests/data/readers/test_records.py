"""Options of reading: what cannot be a delimiter or an encoding is refused before any file is opened."""

from __future__ import annotations

import pytest

from multitag.data.readers.records import ReadOptions
from multitag.errors import ConfigError


@pytest.mark.parametrize(("given", "mark"), [(";", ";"), ("tab", "\t"), ("\\t", "\t"), ("\t", "\t"), ("§", "§")])
def test_a_delimiter_is_one_character_or_spelled(given: str, mark: str) -> None:
    assert ReadOptions(delimiter=given).delimiter == mark


@pytest.mark.parametrize("given", ["", '"', "\n", "\r", "||", "\ufeff"])
def test_what_cannot_stand_between_cells_is_refused(given: str) -> None:
    with pytest.raises(ConfigError, match=r"^delimiter \(--sep\): expected one character such as , ; \| or tab, got "):
        ReadOptions(delimiter=given)


def test_an_encoding_has_many_names() -> None:
    assert {ReadOptions(encoding=each).encoding for each in ("UTF8", "utf-8", "U8")} == {"utf-8"}

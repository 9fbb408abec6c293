from __future__ import annotations

from pathlib import Path

import pytest

from multitag.errors import ConfigError
from multitag.paths import as_path, expand_home, expand_source


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.mark.parametrize("written", ["~/run", Path("~/run")], ids=type)
def test_home_is_expanded(home, written):
    assert as_path(written, "out") == home / "run"
    assert as_path(as_path(written, "out"), "out") == home / "run"


@pytest.mark.parametrize("written", ["run", "./~/run", "a/~", "~$Films.xlsx", "/~", "~nobody-of-this-name/x"])
def test_what_is_not_the_home_stays(written):
    assert expand_home(written) == written


def test_sources_of_every_kind_are_expanded(home):
    assert expand_source("~/a.csv") == str(home / "a.csv")
    assert expand_source(Path("~/a.csv")) == home / "a.csv"
    assert expand_source(["~/a.csv", "b.csv", 3]) == [str(home / "a.csv"), "b.csv", 3]
    frame = object()
    assert expand_source(frame) is frame


@pytest.mark.parametrize("written", [None, 3, b"run", ["run"]], ids=str)
def test_another_type_is_refused(written):
    with pytest.raises(ConfigError, match=f"^out: expected a path, got {type(written).__name__}$"):
        as_path(written, "out")

"""docs/data.md is true: every example is read as it says."""

from __future__ import annotations

import re
import shlex
import sys

import pytest
from docs import blocks, pages
from docs.options import options_of_commands

from multitag.cli import main

PAGE = pages.ROOT / "docs" / "data.md"
PIECES = blocks.split_pieces(PAGE.read_text(encoding="utf-8"))
OPTIONS = options_of_commands()


def shown_commands():
    """Give each command with the lines that the page shows under it."""
    for piece in PIECES:
        if piece.language != "console":
            continue
        shown = []
        for line in piece.lines:
            if line.startswith(blocks.PROMPT):
                shown.append((line.removeprefix(blocks.PROMPT), []))
            else:
                shown[-1][1].append(line)
        yield from shown


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    for piece in PIECES:
        if piece.file_name:
            (folder / piece.file_name).write_text("\n".join(piece.lines) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("command", "shown"), list(shown_commands()), ids=lambda each: each if isinstance(each, str) else ""
)
def test_each_example_is_read_as_the_page_says(command, shown, folder, monkeypatch, capsys):
    asked, _, wanted = command.partition(" | grep ")
    program, *arguments = shlex.split(asked)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", [program, *arguments])
    with pytest.raises(SystemExit) as ended:
        main.run()
    out, err = capsys.readouterr()
    assert (ended.value.code or 0) == (2 if err else 0)
    assert [line.rstrip() for line in (out + err).splitlines() if wanted in line] == shown


def test_each_file_of_the_page_is_used(folder):
    used = " ".join(command for command, _ in shown_commands())
    files = [path.name for path in folder.iterdir() if path.name != "bad.csv"]
    assert len(files) > 10
    assert all(name in used for name in files)


def test_commands_that_are_not_run_have_options_that_exist():
    lines = [line for piece in PIECES if piece.language == "sh" for line in piece.lines]
    assert lines
    for line in lines:
        assert set(re.findall(r"(?<!\S)--[a-z-]+", line)) <= OPTIONS[line.split()[1]]

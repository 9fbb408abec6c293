"""Run what the README shows and write its real output into it: ``python -m docs.readme``.

* ``python`` blocks run in one namespace; what they print goes into a ``text`` block after them.
* ``console`` blocks: each line that starts with ``$`` runs in a shell, its output goes under it. A command
  must end with exit code 0; one that shows a failure says so: ``|| echo "exit code $?"``.
* A block with a file name after its language, such as ``yaml settings.yaml``, is written to that file.

All run in order in one empty folder. The table between the ``quality`` comments is made from
benchmarks/results/quality.json. Nothing is written when anything fails.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from multitag.evaluation.summary import METRIC_TITLES, format_figure

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
QUALITY = ROOT / "benchmarks" / "results" / "quality.json"

FENCE = "```"
PROMPT = "$ "
CONSOLE_WIDTH = 110  # columns; the metric table needs 104

TABLE_BEGIN, TABLE_END = "<!-- quality:begin -->", "<!-- quality:end -->"
NOT_MEASURED = "Not measured yet: `make bench-quality` measures, then `make readme` puts the table here."
RECIPES = {
    "multitag": "multitag",
    "plain": "plain fine-tuning: one learning rate of 5e-5, padding to 128 tokens",
    "tfidf_logistic_regression": "TF-IDF and logistic regression",
    "tfidf_logistic_regression_balanced": "TF-IDF and logistic regression with balanced classes",
    "frozen_features_logistic_regression": "features of the untrained base model and logistic regression",
}
FIGURES = ("macro_f1", "micro_f1", "macro_roc_auc", "macro_average_precision", "hamming_loss")


@dataclass(frozen=True)
class Piece:
    """Lines of prose, or a fenced block.

    Parameters
    ----------
    lines : tuple of str
        Without the fences.
    info : str or None
        What stands after the opening fence; None for prose.
    """

    lines: tuple[str, ...]
    info: str | None = None

    @property
    def language(self) -> str:
        """First word after the fence."""
        return (self.info or "").partition(" ")[0]

    @property
    def file_name(self) -> str:
        """Second word after the fence, or nothing."""
        return (self.info or "").partition(" ")[2].strip()

    def markdown(self) -> list[str]:
        """Give the lines with their fences."""
        return list(self.lines) if self.info is None else [f"{FENCE}{self.info}", *self.lines, FENCE]


def split_pieces(markdown: str) -> list[Piece]:
    """Divide Markdown into prose and fenced blocks; :func:`join_pieces` gives it back."""
    pieces: list[Piece] = []
    lines: list[str] = []
    info: str | None = None
    for number, line in enumerate(markdown.splitlines(), start=1):
        if not line.startswith(FENCE):
            lines.append(line)
            continue
        if info is not None and line != FENCE:
            raise ValueError(f"line {number}: a block opens inside the block {info!r}")
        if lines or info is not None:
            pieces.append(Piece(tuple(lines), info))
        lines, info = [], line.removeprefix(FENCE).strip() if info is None else None
    if info is not None:
        raise ValueError(f"the block {info!r} is not closed")
    return [*pieces, Piece(tuple(lines))] if lines else pieces


def join_pieces(pieces: Iterable[Piece]) -> str:
    """Put Markdown together again."""
    return "\n".join(line for piece in pieces for line in piece.markdown()) + "\n"


def without_output(pieces: Sequence[Piece]) -> list[Piece]:
    """Leave only what is run, not what came of it."""
    kept: list[Piece] = []
    for index, piece in enumerate(pieces):
        if piece.language == "console":
            piece = replace(piece, lines=tuple(line for command in commands(piece) for line in command))
        if _is_output(pieces, index):
            kept.pop()  # the blank line between code and output
        else:
            kept.append(piece)
    return kept


def _is_output(pieces: Sequence[Piece], index: int) -> bool:
    languages = [piece.language for piece in pieces[max(0, index - 2) : index + 1]]
    return languages == ["python", "", "text"] and not any(pieces[index - 1].lines)


def commands(piece: Piece) -> list[tuple[str, ...]]:
    """Give the lines of each command of a console block: one, and those it goes on in after a backslash."""
    found: list[tuple[str, ...]] = []
    goes_on = False
    for line in piece.lines:
        if goes_on:
            found[-1] += (line,)
        elif line.startswith(PROMPT):
            found.append((line,))
        else:
            continue  # output
        goes_on = line.endswith("\\")
    return found


def run_pieces(pieces: Sequence[Piece], folder: Path) -> Iterator[Piece]:
    """Run the blocks in a folder and give all pieces with the output of this run.

    Raises
    ------
    RuntimeError
        If a command's exit code is not 0; what Python code raises is raised as it is.
    """
    namespace: dict[str, Any] = {"__name__": "readme"}
    for piece in without_output(pieces):
        if piece.file_name:
            (folder / piece.file_name).write_text("\n".join(piece.lines) + "\n", encoding="utf-8")
        if piece.language == "console":
            run = ((command, run_command(command, folder)) for command in commands(piece))
            yield replace(piece, lines=tuple(line for command, output in run for line in (*command, *output)))
            continue
        yield piece
        if piece.language == "python" and (output := run_python("\n".join(piece.lines), namespace, folder)):
            yield from (Piece(("",)), Piece(output, "text"))


def run_python(code: str, namespace: dict[str, Any], folder: Path) -> tuple[str, ...]:
    """Run code and give the lines that it prints."""
    printed = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(printed):
        exec(compile(code, README.name, "exec"), namespace)
    return _lines(printed.getvalue())


def run_command(command: tuple[str, ...], folder: Path) -> tuple[str, ...]:
    """Run a command in a shell, with this Python's multitag, and give the lines that a person would see."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    ended = subprocess.run(
        "\n".join(command).removeprefix(PROMPT), shell=True, cwd=folder, text=True,
        env={**os.environ, "PATH": path, "COLUMNS": str(CONSOLE_WIDTH), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if ended.returncode:
        raise RuntimeError(f"{command[0]}: exit code {ended.returncode}\n{ended.stdout}")
    return _lines(ended.stdout)


def _lines(output: str) -> tuple[str, ...]:
    return tuple(line.rstrip() for line in output.strip("\n").splitlines())


def quality_table(path: Path = QUALITY) -> str:
    """Write what ``make bench-quality`` measured as a Markdown table of means; say so if it has not yet."""
    if not path.is_file():
        return NOT_MEASURED
    measured = json.loads(path.read_text(encoding="utf-8"))
    titles = ["Recipe", *(METRIC_TITLES[name] for name in FIGURES), "Seconds"]
    rows = [titles, [":--", *["--:"] * (len(titles) - 1)]]
    for name, recipe in measured["recipes"].items():
        mean = recipe["mean"]
        rows.append([RECIPES[name], *(format_figure(mean[key]) for key in FIGURES), f"{mean['seconds']:.0f}"])
    settings, machine = measured["settings"], measured["machine"]
    seeds = ", ".join(map(str, measured["seeds"]))
    caption = (
        f"{measured['data']}, {settings['test_size']:.0%} of the rows held out ({settings['method']} split), "
        f"base model {settings['base_model']}, at threshold {measured['threshold']:g}; means over the seeds "
        f"{seeds}. Seconds of training on {machine['cores']} cores ({machine['processor']})."
    )
    return "\n".join([*(f"| {' | '.join(row)} |" for row in rows), "", caption])


def shown_table(markdown: str) -> str:
    """Give what stands between the ``quality`` comments."""
    return markdown.partition(TABLE_BEGIN)[2].partition(TABLE_END)[0].strip("\n")


def insert_table(markdown: str, table: str) -> str:
    """Put a table between the ``quality`` comments.

    Raises
    ------
    ValueError
        If the comments are not there.
    """
    before, begin, rest = markdown.partition(TABLE_BEGIN)
    _, end, after = rest.partition(TABLE_END)
    if not (begin and end):
        raise ValueError(f"{README.name}: expected {TABLE_BEGIN} and {TABLE_END}")
    return f"{before}{begin}\n{table}\n{end}{after}"


def run_readme(markdown: str, folder: Path) -> str:
    """Run the blocks of a README in an empty folder and give it back with their output."""
    return join_pieces(run_pieces(split_pieces(markdown), folder))


def main() -> None:
    """Bring README.md up to date."""
    markdown = insert_table(README.read_text(encoding="utf-8"), quality_table())
    with tempfile.TemporaryDirectory() as folder:
        README.write_text(run_readme(markdown, Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()

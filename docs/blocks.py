"""Run the blocks of a Markdown page and put their real output under them; put tables between its comments.

* ``python`` blocks run in one namespace a page; what they print goes into a ``text`` block after them.
* ``console`` blocks: each line that starts with ``$`` runs in a shell, its output goes under it. A command
  must end with exit code 0; one that shows a failure says so: ``|| echo "exit code $?"``.
* A block with a file name after its language, such as ``yaml settings.yaml``, is written to that file.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

FENCE = "```"
PROMPT = "$ "
CONSOLE_WIDTH = 110  # columns; the metric table needs 104
# A line of a stage or an epoch, where nobody sees a bar: which there are depends on how fast the machine is.
LOGGED = re.compile(r"([a-z][a-z ]*|fold \d+ of \d+): [\d.]+ (s|min|h)(; about .*)?$|epoch [\d.]+ of ")


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
        """Return the lines with their fences."""
        return list(self.lines) if self.info is None else [f"{FENCE}{self.info}", *self.lines, FENCE]


def split_pieces(markdown: str) -> list[Piece]:
    """Divide Markdown into prose and fenced blocks; :func:`join_pieces` restores it."""
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
    """Drop the output of earlier runs and keep what is run."""
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
    """Return the lines of each command of a console block: one, and those that continue it after a backslash."""
    found: list[tuple[str, ...]] = []
    continued = False
    for line in piece.lines:
        if continued:
            found[-1] += (line,)
        elif line.startswith(PROMPT):
            found.append((line,))
        else:
            continue  # output
        continued = line.endswith("\\")
    return found


def run_page(markdown: str, folder: Path) -> str:
    """Run the blocks of a page in a folder and return the page with their output."""
    return join_pieces(run_pieces(split_pieces(markdown), folder))


def run_pieces(pieces: Sequence[Piece], folder: Path) -> Iterator[Piece]:
    """Run the blocks in a folder and yield all pieces with the output of this run.

    Raises
    ------
    RuntimeError
        If a command's exit code is not 0; what Python code raises is raised as it is.
    """
    namespace: dict[str, Any] = {"__name__": "page"}
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
    """Run code and return the lines that it prints."""
    printed = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(printed):
        exec(compile(code, "page", "exec"), namespace)
    return _lines(printed.getvalue())


def run_command(command: tuple[str, ...], folder: Path) -> tuple[str, ...]:
    """Run a command in a shell, with this Python's multitag, and return the lines that a person would see."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    ended = subprocess.run(
        "\n".join(command).removeprefix(PROMPT), shell=True, cwd=folder, text=True,
        env={**os.environ, "PATH": path, "COLUMNS": str(CONSOLE_WIDTH), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if ended.returncode:
        raise RuntimeError(f"{command[0]}: exit code {ended.returncode}\n{ended.stdout}")
    return tuple(line for line in _lines(ended.stdout) if not LOGGED.match(line))


def _lines(output: str) -> tuple[str, ...]:
    return tuple(line.rstrip() for line in output.strip("\n").splitlines())


def shown_table(markdown: str, name: str) -> str:
    """Return what stands between the comments of a name, such as ``<!-- quality:begin -->`` and ``quality:end``."""
    begin, end = _comments(name)
    return markdown.partition(begin)[2].partition(end)[0].strip("\n")


def insert_table(markdown: str, name: str, table: str) -> str:
    """Put a table between the comments of a name.

    Raises
    ------
    ValueError
        If the comments are missing.
    """
    begin, end = _comments(name)
    before, found_begin, rest = markdown.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"expected the comments {begin} and {end}")
    return f"{before}{begin}\n{table}\n{end}{after}"


def _comments(name: str) -> tuple[str, str]:
    return f"<!-- {name}:begin -->", f"<!-- {name}:end -->"

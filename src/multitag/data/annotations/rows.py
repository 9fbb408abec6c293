"""The tasks of an export to rows: those of one text joined, those without an answer left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from multitag.data.annotations.answers import Answer, Judgements
from multitag.data.annotations.task import AnnotatedTask, Export, NoAnswer, NotUnderstoodError
from multitag.data.columns import Columns
from multitag.data.left_out import MERGED, LeftOut
from multitag.data.phrases import count_noun, join_phrase, list_first
from multitag.data.readers.source import Source

SAME_TEXT = NoAnswer(MERGED, "its answers are joined with those of an earlier row of the same text")


def to_rows(
    source: Source, export: Export, tool: str, texts: Sequence[str], questions: Sequence[str], *, keep_content: bool
) -> Source:
    """Return the rows of an export, of which every one that was read is a row or left out.

    Parameters
    ----------
    source : Source
        As it was read.
    export : Export
        What the tool's reader made of it.
    tool : str
        Its name, for the note.
    texts, questions : sequence of str
        Columns of texts, and the questions whose answers are the labels.
    keep_content : bool
        Keep the rows that are left out as they stand.

    Raises
    ------
    NotUnderstoodError
        If there are no such columns or questions, or no row has an answer.
    """
    _check_names(export, texts, questions)
    kept: list[int] = []
    answers: list[dict[str, list[Answer]]] = []
    left_out: list[LeftOut] = []
    row_of: dict[object, int] = {}
    replaced = 0
    for index, task in enumerate(export.tasks):
        said = {name: task.answers[name] for name in questions if task.answers.get(name)}
        if not said and task.without is not None:
            left_out.append(_left_out(source, index, task.without, keep_content=keep_content))
        elif task.key is not None and task.key in row_of:
            replaced += _join(answers[row_of[task.key]], said)
            left_out.append(_left_out(source, index, SAME_TEXT, keep_content=keep_content))
        else:
            row_of[task.key] = len(kept)
            kept.append(index)
            answers.append({})
            replaced += _join(answers[-1], said)
    if not any(answers):
        counts = Counter(row.kind for row in left_out)
        raise NotUnderstoodError(f"no row has an answer ({', '.join(f'{n} {kind}' for kind, n in counts.items())})")
    cells = _columns([export.tasks[index] for index in kept], questions)
    for name in questions:
        cells[name] = [Judgements(tuple(said[name])) if name in said else None for said in answers]
    note = _note(export, tool, texts, questions, left_out)
    if replaced:
        note += f"; {count_noun(replaced, 'answer is', 'answers are')} replaced by a later one of the same annotator"
    return _source(source, Columns.of(cells, len(kept)), kept, left_out, f"{source.name}: {note}")


def _check_names(export: Export, texts: Sequence[str], questions: Sequence[str]) -> None:
    for option, names, known in (
        ("text", texts, dict.fromkeys(name for task in export.tasks for name in task.cells)),
        ("labels", questions, dict.fromkeys(name for task in export.tasks for name in task.answers)),
    ):
        missing = next((name for name in names if name not in known), None)
        if missing is not None:
            raise NotUnderstoodError(
                f"no {missing!r} for --{option}; it has {list_first([*map(repr, known)], 10) or 'none'}"
            )


def _join(said: dict[str, list[Answer]], more: dict[str, Any]) -> int:
    """Add answers, of which the last one of an annotator to a question counts; return how many are replaced so."""
    replaced = 0
    for name, answers in more.items():
        for answer in answers:
            earlier = said.setdefault(name, [])
            if answer.annotator:
                same = (answer.annotator, answer.asked)
                others = [one for one in earlier if (one.annotator, one.asked) != same]
                replaced += len(earlier) - len(others)
                earlier[:] = others
            earlier.append(answer)
    return replaced


def _columns(tasks: Sequence[AnnotatedTask], questions: Sequence[str]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for task in tasks for name in task.cells if name not in questions)
    return {name: [task.cells.get(name) for task in tasks] for name in names}


def _left_out(source: Source, index: int, why: NoAnswer, *, keep_content: bool) -> LeftOut:
    content = source.content(index) if keep_content else ""
    return LeftOut(*source.file_and_row(index), None, why.kind, why.reason, content)


def _note(
    export: Export, tool: str, texts: Sequence[str], questions: Sequence[str], left_out: Iterable[LeftOut]
) -> str:
    counts = Counter(row.kind for row in left_out)
    counted = [f"{len(export.tasks)} {export.unit}", *(f"{count} {kind}" for kind, count in counts.most_common())]
    where = f"texts from {join_phrase([*map(repr, texts)])}, labels from {join_phrase([*map(repr, questions)])}"
    kind = tool if tool.endswith("pipeline") else f"{tool} export"
    return "; ".join((f"{kind}, {', '.join(counted)}", where, *export.remarks))


def _source(source: Source, columns: Columns, kept: Sequence[int], left_out: Sequence[LeftOut], note: str) -> Source:
    places = [source.file_and_row(index) for index in kept]
    files = source.files or (source.name,)
    first: dict[str, int] = {}
    for position, (file, _) in enumerate(places):
        first.setdefault(file, position)
    starts, start = [], len(places)
    for file in reversed(files):  # a file of which no row is kept begins where the next one does
        start = first.get(file, start)
        starts.append(start)
    return Source(
        source.name, columns, (*source.left_out, *left_out), (*source.notes, note), files, tuple(reversed(starts)),
        [row for _, row in places],
    )  # fmt: skip

"""Write the tables of docs/metrics.md from the dataclasses and their docstrings: ``python -m docs.metrics``."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import docstring_parser

from multitag.evaluation.records import Within, json_key
from multitag.evaluation.run_metrics import RunMetrics

PAGE = Path(__file__).with_name("metrics.md")
BEGIN, END = "<!-- keys:begin -->", "<!-- keys:end -->"

# What the keys of the objects are that have no fixed keys, and those of figures in a list of their own on the page.
PLACES = {
    "splits": "SIDE",
    "label_counts": "LABEL",
    "judged_counts": "LABEL",
    "values": "FIGURE",
    "undefined": "FIGURE",
    "intervals": "FIGURE",
    "difference": "FIGURE",
    "before": "FIGURE",
    "after": "FIGURE",
    "counts": "KIND",
    "curves": "LABEL",
    "folds": "RECIPE",
}
REPEATED = {"tuned": "fixed", "after": "before", "judged_counts": "label_counts"}  # the same keys as under the other
WORDS = {int: "whole number", float: "number", str: "text"}
HEADER = ["| Key | Type | Range | Meaning |", "| :-- | :-- | :-- | :-- |"]


class Key(NamedTuple):
    """A key of metrics.json: its dotted path, the words for its type and range, and its meaning."""

    path: str
    kind: str
    within: str
    meaning: str


def walk(record: type, prefix: str = "") -> Iterator[Key]:
    """Yield every key of a dataclass and of those inside it, in the order of the fields.

    Of two parts with the same keys, such as the figures at the fixed and at the tuned thresholds, the first is walked.
    """
    meanings = {
        part.arg_name: part.description
        for ancestor in record.__mro__
        for part in docstring_parser.parse(inspect.cleandoc(ancestor.__doc__ or "")).params
    }
    hints = get_type_hints(record, include_extras=True)
    for field in record.__dataclass_fields__.values():  # type: ignore[attr-defined]
        path = prefix + json_key(field)
        kind, within, inner = describe(hints[field.name], json_key(field))
        meaning = " ".join((meanings[field.name] or "").split()).replace("``", "`").replace("None", "null")
        yield Key(path, kind, within, meaning)
        if inner is not None and field.name not in REPEATED:
            place = f".{PLACES[json_key(field)]}" if kind.startswith("object by") else "[]" if "list" in kind else ""
            yield from walk(inner, f"{path}{place}.")


def describe(hint: Any, key: str) -> tuple[str, str, type | None]:
    """Return the words for a type, its range, and the dataclass that it holds."""
    choices, origin = get_args(hint), get_origin(hint)
    if NoneType in choices:
        kind, within, inner = describe(next(choice for choice in choices if choice is not NoneType), key)
        return f"{kind} or null", within, inner
    if origin is Annotated:
        (limits,) = (note for note in choices[1:] if isinstance(note, Within))
        return WORDS[choices[0]], str(limits).removeprefix("from "), None
    if origin is tuple and choices[-1] is not Ellipsis:
        kinds = [describe(choice, key) for choice in choices]
        ranges = {within for _, within, _ in kinds if within}
        return f"list of {len(kinds)} numbers", ", ".join(sorted(ranges)) if len(ranges) == 1 else "", None
    if origin is tuple:
        kind, within, inner = describe(choices[0], key)
        plural = {"text": "text"}.get(kind, kind.replace("list", "lists", 1) if "list" in kind else f"{kind}s")
        return f"list of {plural}", within, inner
    if origin is dict:
        kind, within, inner = describe(choices[1], key)
        return f"object by {PLACES[key]}" + ("" if inner else f": {kind}"), within, inner
    if is_dataclass(hint) and isinstance(hint, type):
        return "object", "", hint
    return WORDS.get(hint, "text"), "", None


def key_table() -> list[str]:
    """Return the table of all keys as lines of Markdown."""
    rows = [f"| `{key.path}` | {key.kind} | {key.within} | {key.meaning} |" for key in walk(RunMetrics)]
    return [*HEADER, *rows]


def with_tables(page: str) -> str:
    """Return the page with its table made anew."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return "\n".join([f"{before}{BEGIN}", *key_table(), f"{END}{after}"])


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")

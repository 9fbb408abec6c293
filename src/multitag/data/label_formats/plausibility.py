"""A second look, at the labels that came out: signs in them, and in the rows left out, that they were misread."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from multitag.data.label_formats.cells.formats import (
    FASTTEXT,
    SEPARATORS,
    CellFormat,
    FastText,
    Separated,
    Single,
)
from multitag.data.label_formats.cells.lists import Brackets, Lists
from multitag.data.label_formats.cells.marks import divided_names, joined_by_spaces, only_together
from multitag.data.label_formats.cells.objects import NotLabelsError
from multitag.data.label_formats.id_names import UNKNOWN_ID
from multitag.data.label_formats.label_columns import CellColumns, LabelColumns
from multitag.data.left_out import BAD_LABELS, LeftOut, least_of_a_kind
from multitag.data.phrases import count_noun, list_first

MIN_ROWS = 10  # fewer may all have every label by chance
SHARE = 0.1  # of the rows; fewer with an odd name are slips of a pen
ALL = 0.95  # of the rows; all but slips of a pen
MIN_COMPOSED = 3  # different names made of others; fewer are names like "Action and Adventure"

_OPEN, _CLOSE, _QUOTES = "[{(\u00ab\u201c", "]})\u00bb\u201d", "'\"`"
_VALUE = re.compile(r"(.+?)\s*[:=(]\s*(?:0|1|[01]?\.\d+|true|false|yes|no)\)?", re.IGNORECASE)
_NOTHING = ("none", "n/a", "na", "nan", "null", "nil", "-", "--", "---")
_CALL = re.compile(r"[\w.]+\(\s*[\[\"'].*\)$", re.DOTALL)  # c("a", "b")
_USUAL = re.compile(f"[{''.join(SEPARATORS)}]")
_MARKED = re.compile(r"[\[\](){}|;,]")
_BETWEEN = ("and", "or", "et", "und", "oder")  # words between labels
_JOINTS = ("and ", "or ", "& ")  # before the last of several
SETTLE = "set --label-separator or --label-shape to how they are written"


def check_labels(labels: Sequence[tuple[str, ...]], shape: LabelColumns, *, settled: bool) -> Iterator[str]:
    """Look at the labels of a table for signs that they were misread.

    Parameters
    ----------
    labels : sequence of tuple of str, length n_rows
    shape : LabelColumns
        How they were read.
    settled : bool
        Whether a person said how labels are written, which is followed: what looks odd is a note then.

    Yields
    ------
    str
        Notes about what may be misread.

    Raises
    ------
    NotLabelsError
        If labels are misread beyond doubt; names what settles it.
    """
    if not isinstance(shape, CellColumns):
        return
    rows_of = Counter(labels)  # rows of the same labels are looked at once
    counts: Counter[str] = Counter()
    for names, n_rows in rows_of.items():
        counts.update(dict.fromkeys(names, n_rows))
    composed = _composed(counts, shape) if isinstance(shape.form, (Separated, Single)) else {}
    doubts = [*_signs(rows_of, counts, shape)]
    if not settled:
        doubt = next(chain(doubts, _many_composed(composed, counts, len(labels), shape.form)), None)
        if doubt is not None:
            raise NotLabelsError(doubt)
    yield from doubts
    yield from (_say_composed(mark, names, shape.form) for mark, names in composed.items())
    if isinstance(shape.form, (Separated, Brackets)):
        yield from _not_divided(rows_of, counts)
    nothing = [name for name in counts if name.casefold() in _NOTHING]
    if nothing:
        verb = "is a label" if len(nothing) == 1 else "are labels"
        yield f"{list_first([*map(repr, nothing)])} {verb} here; if no label is meant, leave these cells empty"


def has_all_labels(labels: Sequence[tuple[str, ...]]) -> bool:
    """Return whether each of at least ten rows has every label, so that nothing is to be learned."""
    rows_of = set(labels)
    names = {name for row in rows_of for name in row}
    return len(labels) >= MIN_ROWS and len(names) > 1 and all(len(row) == len(names) for row in rows_of)


def check_lost(lost: Sequence[LeftOut], cells: Sequence[object], labels: Sequence[tuple[str, ...]],
               shape: LabelColumns) -> None:  # fmt: skip
    """Compare rows whose labels cannot be read with those that are used.

    Parameters
    ----------
    lost : sequence of LeftOut
        Rows left out.
    cells : sequence of object
        Cells of the lost rows, in the same order.
    labels : sequence of tuple of str
        Of the rows that are used.
    shape : LabelColumns

    Raises
    ------
    NotLabelsError
        If the lost rows are not single bad ones, but all those of a kind.
    """
    pairs = [(row, cell) for row, cell in zip(lost, cells, strict=True) if row.kind == BAD_LABELS]
    if not pairs or not labels:
        return
    names = shape.names if isinstance(shape, CellColumns) else None
    unknown = [row for row, _ in pairs if UNKNOWN_ID in row.reason]
    if names is not None and unknown:
        used = {name for row in labels for name in row}
        if next(iter(names.names.values())) not in used:  # ids from 1, names from 0
            raise NotLabelsError(
                f"holds ids that are not those of the file: {unknown[0].reason}, and its first is on no row; "
                "do ids start at 1 here and at 0 there? write the ids into the file; "
                f"{count_noun(len(unknown), 'row is', 'rows are')} like that"
            )
    if not least_of_a_kind(len(labels)) <= len(pairs) < len(labels):  # single ones, or not labels at all
        return
    if all(len(row) < 2 for row in labels) and all(_holds_several(cell) for _, cell in pairs):
        raise NotLabelsError(
            f"holds {len(pairs)} rows that cannot be read, and they are all those with several labels; "
            f"{SETTLE}, or mend them; the first is row {pairs[0][0].row}: {pairs[0][0].reason}"
        )


def _holds_several(cell: object) -> bool:
    return isinstance(cell, (list, tuple, Mapping)) or (isinstance(cell, str) and _MARKED.search(cell) is not None)


def _signs(rows_of: Counter[tuple[str, ...]], counts: Counter[str], shape: CellColumns) -> Iterator[str]:
    """Return what tells that labels were misread, most telling first."""
    n_rows = rows_of.total()
    if isinstance(shape.form, FastText):
        yield from _glued(counts)
    else:
        marked = [name for name in counts if FASTTEXT in name]
        if marked:
            yield f"holds names such as {marked[0]!r}; if {FASTTEXT} marks labels, set --label-shape fasttext"
    # In a list that is one already nothing was cut, and a name may be as odd as it likes.
    broken = [] if isinstance(shape.form, Lists) else [name for name in counts if _is_broken(name)]
    if broken and sum(n for names, n in rows_of.items() if any(map(_is_broken, names))) >= max(2, SHARE * n_rows):
        yield f"holds labels such as {list_first([*map(repr, broken)])}, with brackets or quotes; {SETTLE}"
    numbered = sum(n for names, n in rows_of.items() if _are_numbered(names))
    if numbered and numbered >= ALL * sum(n for names, n in rows_of.items() if names):
        yield (
            f"holds labels such as {next(iter(counts))!r} that begin with their place in the cell; "
            "write them without these numbers"
        )
    valued = _with_values(counts)
    if _are_many(valued, counts, n_rows):
        yield (
            f"holds labels such as {list_first([*map(repr, valued)])}, a name with a value; write the names that are "
            'meant, or a dictionary such as {"War": 1, "Drama": 0}'
        )
    mixed = _mixed_marks(counts) if isinstance(shape.form, (Separated, Single)) else []
    if _are_many(mixed, counts, n_rows):
        yield (
            f"holds labels such as {list_first([*map(repr, mixed)])}, with several marks between labels; "
            "write one mark in all rows, or set --label-shape single if these are names"
        )
    joined = [name for name in counts if name.startswith(_JOINTS) and name.partition(" ")[2] in counts]
    if _are_many(joined, counts, n_rows):
        yield (
            f"holds labels such as {joined[0]!r} beside {joined[0].partition(' ')[2]!r}; "
            "write the mark that stands between the other labels there too"
        )
    marks = [name for name in counts if not _has_letters(name) or name in _BETWEEN]
    often = len(marks) < len(counts) and _are_many(marks, counts, n_rows)
    if often and not any(len(names) == 1 and names[0] in marks for names in rows_of):
        mark = max(marks, key=lambda name: counts[name])
        yield f"holds a label {mark!r} that is no name; if it separates labels, set --label-separator {mark!r}"


def _are_many(names: Iterable[str], counts: Mapping[str, int], n_rows: int) -> bool:
    """Return whether names are on so many rows that they are no slips of a pen."""
    return sum(counts[name] for name in names) >= max(2, SHARE * n_rows)


def _glued(counts: Counter[str]) -> Iterator[str]:
    """Return a doubt where the text is glued to fastText's labels: ``__label__War,a storm``."""
    with_comma = [name for name in counts if "," in name]
    heads = {name.partition(",")[0] for name in with_comma}
    if len(with_comma) > 1 and len(with_comma) > len(heads):
        yield (
            f"holds labels such as {list_first([*map(repr, with_comma)])}; put a space between a label and the "
            "text, or set --label-shape fasttext if commas belong to names"
        )


def _composed(counts: Counter[str], shape: CellColumns) -> dict[str, list[str]]:
    """Return, by the mark inside them, the names whose pieces also come alone."""
    own = shape.form.mark if isinstance(shape.form, Separated) else None
    return {mark: names for mark, names in divided_names(counts).items() if mark != own}


def _many_composed(
    composed: Mapping[str, Sequence[str]], counts: Counter[str], n_rows: int, form: CellFormat
) -> Iterator[str]:
    """Return a doubt for each mark that is in so many names that it is hardly part of them."""
    shape = "separated" if isinstance(form, Separated) and form.seen else "single"
    for mark, names in composed.items():
        if len(names) >= MIN_COMPOSED and sum(counts[name] for name in names) >= SHARE * n_rows:
            yield f"{_say_composed(mark, names, form)}; if they are names, set --label-shape {shape}"


def _say_composed(mark: str, names: Sequence[str], form: CellFormat) -> str:
    more = f" and {count_noun(len(names) - 1, 'more', 'more')}" if len(names) > 1 else ""
    remedy = f"set --label-separator {mark!r}"
    if isinstance(form, Separated) and form.seen:  # one mark cannot be named for two
        remedy = f"write {form.mark!r} in its place"
    return (
        f"{names[0]!r}{more} {'are' if more else 'is'} made of labels that also come alone; "
        f"if {mark!r} separates labels, {remedy}"
    )


def _not_divided(rows_of: Counter[tuple[str, ...]], counts: Counter[str]) -> Iterator[str]:
    """Return notes where names may have been taken for several, or several for one."""
    joined = joined_by_spaces(counts)
    if _are_many(joined, counts, rows_of.total()):
        verb = "is" if len(joined) == 1 else "are"
        yield (
            f"{list_first([*map(repr, joined)])} {verb} made of labels that also come alone; if spaces separate "
            "labels, set --label-separator ' ', or write another mark between them"
        )
    for first, second in only_together(rows_of, max(MIN_ROWS, round(SHARE * rows_of.total())))[:1]:
        yield (
            f"{first!r} and {second!r} only come together; if they are one label, set --label-separator to what "
            "stands between labels, or put quotes around it"
        )


def _with_values(counts: Mapping[str, int]) -> list[str]:
    """Return the labels that are a name and a value, as in ``War: 1`` and ``Comedy (0.76)``; none if they may be names.

    They are values where most labels have one, and a name comes with several.
    """
    valued = {name: found[1] for name in counts if (found := _VALUE.fullmatch(name))}
    return list(valued) if 2 * len(valued) >= len(counts) and len(set(valued.values())) < len(valued) else []


def _mixed_marks(counts: Mapping[str, int]) -> list[str]:
    """Return names with one of several usual marks inside, whose pieces are those of other names, too."""
    pieces = {name: [piece.strip() for piece in _USUAL.split(name)] for name in counts}
    names_of = Counter(piece for parts in pieces.values() for piece in set(parts))
    mixed = [name for name, parts in pieces.items() if len(parts) > 1 and all(names_of[part] > 1 for part in parts)]
    return mixed if len({mark for name in mixed for mark in _USUAL.findall(name)}) > 1 else []


def _are_numbered(names: tuple[str, ...]) -> bool:
    """Return whether names begin with 1., 2., 3. in this order."""
    return bool(names) and all(re.match(rf"{place}[.)] *\D", name) for place, name in enumerate(names, start=1))


def _is_broken(name: str) -> bool:
    """Return whether a name begins or ends with half of a pair of brackets or quotes."""
    for left, right in zip(_OPEN, _CLOSE, strict=True):
        if (name[0] == left and right not in name) or (name[-1] == right and left not in name):
            return True
    if _CALL.match(name):
        return True
    quoted = name[0] in _QUOTES and name[-1] == name[0] and len(name) > 1
    return quoted or name[0] + name[-1] == "\u201c\u201d" or (name[0] in '"`' and name.count(name[0]) == 1)


def _has_letters(name: str) -> bool:
    """Return whether a name has more than punctuation; an emoji may be a name."""
    return any(unicodedata.category(letter)[0] not in "PZ" and letter not in "+<>=|~^`$" for letter in name)

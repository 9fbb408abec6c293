"""Columns that may hold the labels: names that recur from cell to cell, or a 0 or 1 for each label."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, takewhile

from multitag.config import TableConfig
from multitag.data.cells import RowError
from multitag.data.first_look.samples import MARKS, PROBABILITIES, ColumnSample
from multitag.data.label_formats.cells.notations import is_listing
from multitag.data.label_formats.cells.objects import WITH_SOFT, NotLabelsError
from multitag.data.label_formats.choose import choose_shape
from multitag.data.label_formats.indicators import WORDS, is_indicator
from multitag.data.label_formats.vectors import find_vectors
from multitag.data.phrases import describe_columns
from multitag.errors import DataError

MIN_RECURRING = 0.5  # share of the labels on rows that are on other rows too
MIN_REPEATS = 1.5  # rows a label
MOST_WORDS = 5.0  # words a name
ENOUGH_REPEATS = 6.0  # log2 of rows a label; more says nothing more
CLEAR = 1.2  # times the score of the next
LIKELY_NAMES = re.compile(
    r"label|tag|genre|categor|topic|class|emotion|subject|theme|section|target|keyword|toxic|listed_in|terms|sdg", re.I
)
UNLIKELY_NAMES = re.compile(
    r"author|director|actor|cast|writer|user|country|countries|language|lang|source|status|type|rating|stars|score"
    r"|unclear|confiden|agreement|split|fold|subreddit|publisher|journal|state|city|location|brand|company|companies|^is_|^has_|verified|adult|video",
    re.I,
)  # fmt: skip
FEW_NAMES = 5  # labels, too few to tell from people by the shape of their names
_PERSON = re.compile(r"[^\W\d_][\w.'-]*(?: [^\W\d_][\w.'-]*){1,3}")
SCORES = "probabilities"
NAMES_FILE = "NAMES.txt"  # to be written


@dataclass(frozen=True)
class LabelCandidate:
    """One column, or several, that may hold the labels.

    Parameters
    ----------
    columns : tuple of str
    flags : str or None
        The words that say yes and no, where there is a column for each label.
    score : float
        How likely they are; comparable within a table only.
    settings : tuple of (str, object)
        Other settings without which they cannot be read.
    problem : str
        Why they cannot be read as they are, and what to do; empty where they can.
    are_ids : bool
        Whether the labels are numbers.
    beside : tuple of ColumnSample
        Columns next to them that hold few words as well, though others.
    """

    columns: tuple[str, ...]
    flags: str | None
    score: float
    settings: tuple[tuple[str, object], ...] = ()
    problem: str = ""
    are_ids: bool = False
    beside: tuple[ColumnSample, ...] = ()

    def describe(self) -> str:
        """Return the columns, as in ``column 'topics'``."""
        return describe_columns(self.columns)


def rank_labels(samples: Sequence[ColumnSample], data: TableConfig) -> list[LabelCandidate]:
    """Return what may hold the labels, most likely first.

    Parameters
    ----------
    samples : sequence of ColumnSample
    data : TableConfig
        What is said there of how labels are written is followed.
    """
    data = replace(data, text=None, text_pair=False, labels=None, label_columns=None)
    is_written = data.label_separator or data.label_names or data.label_key or data.label_shape != "auto"
    several = [] if is_written else [*_runs_of_flags(samples), *_runs_of_names(samples)]
    taken = {column for candidate in several for column in candidate.columns}
    single = (_judge(sample, data) for sample in samples if sample.name not in taken)
    return sorted([*several, *filter(None, single)], key=lambda candidate: -candidate.score)


def is_clear(ranked: Sequence[LabelCandidate]) -> bool:
    """Return whether the first of some candidates stands out."""
    return bool(ranked) and (len(ranked) == 1 or ranked[0].score >= CLEAR * ranked[1].score)


def may_be_label(sample: ColumnSample) -> bool:
    """Return whether a column may be that of one label, by its cells and its name."""
    is_likely = UNLIKELY_NAMES.search(sample.name) is None
    return is_likely and (sample.has_few_words or sample.decimal_vocabulary is not None)


def _runs_of_flags(samples: Sequence[ColumnSample]) -> Iterable[LabelCandidate]:
    """Return each run of columns, side by side, that say yes and no: in numbers, in words, or with marks."""
    first = 0
    for way, run in groupby(samples, key=_way_of_saying):
        columns = list(run)
        last = first + len(columns)
        before = takewhile(may_be_label, reversed(samples[:first]))
        beside = (*reversed([*before]), *takewhile(may_be_label, samples[last:]))
        first = last
        if way is None or len(columns) < 2:
            continue
        score = ENOUGH_REPEATS * (2.3 if len(columns) > 2 else 1.5)
        unlikely = sum(UNLIKELY_NAMES.search(column.name) is not None for column in columns)
        score *= 0.6 if 2 * unlikely > len(columns) else 1.0
        is_soft = any(column.decimal_vocabulary == PROBABILITIES for column in columns)
        score *= 0.4 if is_soft else 1.0
        flags = " or ".join(dict.fromkeys(str(column.decimal_vocabulary) for column in columns))
        settings = (("soft", True),) if is_soft else ()
        yield LabelCandidate(tuple(column.name for column in columns), flags, score, settings, beside=beside)


def _way_of_saying(sample: ColumnSample) -> str | None:
    vocabulary = sample.decimal_vocabulary
    if vocabulary is not None and sample.has_commas:
        return "decimal commas"
    return "words" if vocabulary in WORDS else "marks" if vocabulary in MARKS else vocabulary


def _runs_of_names(samples: Sequence[ColumnSample]) -> Iterable[LabelCandidate]:
    """Return each run of columns of their own name or nothing, or of one label each: ``label_1``, ``label_2``."""
    for holds_own, run in groupby(samples, key=lambda sample: sample.names_itself):
        columns = [sample.name for sample in run]
        if holds_own and len(columns) > 1:
            yield LabelCandidate(tuple(columns), None, ENOUGH_REPEATS * 2.3)
    for stem, run in groupby(samples, key=lambda sample: _stem_of(sample.name) if sample.kind == "text" else None):
        parts = list(run)
        if stem is None or len(parts) < 2:
            continue
        names = [set(part.texts) for part in parts]
        if all(len(each & names[0]) >= 0.5 * min(len(each), len(names[0])) for each in names[1:]):
            cells = Counter(text for part in parts for text in part.texts)
            if cells.total() >= MIN_REPEATS * len(cells) and all(len(text.split()) <= MOST_WORDS for text in cells):
                columns = [part.name for part in parts]
                yield LabelCandidate(tuple(columns), None, ENOUGH_REPEATS * 2.0 * _prior(columns[0]))


def _stem_of(name: str) -> str | None:
    """Return a name without the number at its end; None where it has none."""
    stem = name.strip().rstrip("0123456789")
    return stem if stem != name.strip() and stem else None


def _judge(sample: ColumnSample, data: TableConfig) -> LabelCandidate | None:
    kinds = ("text", "list", "ids", "mixed", *(("number",) if data.label_names else ()))
    if sample.kind not in (*kinds, "number") or (sample.has_few_words and any(map(is_indicator, sample.cells))):
        return None
    vectors = _judge_vectors(sample, data)
    if vectors is not None or sample.kind not in kinds:
        return vectors
    settings: tuple[tuple[str, object], ...] = ()
    labels = _read(sample, replace(data, labels=sample.name))
    if isinstance(labels, str):
        lists = sum(not isinstance(cell, str) or is_listing(cell) for cell in sample.cells)
        several = lists >= 0.1 * len(sample.cells)
        settings = (("soft", True),) if WITH_SOFT in labels else ()
        return LabelCandidate((sample.name,), None, _prior(sample.name), settings, labels) if several else None
    score = _score(labels, sample)
    spaced = _spaced_codes(sample) if data.label_separator is None else None
    if spaced is not None and _score(spaced, sample) > score:
        labels, score, settings = spaced, _score(spaced, sample), (("label_separator", " "),)
    if not score:
        return None
    are_ids = all(name.isdecimal() for names in labels for name in names)
    return LabelCandidate((sample.name,), None, score * (0.5 if are_ids else 1), settings, are_ids=are_ids)


def _judge_vectors(sample: ColumnSample, data: TableConfig) -> LabelCandidate | None:
    """Judge vectors of 0 and 1, whose labels only a file can name."""
    try:
        find_vectors(sample.name, sample.cells, None)
    except NotLabelsError as error:
        scores = SCORES in str(error)
        score = ENOUGH_REPEATS * (1.0 if scores else 2.0) * _prior(sample.name)
        is_named = data.label_names is not None
        settings: tuple[tuple[str, object], ...] = () if is_named else (("label_names", NAMES_FILE),)
        settings += (("soft", True),) if scores else ()
        return LabelCandidate((sample.name,), None, score, settings, "" if is_named and not scores else str(error))
    return None


def _read(sample: ColumnSample, data: TableConfig) -> list[tuple[str, ...]] | str:
    """Return the labels of each cell that can be read, or why none can."""
    try:
        shape = choose_shape(data, (sample.name,), lambda _: sample.cells, "")
    except DataError as error:
        return str(error).partition(": ")[2]
    labels, reason = [], ""
    for cell in sample.cells:
        try:
            labels.append(shape.read([cell]).names)
        except RowError as error:
            reason = reason or str(error)
    return labels if 2 * len(labels) > len(sample.cells) else reason


def _spaced_codes(sample: ColumnSample) -> list[tuple[str, ...]] | None:
    """Return the labels of cells such as ``cs.CL stat.ML``: codes, which have no spaces in them."""
    words = {word for text in sample.texts for word in text.split()}
    codes = [word for word in words if re.search(r"\w[._/:-]\w|\d|^#", word) or word.islower()]
    if len(codes) < 0.95 * len(words) or any("," in word for word in words):
        return None
    dotted = sum(re.search(r"\w[._/:-]\w", word) is not None for word in words)
    return [tuple(dict.fromkeys(text.split())) for text in sample.texts] if 2 * dotted > len(words) else None


def _score(labels: Sequence[tuple[str, ...]], sample: ColumnSample) -> float:
    """Return how much the names look like labels; 0 where they do not.

    Labels recur; several of them are on a row; most rows have one; and none is on nearly all rows.
    """
    counts = Counter(name for names in labels for name in names)
    n_mentions, n_rows = counts.total(), sum(map(bool, labels))
    if len(counts) < 2:
        return 0.0
    recurring = sum(count for count in counts.values() if count > 1) / n_mentions
    words = sum(len(name.split()) * count for name, count in counts.items()) / n_mentions
    if recurring < MIN_RECURRING or n_mentions / len(counts) < MIN_REPEATS or words > MOST_WORDS:
        return 0.0
    several = sum(len(names) > 1 for names in labels) >= 0.1 * n_rows
    if not several and len(counts) > n_rows / 3:  # names of people
        return 0.0
    most = max(counts.values()) / n_rows
    # Full marks for six rows a label or more in a small table, for sixty-four in a large one.
    enough = min(ENOUGH_REPEATS, math.log2(max(4.0, n_rows / 4)))
    repeats = ENOUGH_REPEATS * min(1.0, math.log2(n_mentions / len(counts)) / enough)
    score = repeats * recurring * (2.0 if several else 1.0) * min(1.0, n_rows / sample.n_rows + 0.2)
    score *= 1.0 - max(0.0, most - 0.6)
    score *= 0.6 if len(counts) == 2 and not several else 1.0
    if len(counts) > FEW_NAMES and sum(map(_is_person, counts)) > 0.95 * len(counts):
        score *= 0.25
        if UNLIKELY_NAMES.search(sample.name):
            return 0.0
    return score * _prior(sample.name)


def _is_person(name: str) -> bool:
    """Return whether a name is two to four words with a capital each, as those of people are."""
    return _PERSON.fullmatch(name) is not None and name.istitle()


def _prior(name: str) -> float:
    """Return a factor by which the name of a column breaks ties."""
    if LIKELY_NAMES.search(name):
        return 1.3
    return 0.75 if UNLIKELY_NAMES.search(name) else 1.0

"""Labels as objects: the key of their names, a flag that says whether they are on, or keys that are the labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from multitag.data.cells import CellError, is_missing, shorten
from multitag.data.label_formats.indicators import Indicator, is_indicator, kind_of

SAMPLE = 1000  # objects that are looked into, evenly spaced
NAME_KEYS = ("name", "label", "tag", "title", "text", "value")
FLAG_KEYS = ("score", "value", "selected", "probability", "prob", "confidence", "checked", "present", "active", "on")


SURE = Indicator(blank_is_no=False)
WITH_SOFT = "train on them as soft labels with --soft"


class NotLabelsError(Exception):
    """Why the cells of a column cannot be labels, and what to do, for whoever knows the column."""


@dataclass(frozen=True)
class Objects:
    """How labels are read from objects.

    Parameters
    ----------
    key : str or None
        The key of their names.
    flag : str or None
        The key that says by 0 or 1 whether the label is on.
    switches : bool
        The keys are the labels, and 0 or 1 under each says whether it is on.
    indicator : Indicator
        How the values under the flag, or under the labels, are read.
    """

    key: str | None = None
    flag: str | None = None
    switches: bool = False
    indicator: Indicator = SURE

    @property
    def have_answers(self) -> bool:
        """Whether objects say no as well as yes."""
        return self.switches or self.flag is not None

    def answers_in(self, item: object) -> Iterable[tuple[object, float | None]]:
        """Return the labels in one item of a cell, each with 1, 0, a probability, or None where nobody knows.

        Raises
        ------
        CellError
            If it is something else.
        """
        if isinstance(item, Mapping) and self.switches:
            return [(name, self.indicator.read(value)) for name, value in item.items()]
        answer: float | None = 1.0
        if self.flag is not None and isinstance(item, Mapping):
            answer = self.indicator.read(item.get(self.flag))
        return [(name, answer) for name in self.names_in(item)]

    def names_in(self, item: object) -> Iterable[object]:
        """Return the name in one item of a cell, whatever its flag.

        Raises
        ------
        CellError
            If it is something else.
        """
        if isinstance(item, Mapping):
            if self.key is None:
                raise CellError(
                    f"expected label names as text, got an object with the keys {', '.join(map(repr, item))}; "
                    "name the key that holds the labels with --label-key"
                )
            if self.key not in item:
                raise CellError(
                    f"expected an object with the key {self.key!r}, got the keys {', '.join(map(repr, item))}"
                )
            item = item[self.key]
        if isinstance(item, Iterable) and not isinstance(item, str):
            raise CellError(
                f"expected label names as text, got {type(item).__name__} {shorten(item)!r}; "
                "convert the column to one list of names per row first"
            )
        return (item,)

    def describe(self) -> str:
        """Return a phrase that follows the format's; empty where labels are not objects."""
        if self.switches:
            return f", a dictionary of label to {'probability' if self.indicator.soft else '0 or 1'}"
        named = f" of objects, named by {self.key!r}" if self.key else ""
        if self.flag is None:
            return named
        meaning = f"with the probability {self.flag!r}" if self.indicator.soft else f"on where {self.flag!r} is 1"
        return f"{named}, {meaning}"


NO_OBJECTS = Objects()


def find_objects(
    cells: Sequence[Sequence[Mapping[Any, Any]]], key: str | None = None, *, soft: bool = False
) -> Objects:
    """Detect how labels are read from objects.

    Parameters
    ----------
    cells : sequence of sequence of mapping
        The objects of each cell.
    key : str, optional
        The key of the names, where it is named.
    soft : bool, default False
        Take probabilities.

    Raises
    ------
    NotLabelsError
        If the key holds numbers of a dictionary of labels, or objects have probabilities and are on every row.
    """
    objects = [item for cell in cells for item in cell]
    alone = all(len(cell) == 1 for cell in cells) or all(len(item) == 1 for item in objects)
    if alone and _are_switches(objects, soft=soft):
        if key is not None:
            raise NotLabelsError(
                f"holds dictionaries whose keys are the labels, with 0 or 1 under {key!r}; leave out --label-key"
            )
        return Objects(switches=True, indicator=_indicator([v for item in objects for v in item.values()], soft=soft))
    key = key or find_key(objects)
    if key is None:
        _refuse_numbers(objects)
        return Objects()
    flag = _find_flag(cells, key, soft=soft)
    return Objects(key, flag, indicator=_indicator([item.get(flag) for item in objects], soft=soft))


def find_key(objects: Sequence[Mapping[Any, Any]]) -> str | None:
    """Return the key of the names: the only one with text, or one of the usual ones; None if none stands out."""
    keys: Counter[str] = Counter()
    for item in objects:
        keys.update(str(key) for key, value in item.items() if isinstance(value, str) and value.strip())
    always = [key for key, count in keys.items() if count == len(objects)]
    if len(always) == 1:
        return always[0]
    return next((key for key in NAME_KEYS if key in keys), None)


def _are_switches(objects: Sequence[Mapping[Any, Any]], *, soft: bool) -> bool:
    values = [value for item in objects for value in item.values() if not is_missing(value)]
    if not values or len({key for item in objects for key in item}) < 2:
        return False
    return all(map(_is_switch, values)) or (soft and all(map(_is_number, values)))


def _is_switch(value: object) -> bool:
    """Return whether a value is 0 or 1, true or false, as a number or as a word; or -1 or null beside them."""
    if isinstance(value, str):
        return kind_of(value) in ("minus", "blank") or is_indicator(value)
    return value is None or (_is_number(value) and (is_missing(value) or value in (-1, 0, 1)))


def _is_number(value: object) -> bool:
    return not isinstance(value, (str, bytes, Iterable)) and hasattr(value, "__float__")


def _indicator(values: Sequence[object], *, soft: bool) -> Indicator:
    """Return how values are read: -1 is a no beside nothing but 1."""
    return Indicator(not {"off", "share"} & {*map(kind_of, values)}, blank_is_no=False, soft=soft)


def _find_flag(cells: Sequence[Sequence[Mapping[Any, Any]]], key: str, *, soft: bool) -> str | None:
    """Return the key that says whether a label is on: 0 and 1 under a usual name, or where all labels are on all rows.

    A label with ``"adult": false`` is on all the same.
    """
    objects = [item for cell in cells for item in cell]
    names = {str(item.get(key)) for item in objects}
    everywhere = len(cells) > 1 and len(names) > 1
    everywhere = everywhere and all({str(item.get(key)) for item in cell} == names for cell in cells)
    for flag in dict.fromkeys([*FLAG_KEYS, *(objects[0] if everywhere else ())]):
        if flag == key or not all(flag in item for item in objects):
            continue
        values = [item[flag] for item in objects]
        present = [value for value in values if not is_missing(value)]
        if not present or (flag not in FLAG_KEYS and len(present) < len(values)):
            continue
        if all(map(_is_switch, values)) and (flag in FLAG_KEYS or len(set(map(str, values))) > 1):
            return str(flag)
        if flag in FLAG_KEYS and all(map(_is_number, present)):
            if soft:
                return str(flag)
            if everywhere:
                raise NotLabelsError(
                    f"holds every label on every row, with a {flag!r} such as {present[0]}; {WITH_SOFT}, or "
                    f"write 0 or 1 as the {flag!r}, or leave out the labels that are not meant"
                )
    return None


def _refuse_numbers(objects: Sequence[Mapping[Any, Any]]) -> None:
    values = [value for item in objects for value in item.values() if not is_missing(value)]
    if values and all(isinstance(item, Mapping) and len(item) > 1 for item in objects) and all(map(_is_number, values)):
        raise NotLabelsError(
            f"holds dictionaries of numbers such as {shorten(dict(objects[0]), 60)}; {WITH_SOFT}, or "
            "write 0 or 1 for each label, or a list of the names that are meant"
        )

"""What labels are called, in a person's words: a file of descriptions, and the text that stands for each label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from multitag.config.yaml import read_yaml
from multitag.errors import DataError

MAX_LABELS = 5_000  # of a file: as many texts are encoded
MAX_CHARACTERS = 2_000  # of a description, which is a sentence or two


def read_label_descriptions(path: str | Path) -> dict[str, str]:
    """Read a YAML or JSON file of labels and their descriptions, or of labels alone.

    Parameters
    ----------
    path : str or Path
        Holds a mapping from names to descriptions, which may be empty, or a list of names.

    Returns
    -------
    dict of str to str
        In the order of the file; an empty text where a label has no description.

    Raises
    ------
    ConfigError
        If the file cannot be read, or is not plain YAML or JSON.
    DataError
        If it holds anything else, a name twice, or very much.
    """
    expected = "expected names with descriptions, as 'War: soldiers, battles', or a list of names"
    if not Path(path).is_file():
        raise DataError(f"{path}: no such file; {expected}, in YAML or JSON")
    values = read_yaml(path)
    if isinstance(values, list):
        names, described = values, dict.fromkeys(map(str, values), "")
    elif isinstance(values, Mapping):
        names, described = list(values), {}
        for name, text in values.items():
            if text is not None and not isinstance(text, str):
                raise DataError(f"{path}: {str(name)[:60]!r}: expected a description, got {type(text).__name__}")
            described[str(name)] = (text or "").strip()
    else:
        raise DataError(f"{path}: {expected}; got {type(values).__name__}")
    for name in names:
        if not isinstance(name, str) or not name.strip():
            raise DataError(f"{path}: {expected}; got the name {name!r}: put it into quotes")
    if len(described) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise DataError(f"{path}: the label {twice[:60]!r} is in it twice; remove one")
    if len(names) > MAX_LABELS:
        raise DataError(f"{path}: {len(names):,} labels; at most {MAX_LABELS:,} are read")
    for name, text in described.items():
        if len(text) > MAX_CHARACTERS:
            raise DataError(f"{path}: {name[:60]!r}: {len(text):,} characters of description; write a sentence or two")
    return described


def refuse_unknown(described: Mapping[str, str], label_names: Sequence[str], where: str) -> None:
    """Refuse a description of what is no label of the table.

    Raises
    ------
    DataError
        Names the nearest label.
    """
    for name in described:
        if name not in label_names:
            near = get_close_matches(name, label_names, n=1) or [*label_names[:5]]
            hint = "the nearest label is" if len(near) == 1 else "labels are"
            raise DataError(
                f"{where}: {name[:60]!r} is not a label of the table; {hint} {', '.join(map(repr, near))}"
            )


def say_labels(described: Mapping[str, str]) -> str:
    """Return what says what labels are: ``"descriptions"`` where there are some, else ``"names"``."""
    return "descriptions" if any(described.values()) else "names"


def label_texts(label_names: Sequence[str], described: Mapping[str, str]) -> list[str]:
    """Return the text that stands for each label: its name, with its description where it has one.

    Examples
    --------
    >>> label_texts(["War", "Sport"], {"War": "soldiers and battles"})
    ['War: soldiers and battles', 'Sport']
    """
    return [f"{name}: {described[name]}" if described.get(name) else name for name in label_names]

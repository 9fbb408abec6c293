"""The error that columns are not named, with the likely ones."""

from __future__ import annotations

from collections.abc import Mapping

from multitag.config import TableConfig
from multitag.data.duplicates.merged_rows import PAIRS
from multitag.data.first_look.command import read_call
from multitag.data.first_look.suggestion import Suggestion
from multitag.data.readers.delimited.header import SHOWN
from multitag.data.readers.source import FRAME, Source
from multitag.errors import DataError

COLUMN = "COLUMN"  # to be named


class UnnamedColumnsError(DataError):
    """Columns of texts or labels are not named, and not clear beyond doubt.

    Parameters
    ----------
    source : Source
    data : TableConfig
        What was given.
    suggestion : Suggestion
    """

    def __init__(self, source: Source, data: TableConfig, suggestion: Suggestion) -> None:
        self.suggestion, self.columns, self.name = suggestion, source.columns.names, source.name
        named = {"text": data.text is not None, "labels": bool(data.labels or data.label_columns)}
        self.missing = [setting for setting, is_named in named.items() if not is_named]
        name = "df" if source.name == FRAME else repr(source.name)
        super().__init__(self.message(read_call(name, settings_to_type(data, suggestion), self.columns)))

    def message(self, likely: str) -> str:
        """Return the message with the call or the command that is likely meant at its end."""
        roles = " and ".join(f"the {setting}" for setting in self.missing)
        hold = f"columns that hold {roles}" if len(self.missing) > 1 else f"column that holds {roles}"
        said = [note for note in self.suggestion.notes if note.startswith(PAIRS)]
        doubts = "".join(f"; {doubt}" for doubt in (*self.suggestion.doubts, *said))
        if self.suggestion.is_whole:
            return f"{self.name}: name the {hold}{doubts}; likely so: {likely}"
        options = " and ".join(f"--{setting}" for setting in self.missing)
        columns = ", ".join(repr(name[:SHOWN]) for name in self.columns)
        return f"{self.name}: name the {hold} with {options}; the columns are {columns}{doubts}"


def settings_to_type(
    data: TableConfig, suggestion: Suggestion, given: Mapping[str, object] | None = None
) -> dict[str, object]:
    """Return the settings that read a table as suggested, in the order in which to type them.

    Parameters
    ----------
    data : TableConfig
        What was given of its columns comes first.
    suggestion : Suggestion
    given : mapping of str to object, optional
        Other settings that were given, by any of their names.
    """
    columns = {name: getattr(data, name) for name in ("text", "labels", "label_columns")}
    settings = {name: value for name, value in {**columns, **suggestion.changes}.items() if value is not None}
    lacking = {} if suggestion.has_labels else {"labels": COLUMN}
    others = {name: value for name, value in (given or {}).items() if name not in settings}
    return {**({} if suggestion.has_text else {"text": COLUMN}), **settings, **lacking, **others}

"""The tables of a command that trains: read and described; where columns are not named, the command that would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from multitag.cli.options import table_source
from multitag.cli.show import print_lines, print_notes
from multitag.errors import DataError

if TYPE_CHECKING:
    from multitag.config import Config
    from multitag.data.table import Table


def read_sides(
    command: str, data: Sequence[str], config: Config, *, given: Mapping[str, Any], out: Path, quarantine: Path | None
) -> tuple[Table, dict[str, Table]]:
    """Read DATA and the separate tables that the settings name, and print what is in them.

    Parameters
    ----------
    command : str
        That they are read for.
    data : sequence of str
        Files, or the name of a packaged table.
    config : Config
    given : mapping of str to object
        The options as they were typed.
    out : Path
    quarantine : Path or None
        Gets the rows that cannot be used.

    Returns
    -------
    table : Table
    held_out : dict of str to Table
        By the names of the sides.

    Raises
    ------
    DataError
        If a table cannot be read; or its columns are not named: then with the command that is likely meant.
    """
    from multitag.data.first_look.command import train_command
    from multitag.data.first_look.unnamed import UnnamedColumnsError, settings_to_type
    from multitag.data.read import load_tables

    sides = {"train": table_source(data), "validation": config.data.validation_file, "test": config.data.test_file}
    files = {side: file for side, file in sides.items() if file is not None}
    try:
        held_out = load_tables(files, config.data, quarantine)
    except UnnamedColumnsError as error:
        typed = settings_to_type(config.data, error.suggestion, given)
        raise DataError(error.message(train_command(data, typed, error.columns, str(out), command))) from None
    table = held_out.pop("train")
    print_lines(*table.lines())
    print_notes(table.notes)
    for side, rows in held_out.items():
        print_lines(f"{side}: {rows.source}, {rows.summary}")
    return table, held_out

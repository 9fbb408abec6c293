"""``multitag inspect``: what is in a table, before anything is trained on it."""

from __future__ import annotations

from typing import Any

from multitag.cli.options import (
    TABLE_SETTINGS,
    AsJson,
    DataFile,
    QuarantineFile,
    table_source,
    takes_options,
)
from multitag.cli.show import print_lines


@takes_options(*TABLE_SETTINGS, "min_support", "max_length")
def inspect(*data: DataFile, quarantine: QuarantineFile = None, json: AsJson = False, **settings: Any) -> None:
    """Show what is in a table, and what is wrong or odd with it: rows, columns, labels, duplicates, text lengths.

    Parameters
    ----------
    json
        Print JSON only.
    """
    from json import dumps

    from multitag.config import Config
    from multitag.data.audit.table import audit_table
    from multitag.data.audit.token_counter import packaged_token_counter
    from multitag.data.first_look.command import train_command
    from multitag.data.first_look.unnamed import COLUMN, settings_to_type
    from multitag.data.read import inspect_table
    from multitag.report.console.inspection import print_audit

    config = Config().override(**settings)
    files = table_source(data)
    source, table, suggestion = inspect_table(files, config.data, quarantine)
    audit = audit_table(
        source.columns, table, packaged_token_counter(),
        min_support=config.data.min_support, max_length=config.model.max_length,
    )  # fmt: skip
    shown = table or (suggestion.table if suggestion else None)
    read_from = source if shown is None else shown
    lines = [*(f"note: {note}" for note in read_from.notes), *read_from.lines()]
    command = None
    if suggestion is not None:
        if shown is not None:
            lines.insert(len(read_from.notes), f"text: {shown.text_columns.describe()}")
        typed = settings_to_type(config.data, suggestion, settings)
        if table is not None:  # the source itself tells its columns
            typed = {name: value for name, value in typed.items() if value != COLUMN}
        command = train_command(data, typed, source.columns.names)
    if json:
        read = {"read": lines} if lines else {}
        likely = {} if suggestion is None else {"suggestion": {**suggestion.to_dict(), "command": command}}
        values = {"source": source.name, **read, **audit.to_dict(), **likely}
        print_lines(dumps(values, ensure_ascii=False, indent=2))
    else:
        print_audit(source.name, lines, audit, suggestion, command)

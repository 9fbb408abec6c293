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
    from multitag.data.read import inspect_table
    from multitag.report.console.inspection import print_audit

    config = Config().override(**settings)
    source, table = inspect_table(table_source(data), config.data, quarantine)
    audit = audit_table(
        source.columns, table, packaged_token_counter(),
        min_support=config.data.min_support, max_length=config.model.max_length,
    )  # fmt: skip
    read_from = source if table is None else table
    lines = (*(f"note: {note}" for note in read_from.notes), *read_from.lines())
    if json:
        read = {"read": lines} if lines else {}
        print_lines(dumps({"source": source.name, **read, **audit.to_dict()}, ensure_ascii=False, indent=2))
    else:
        print_audit(source.name, lines, audit)

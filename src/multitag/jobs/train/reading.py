"""Settings of reading, given for a table that has been read: they would change nothing, so none is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from multitag.config import Config, TableConfig
from multitag.config.schema import setting_names
from multitag.config.values import as_names, describe_value
from multitag.data.table import Table
from multitag.errors import ConfigError


def settle_config(table: Table, config: Config | None, settings: Mapping[str, Any]) -> Config:
    """Return the settings of a run: what its table was read by is no longer open.

    Parameters
    ----------
    table : Table
    config : Config or None
        The defaults where it is None.
    settings : mapping of str to object
        By their bare names; they win over ``config``.

    Raises
    ------
    ConfigError
        If ``config`` is none, a setting is unknown or wrong, or is one of reading that the table was not read by.
    """
    if not isinstance(config, (Config, type(None))):
        raise ConfigError(
            f"config: expected a Config, got {describe_value(config)}; Config.from_yaml reads a file, Config.from_dict "
            "takes keys and values"
        )
    refuse_reading(settings)
    chosen = (config or Config()).override(**settings)
    refuse_other_reading(table, chosen.data)
    return chosen


def refuse_reading(names: Iterable[str]) -> None:
    """Refuse settings of how a table is read among those of a training.

    Raises
    ------
    ConfigError
        Names the first of them.
    """
    reading = setting_names(TableConfig)
    name = next((name for name in names if name in reading), None)
    if name is not None:
        raise ConfigError(f"{name}: the table has been read without it; give it to multitag.read_table instead")


def refuse_other_reading(table: Table, data: TableConfig) -> None:
    """Refuse settings of reading that are not those by which the table was read, as they would be recorded.

    Raises
    ------
    ConfigError
        If they name other columns, another separator, groups that the table has not, or another rule for labels that
        nobody judged.
    """
    read = {"text": table.text_columns.names, "labels": table.shape.columns}
    for name, columns in read.items():
        asked = getattr(data, name)
        if asked is not None and _stripped(asked) != _stripped(columns):
            raise ConfigError(
                f"{name}: the settings name {_show(asked)}, but the table was read by {_show(columns)}; "
                f"give {name} to multitag.read_table, or leave it out of the settings"
            )
    asked, mark = data.label_separator, table.label_separator
    # A separator of letters or spaces may be written in more than one way.
    if asked is not None and mark is not None and asked != mark and not _is_word(asked) and not _is_word(mark):
        raise ConfigError(
            f"label_separator: the settings name {asked!r}, but the table was read by {mark!r}; "
            "give label_separator to multitag.read_table, or leave it out of the settings"
        )
    without = {
        "group": data.group is not None and not table.groups,
        "unknown": data.unknown not in ("ask", table.unknown_rule),
    }
    for name in filter(without.__getitem__, without):
        raise ConfigError(
            f"{name}: the settings say {getattr(data, name)!r}, but the table was read without it; "
            f"give {name} to multitag.read_table, or leave it out of the settings"
        )


def _stripped(names: str | Sequence[str]) -> list[str]:
    return [name.strip() for name in as_names(names)]


def _show(names: str | Sequence[str]) -> str:
    return ", ".join(map(repr, _stripped(names)))


def _is_word(mark: str) -> bool:
    return any(character.isalnum() or character.isspace() or character == "\\" for character in mark)

"""The commands and their options as tables in Markdown, made from what declares them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, get_args, get_origin

from multitag.cli.commands import COMMANDS
from multitag.cli.main import app
from multitag.cli.mistakes import options_of
from multitag.cli.options import SETTINGS
from multitag.cli.panels import PANELS, shown_default
from multitag.config.serve import ServeConfig
from multitag.config.setting import Setting, settings_of

# What the guide shows of them; docs/options.md has all.
IN_THE_GUIDE = (
    "base_model", "recipe", "epochs", "batch_size", "learning_rate", "head_learning_rate", "max_length",
    "validation_size", "test_size", "method", "early_stopping", "folds", "refit", "objective", "calibration",
    "guarantee", "threshold", "precision", "loss", "teacher", "seed", "trainer_args",
)  # fmt: skip
HEADER = ("| Option | Default | Meaning | Key in YAML |", "| :-- | :-- | :-- | :-- |")


def options_of_commands() -> dict[str, set[str]]:
    """Map each command to every name of each of its options."""
    return {name: set(options_of(app[name])) for name in COMMANDS}


def options_table(names: Iterable[str] = SETTINGS) -> str:
    """Write a table of settings by their names in Python, in the order given."""
    return "\n".join((*HEADER, *(_row(SETTINGS[name]) for name in names)))


def options_page() -> str:
    """Write a table of each panel of ``multitag train --help``."""
    panels: dict[str, list[str]] = {title: [] for title in PANELS}
    for name, setting in SETTINGS.items():
        panels["Options" if setting.option.main else setting.option.panel or "Table"].append(name)
    sections = (f"### {title}\n\n{options_table(names)}" for title, names in panels.items() if names)
    return "\n\n".join(sections)


def serve_page() -> str:
    """Write a table of each panel of ``multitag serve --help``."""
    panels: dict[str, list[str]] = {title: [] for title in PANELS}
    for setting in settings_of(ServeConfig).values():
        panels["Options" if setting.option.main else str(setting.option.panel)].append(_row(setting, with_key=False))
    head = ("| Option | Default | Meaning |", "| :-- | :-- | :-- |")
    return "\n\n".join(f"### {title}\n\n" + "\n".join((*head, *rows)) for title, rows in panels.items() if rows)


def _row(setting: Setting, *, with_key: bool = True) -> str:
    names = (*setting.names, f"no-{setting.name}") if setting.default is True else setting.names
    flags = ", ".join(f"`--{name.replace('_', '-')}`" for name in names)
    default = "true" if setting.default is True else shown_default(setting.default)
    choices = _choices(setting.hint)
    meaning = setting.help + (f" One of {', '.join(f'`{choice}`' for choice in choices)}." if choices else "")
    cells = [flags, f"`{default}`" if default else "", meaning.replace("|", "\\|")]
    if with_key:
        cells.append(f"`{setting.key}`")
    return f"| {' | '.join(cells)} |"


def _choices(hint: Any) -> tuple[str, ...]:
    return get_args(hint) if get_origin(hint) is Literal else ()

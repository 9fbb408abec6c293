"""Plain values, as YAML and the shell give them, to frozen dataclasses: types checked, unknown keys refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, get_type_hints

from multitag.config.setting import Setting, is_section, settings_of
from multitag.config.values import WORDS, convert
from multitag.errors import ConfigError


def setting_names(cls: Any) -> dict[str, Setting]:
    """Map every name by which a setting can be set, aliases and shorthands too, to the setting.

    Examples
    --------
    >>> from multitag.config import Config
    >>> {name: setting_names(Config)[name].key for name in ("epochs", "delimiter", "sep")}
    {'epochs': 'training.epochs', 'delimiter': 'data.delimiter', 'sep': 'data.delimiter'}
    """
    names: dict[str, Setting] = {}
    for setting in settings_of(cls).values():
        switch = [setting.option.shorthand[0]] if setting.option.shorthand else []
        names.update(dict.fromkeys((*setting.names, *switch), setting))
    return names


def suggest(name: str, keys: Mapping[str, str], others: Iterable[str]) -> str:
    """Name the key whose name is spelt most like a name, else list others."""
    nearest = get_close_matches(name, keys, n=1, cutoff=0.5)
    return f"did you mean {keys[nearest[0]]!r}?" if nearest else f"known are: {', '.join(others)}"


def is_plain(value: object) -> bool:
    """Whether a value can be written as YAML or JSON and read back."""
    if isinstance(value, (list, tuple)):
        return all(map(is_plain, value))
    if isinstance(value, dict):
        return all(is_plain(part) for pair in value.items() for part in pair)
    return value is None or type(value) in WORDS


def build(cls: Any, values: object, source: str = "") -> Any:
    """Build a section, or a dataclass of sections, from plain values.

    Parameters
    ----------
    cls : type
        A dataclass whose fields are settings or dataclasses of settings.
    values : mapping
        By names, aliases or shorthands; what is not named keeps its default.
    source : str, optional
        Name of the file, for errors.

    Raises
    ------
    ConfigError
        If a key is unknown (names the nearest known one) or a value has the wrong type or range.
    """
    sections = {name: name for name, hint in get_type_hints(cls).items() if is_section(hint)}
    keys = {
        name: ".".join((*setting.key.split(".")[:-1], name)) for name, setting in setting_names(cls).items()
    }
    return _build(cls, values, source and f"{source}: ", "", keys | sections)


def _build(cls: Any, values: object, source: str, path: str, keys: Mapping[str, str]) -> Any:
    if not isinstance(values, Mapping):
        where, got = path.rstrip(".") or "top level", type(values).__name__
        raise ConfigError(f"{source}{where}: expected keys and values, got {got}")
    hints = get_type_hints(cls)
    names = {name: setting for name, setting in setting_names(cls).items() if "." not in setting.key}
    built: dict[str, Any] = {}
    switches = []
    path = path if source else ""  # a keyword or an option is found by its name alone
    for key, value in values.items():
        where = f"{source}{path}{key}"
        if is_section(hints.get(key)):
            built[key] = _build(hints[key], {} if value is None else value, source, f"{path}{key}.", keys)
        elif key not in names:
            hint = suggest(str(key), keys, (f"{path}{name}" for name in hints))
            raise ConfigError(f"{source}unknown {'key' if source else 'setting'} {f'{path}{key}'[:80]!r}; {hint}")
        elif key not in names[key].names:
            switches += [names[key]] if convert(value, bool, where) else []
        elif names[key].name in built:
            other = next(name for name in names[key].names if name != key)
            raise ConfigError(f"{where}: the same setting as {other}; leave one out")
        else:
            built[names[key].name] = convert(names[key].opened(value), names[key].hint, where)
    for setting in switches:
        _switch_on(setting, built, f"{source}{path}")
    try:
        return cls(**built)
    except ConfigError as error:
        raise ConfigError(f"{source}{path}{error}") from None


def _switch_on(setting: Setting, built: dict[str, Any], where: str) -> None:
    """Set what a shorthand stands for; the default, which files of settings spell out, does not contradict it."""
    assert setting.option.shorthand is not None
    switch, value = setting.option.shorthand
    if built.get(setting.name, setting.default) not in (setting.default, value):
        raise ConfigError(
            f"{where}{switch}: means {setting.name}: {value}, got {setting.name}: {built[setting.name]} too; choose one"
        )
    built[setting.name] = value

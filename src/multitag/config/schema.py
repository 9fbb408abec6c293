"""Plain values, as YAML gives them, to frozen dataclasses: types checked, unknown keys refused."""

from __future__ import annotations

import re
import reprlib
import types
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from multitag.errors import ConfigError, said_by
from multitag.extras import import_extra

MAX_YAML_BYTES = 2**18  # a file of settings has 2 KB; PyYAML reads 100 KB a second
MAX_YAML_DEPTH = 20

WORDS = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}


def read_yaml(path: str | Path) -> Any:
    """Read a YAML file of plain values: no tags, so nothing is constructed; no aliases, so nothing is multiplied.

    Raises
    ------
    ConfigError
        If the file is missing, cannot be read, is not YAML, is very large or very deep, or has tags or aliases.
    """
    yaml: Any = import_extra("yaml", "train")
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_YAML_BYTES + 1)
        if len(data) > MAX_YAML_BYTES:
            raise ConfigError(f"{path}: larger than {MAX_YAML_BYTES} bytes; this is no file of settings")
        text = data.decode("utf-8-sig")
        _check_events(yaml, text, path)
        return _loader(yaml)(text).get_single_data()
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such configuration file") from error
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        raise ConfigError(f"{path}: not YAML: {said_by(error)}") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error


def write_yaml(values: Mapping[str, Any]) -> str:
    """Write plain values as YAML that :func:`read_yaml` takes back: a list that comes twice is written twice."""
    yaml: Any = import_extra("yaml", "train")
    dumper = type("SafeDumper", (yaml.SafeDumper,), {"ignore_aliases": lambda self, value: True})
    text: str = yaml.dump(values, Dumper=dumper, sort_keys=False)
    return text


def _loader(yaml: Any) -> Any:
    loader: Any = type("SafeLoader", (yaml.SafeLoader,), {})
    # YAML 1.1 takes 2e-4 and 1.0e5 for text; whoever writes a learning rate so means a number.
    number = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+$")
    loader.add_implicit_resolver("tag:yaml.org,2002:float", number, list("-+.0123456789"))
    return loader


def _check_events(yaml: Any, text: str, path: str | Path) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        where = f"{path}, line {event.start_mark.line + 1}"
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_YAML_DEPTH:
            raise ConfigError(f"{where}: nested more than {MAX_YAML_DEPTH} deep")
        if getattr(event, "anchor", None) is not None:
            raise ConfigError(f"{where}: an alias or anchor ({event.anchor[:40]!r}); write the value out")
        if getattr(event, "tag", None) is not None:
            raise ConfigError(f"{where}: a tag ({event.tag[:40]!r}); settings are plain text, numbers and lists")


def setting_keys(cls: Any) -> dict[str, str]:
    """Map the bare name of each setting of a dataclass of sections to its dotted key.

    Examples
    --------
    >>> from multitag.config import Config
    >>> setting_keys(Config)["epochs"]
    'training.epochs'
    """
    keys = {}
    for name, hint in get_type_hints(cls).items():
        if _is_section(hint):
            keys.update({each.name: f"{name}.{each.name}" for each in fields(hint)})
        else:
            keys[name] = name
    return keys


def nearest(name: str, known: Mapping[str, str], others: Iterable[str]) -> str:
    """Hint at the setting that is spelt most like a name, else list others; known maps names to keys."""
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {known[near[0]]!r}?" if near else f"known are: {', '.join(others)}"


def is_plain(value: object) -> bool:
    """Tell whether a value can be written as YAML or JSON and read back."""
    if isinstance(value, (list, tuple)):
        return all(map(is_plain, value))
    if isinstance(value, dict):
        return all(is_plain(each) for pair in value.items() for each in pair)
    return value is None or type(value) in WORDS


def build(cls: Any, values: object, source: str) -> Any:
    """Build a dataclass of sections from nested dictionaries.

    Parameters
    ----------
    cls : type
        A dataclass whose fields are settings or dataclasses of settings.
    values : mapping
        What is not named keeps its default.
    source : str
        Name of the file, for errors.

    Raises
    ------
    ConfigError
        If a key is unknown (names the nearest known one) or a value has the wrong type or range.
    """
    sections = [name for name, hint in get_type_hints(cls).items() if _is_section(hint)]
    return _build(cls, values, source, "", setting_keys(cls) | {name: name for name in sections})


def _is_section(hint: object) -> bool:
    return isinstance(hint, type) and is_dataclass(hint)


def _build(cls: Any, values: object, source: str, path: str, known: Mapping[str, str]) -> Any:
    if not isinstance(values, Mapping):
        where, got = path.rstrip(".") or "top level", type(values).__name__
        raise ConfigError(f"{source}: {where}: expected keys and values, got {got}")
    hints = get_type_hints(cls)
    built = {}
    for key, value in values.items():
        if key not in hints:
            hint = nearest(str(key), known, (f"{path}{name}" for name in hints))
            raise ConfigError(f"{source}: unknown key {f'{path}{key}'[:80]!r}; {hint}")
        if _is_section(hints[key]):
            built[key] = _build(hints[key], {} if value is None else value, source, f"{path}{key}.", known)
        else:
            built[key] = _convert(value, hints[key], f"{source}: {path}{key}")
    try:
        return cls(**built)
    except ConfigError as error:
        raise ConfigError(f"{source}: {path}{error}") from None


def _convert(value: Any, hint: Any, where: str) -> Any:
    """Check a plain value against a type hint; whole numbers pass as floats, nothing else is coerced."""
    choices = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    for choice in choices:
        if get_origin(choice) is Literal and value in get_args(choice):
            return value
        if choice is type(None) and value is None:
            return None
        mapping = get_origin(choice) is Mapping and isinstance(value, Mapping)
        if mapping and all(type(key) is str for key in value):
            return dict(value)
        listed = get_origin(choice) is tuple and isinstance(value, (list, tuple)) and len(value) > 0
        if listed and all(type(each) is str for each in value):
            return tuple(value)
        if choice in (str, bool) and isinstance(value, choice):
            return value
        if choice is int and isinstance(value, int) and not isinstance(value, bool):
            return value
        if choice is float and isinstance(value, (int, float)) and not isinstance(value, bool):
            if value != value or abs(value) == float("inf"):
                raise ConfigError(f"{where}: expected a finite number, got {value!r}")
            return float(value) if int not in choices else value
    raise ConfigError(f"{where}: expected {_describe(choices)}, got {reprlib.repr(value)}")


def _describe(choices: tuple[Any, ...]) -> str:
    words: list[str] = []
    for choice in choices:
        if get_origin(choice) is Literal:
            words.extend(str(each) for each in get_args(choice))
        elif get_origin(choice) is tuple:
            words.append("a list of texts")
        else:
            words.append("keys and values" if get_origin(choice) is Mapping else WORDS.get(choice, "nothing"))
    return " or ".join(words)

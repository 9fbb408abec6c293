"""Plain YAML in and out: nothing is constructed, nothing is multiplied, nothing is deep."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from multitag.errors import ConfigError, describe_error
from multitag.extras import import_extra
from multitag.paths import as_path

MAX_YAML_BYTES = 2**18  # a file of settings has 2 KB; PyYAML reads 100 KB a second
MAX_YAML_DEPTH = 20


def read_yaml(path: str | Path) -> Any:
    """Read a YAML file of plain values: no tags, so nothing is constructed; no aliases, so nothing is multiplied.

    Raises
    ------
    ConfigError
        If the file is missing, cannot be read, is not YAML, is very large or very deep, or has tags or aliases.
    """
    yaml: Any = import_extra("yaml", "train")
    try:
        with as_path(path, "config").open("rb") as file:
            data = file.read(MAX_YAML_BYTES + 1)
        if len(data) > MAX_YAML_BYTES:
            raise ConfigError(f"{path}: larger than {MAX_YAML_BYTES} bytes; this is not a file of settings")
        text = data.decode("utf-8-sig")
        _check_events(yaml, text, path)
        _refuse_twice(yaml, _loader(yaml)(text).get_single_node(), path)
        return _loader(yaml)(text).get_single_data()
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such configuration file") from error
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        raise ConfigError(f"{path}: not YAML: {describe_error(error)}") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error


def parse_value(text: str) -> Any:
    """Read one plain value as a file of settings would: ``5e-5`` is a number, ``true`` a bool.

    Raises
    ------
    ConfigError
        If it is not YAML, or has tags or aliases.
    """
    yaml: Any = import_extra("yaml", "train")
    try:
        _check_events(yaml, text, repr(text))
        return _loader(yaml)(text).get_single_data()
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"{text!r}: not YAML: {describe_error(error)}") from error


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


def _refuse_twice(yaml: Any, node: Any, path: str | Path) -> None:
    """Refuse a key that comes twice in one mapping, of which the last would win in silence; the tree is shallow."""
    seen: set[str] = set()
    for child in getattr(node, "value", ()) if isinstance(node, yaml.CollectionNode) else ():
        key, value = child if isinstance(child, tuple) else (None, child)
        if isinstance(key, yaml.ScalarNode):
            if key.value in seen:
                raise ConfigError(f"{path}, line {key.start_mark.line + 1}: {key.value[:60]!r} comes twice; remove one")
            seen.add(key.value)
        _refuse_twice(yaml, value, path)

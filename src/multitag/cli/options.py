"""Settings as options of the shell: declared in :mod:`multitag.config`, shown by cyclopts."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from cyclopts import Parameter, Token
from cyclopts.argument import ArgumentCollection
from cyclopts.exceptions import UnknownOptionError

from multitag.cli.panels import GROUPS, MAIN, TABLE, shown_default
from multitag.config import BackendName, Config, DeviceName, TableConfig
from multitag.config.setting import AUTO, KEYWORD_ONLY, VAR_KEYWORD, Setting, settings_of
from multitag.errors import ConfigError

Function = TypeVar("Function", bound=Callable[..., Any])

SETTINGS = settings_of(Config)
# An option that may be repeated, by the first of these; the others are what comes of its words.
SEVERAL = list[str] | str | tuple[str, ...]
TABLE_SETTINGS = tuple(settings_of(TableConfig))


def _file_or_dash(hint: Any, tokens: Sequence[Token]) -> str:
    """Read one of the positional arguments: ``-`` is standard input, anything else that begins so an option."""
    (token,) = tokens
    if token.value.startswith("-") and token.value != "-":
        raise UnknownOptionError(token=token, argument_collection=ArgumentCollection())  # type: ignore[no-untyped-call]
    return token.value


def _whole_number(hint: Any, tokens: Sequence[Token]) -> int:
    return int(tokens[-1].value)  # cyclopts would round 2.5


_DATA = Parameter(name="DATA", converter=_file_or_dash, allow_leading_hyphen=True)
DataFile = Annotated[
    str,
    _DATA,
    Parameter(
        required=True,
        help="CSV, TSV, JSON, JSONL, Parquet or Arrow files, or patterns, that make one table; - for standard input; "
        "or sample, or imdb.",
    ),
]
OptionalDataFile = Annotated[str, _DATA]
QuarantineFile = Annotated[
    Path | None, Parameter(group=TABLE, help="CSV file for the rows that cannot be used, with their reasons.")
]
Backend = Annotated[
    BackendName, Parameter(help="Backend to predict with; auto is onnx, or torch where the bundle has no graph.")
]
Fast = Annotated[
    bool, Parameter(help="Short for --backend fast: the fastest that decides as onnx on texts of the job.", negative=())
]
Device = Annotated[
    DeviceName,
    Parameter(help="What computes; auto is a GPU where torch or ONNX Runtime sees one, else the CPU."),
]
WholeNumber = Annotated[int, Parameter(converter=_whole_number)]
AsJson = Annotated[bool, Parameter(name="--json", negative=())]


def table_source(data: Sequence[str]) -> str | list[str]:
    """Return what :func:`multitag.data.readers.source.open_source` takes: a name that it knows, or paths."""
    return data[0] if len(data) == 1 else list(data)


def choose_backend(backend: BackendName, fast: bool) -> BackendName:
    """Return what the two options ask for.

    Raises
    ------
    ConfigError
        If they ask for different things.
    """
    if fast and backend not in ("auto", "fast"):
        raise ConfigError(f"--fast and --backend {backend} each say what computes; choose one")
    return "fast" if fast else backend


def pop_settings(settings: dict[str, Any], *names: str) -> dict[str, Any]:
    """Take those of some settings that were given out of all of them."""
    return {name: settings.pop(name) for name in names if name in settings}


def takes_options(
    *names: str, section: Any = Config, defaults: bool = True
) -> Callable[[Function], Function]:
    """Offer settings as options of a command that takes them as ``**settings``; it gets those that were given.

    Parameters
    ----------
    *names : str
        Settings of the section; all of them if none is named.
    section : type
        A dataclass of settings.
    defaults : bool, default True
        Whether the defaults are shown; False where a bundle has its own.
    """

    def offer(command: Function) -> Function:
        signature = inspect.signature(command)
        own = [parameter for parameter in signature.parameters.values() if parameter.kind is not VAR_KEYWORD]
        settings = settings_of(section)
        offered = [option for name in names or settings for option in _options(settings[name], defaults)]
        command.__signature__ = signature.replace(parameters=[*own, *offered])  # type: ignore[attr-defined]
        return command

    return offer


def _options(setting: Setting, defaults: bool) -> Iterator[inspect.Parameter]:
    group = MAIN if setting.option.main else GROUPS[setting.option.panel or "Table"]
    hint, converter = _shell_type(setting.hint)
    if setting.option.auto:
        hint, converter = hint | Literal["auto"], partial(_number_or_auto, converter)
    declared = Parameter(
        name=[_flag(name) for name in setting.names],
        group=group,
        help=f"{setting.help} Repeatable." if hint == SEVERAL else setting.help,
        converter=converter,
        metavar="TEXT" if hint == SEVERAL else None,
        negative=() if setting.default is False or hint is not bool else None,
        allow_leading_hyphen=hint in (str, SEVERAL),  # --label-separator -
        show_default=shown_default if defaults else False,
    )
    # Where pydantic is loaded, cyclopts holds defaults against their types too.
    default = None if hint == SEVERAL else setting.default
    yield _keyword(setting.name, default, Annotated[hint if default is not None else hint | None, declared])
    if setting.option.shorthand:
        switch, value = setting.option.shorthand
        meaning = f"Short for {_flag(setting.name)} {value}."
        short = Parameter(name=_flag(switch), group=group, help=meaning, negative=())
        yield _keyword(switch, False, Annotated[bool, short])


def _keyword(name: str, default: Any, annotation: Any) -> inspect.Parameter:
    return inspect.Parameter(name, KEYWORD_ONLY, default=default, annotation=annotation)


def _number_or_auto(converter: Callable[..., Any] | None, hint: Any, tokens: Sequence[Token]) -> Any:
    """Read the word that leaves a number open as it is, and any other word as the number."""
    word = tokens[-1].value
    if word == AUTO:
        return word
    return float(word) if converter is None else converter(hint, tokens)


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _shell_type(hint: Any) -> tuple[Any, Callable[..., Any] | None]:
    """Choose the type that cyclopts parses a setting as, and what turns the words of the shell into its value."""
    choices = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    first = choices[0]
    if any(get_origin(choice) is tuple for choice in choices):
        return SEVERAL, _one_or_several
    if get_origin(first) is Mapping:
        return SEVERAL, _words
    return first, {int: _whole_number, float: _number if int in choices else None}.get(first)


def _words(hint: Any, tokens: Sequence[Token]) -> list[str]:
    return [token.value for token in tokens]


def _one_or_several(hint: Any, tokens: Sequence[Token]) -> str | tuple[str, ...]:
    words = tuple(token.value for token in tokens)
    return words[0] if len(words) == 1 else words


def _number(hint: Any, tokens: Sequence[Token]) -> float | int:
    """Read 200 as a number of rows and 0.2 as a share."""
    value = float(tokens[-1].value)
    return int(value) if value.is_integer() else value

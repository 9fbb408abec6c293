"""What is declared of a setting, once: its name, type, default, range and line of documentation.

A section is a frozen dataclass that derives from :class:`Section`; each of its fields is a setting. From them come the
keys of the YAML file (:mod:`multitag.config.schema`), the options of the shell (``multitag.cli.options``), and the
keywords of functions in Python (:func:`takes_settings`).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from multitag.config.values import convert, describe_value
from multitag.errors import ConfigError
from multitag.paths import expand_home

AUTO = "auto"
KEYWORD_ONLY, VAR_KEYWORD = inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD

Function = TypeVar("Function", bound=Callable[..., Any])


def require(holds: bool, message: str) -> None:
    """Raise a ConfigError with the message unless it holds."""
    if not holds:
        raise ConfigError(message)


@dataclass(frozen=True)
class Range:
    """The numbers that a setting may be.

    Examples
    --------
    >>> print(Range(at_least=0, below=1))
    at least 0 and less than 1
    """

    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None

    def __contains__(self, value: float) -> bool:
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.above is None or value > self.above)
            and (self.at_most is None or value <= self.at_most)
            and (self.below is None or value < self.below)
        )

    def __str__(self) -> str:
        if self.at_least is not None and self.at_most is not None:
            return f"{self.at_least} to {self.at_most}"
        words = {
            "at least": self.at_least, "more than": self.above, "at most": self.at_most, "less than": self.below
        }  # fmt: skip
        return " and ".join(f"{word} {limit}" for word, limit in words.items() if limit is not None)


@dataclass(frozen=True)
class Option:
    """How a setting is offered, where its name and section do not say it.

    Parameters
    ----------
    alias : str or None
        A second name, good wherever the first is: in YAML, in Python and, as the one shown first, in the shell.
    shorthand : tuple or None
        The name of a switch, and the value that switching it on stands for.
    panel : str or None
        The heading of its options in the shell's help; by default that of its section.
    main : bool
        Whether it is one of the few that matter first.
    path : bool
        Whether it names a file or folder: ``~`` at its start is expanded.
    auto : bool
        Whether a number left out is chosen by the run, so that the word ``auto`` stands for leaving it out.
    """

    alias: str | None = None
    shorthand: tuple[str, Any] | None = None
    panel: str | None = None
    main: bool = False
    path: bool = False
    auto: bool = False


@dataclass(frozen=True)
class Setting:
    """A setting as it was declared.

    Parameters
    ----------
    name : str
        Its name in Python, and its key within its section.
    key : str
        Its dotted key in YAML, such as ``"training.epochs"``.
    hint : type
        The type of its values.
    default : object
    help : str
        Its line in the docstring of its section.
    option : Option
    range : Range or None
    """

    name: str
    key: str
    hint: Any
    default: Any
    help: str
    option: Option
    range: Range | None

    def opened(self, value: Any) -> Any:
        """Return None for the word ``auto`` where that leaves the setting open, else the value as it is."""
        return None if self.option.auto and isinstance(value, str) and value == AUTO else value

    @property
    def names(self) -> tuple[str, ...]:
        """Every name by which it can be set to a value, the one for the shell first."""
        return (self.option.alias, self.name) if self.option.alias else (self.name,)


class Section:
    """Base of the dataclasses of settings: checks the declared types and ranges, whoever builds one."""

    def __post_init__(self) -> None:
        cls: Any = type(self)  # a class is hashable, which mypy doubts of one with __eq__
        for name, section in sections_of(cls).items():
            part = getattr(self, name)
            require(
                isinstance(part, section),
                f"{name}: expected a {section.__name__}, got {describe_value(part)}; "
                f"from keys and values one is made by {cls.__name__}.from_dict",
            )
        for setting in settings_of(cls).values():
            if setting.key != setting.name:  # is checked by its section
                continue
            value = setting.opened(getattr(self, setting.name))
            value = convert(value, setting.hint, setting.name, finite=False)
            if setting.option.path and isinstance(value, str):
                value = expand_home(value)
            if setting.range is not None and value is not None:
                require(value in setting.range, f"{setting.name}: expected {setting.range}, got {value!r}")
            object.__setattr__(self, setting.name, value)  # as the dataclass itself does, frozen as it is


@cache
def sections_of(cls: Any) -> dict[str, Any]:
    """Return the sections that a dataclass of settings holds, by their fields."""
    hints = {name: _unannotated(hint)[0] for name, hint in get_type_hints(cls, include_extras=True).items()}
    return {field.name: hints[field.name] for field in fields(cls) if is_section(hints[field.name])}


@cache
def settings_of(cls: Any) -> dict[str, Setting]:
    """List the settings of a section, or of a dataclass of sections, by their names.

    Examples
    --------
    >>> from multitag.config import Config
    >>> settings_of(Config)["batch_size"].key, settings_of(Config)["batch_size"].help
    ('training.batch_size', 'Texts per step; 16, or 32 from 10,000 rows on, if auto.')
    """
    hints, lines = get_type_hints(cls, include_extras=True), _lines_of_docstrings(cls)
    settings = {}
    for field in fields(cls):
        hint, marks = _unannotated(hints[field.name])
        option = next((mark for mark in marks if isinstance(mark, Option)), Option())
        if is_section(hint):
            for setting in settings_of(hint).values():
                merged = replace(setting.option, panel=setting.option.panel or option.panel)
                settings[setting.name] = replace(setting, key=f"{field.name}.{setting.key}", option=merged)
        else:
            default = field.default if field.default_factory is MISSING else field.default_factory()
            limits = next((mark for mark in marks if isinstance(mark, Range)), None)
            settings[field.name] = Setting(
                field.name, field.name, hint, default, lines.get(field.name, ""), option, limits
            )
    return settings


def is_section(hint: object) -> bool:
    """Whether a type is a dataclass of settings."""
    return isinstance(hint, type) and is_dataclass(hint)


def takes_settings(cls: Any, *, without: tuple[str, ...] = ()) -> Callable[[Function], Function]:
    """Show the settings that a function takes as ``**settings``, in its signature and its docstring.

    Parameters
    ----------
    cls : type
        A section, or a dataclass of sections.
    without : tuple of str
        Settings that the function does not take, or has as parameters of its own.
    """
    settings = [setting for setting in settings_of(cls).values() if setting.name not in without]

    def show(function: Function) -> Function:
        signature = inspect.signature(function)
        own = [parameter for parameter in signature.parameters.values() if parameter.kind is not VAR_KEYWORD]
        keywords = [
            inspect.Parameter(setting.name, KEYWORD_ONLY, default=setting.default, annotation=setting.hint)
            for setting in settings
        ]
        function.__signature__ = signature.replace(parameters=[*own, *keywords])  # type: ignore[attr-defined]
        before, heading, after = (inspect.getdoc(function) or "").partition("\n\nReturns\n")
        lines = "".join(
            f"\n{setting.name} : {describe_type(setting.hint)}, default {setting.default!r}\n    {setting.help}"
            for setting in settings
        )
        function.__doc__ = f"{before}{lines}{heading}{after}"
        return function

    return show


def describe_type(hint: Any) -> str:
    """Describe a type as docstrings do.

    Examples
    --------
    >>> from typing import Literal
    >>> describe_type(int | None), describe_type(Literal["mean", "max"])
    ('int or None', "{'mean', 'max'}")
    """
    if get_origin(hint) is Literal:
        return "{" + ", ".join(map(repr, get_args(hint))) + "}"
    if get_origin(hint) in (Union, UnionType):
        return " or ".join(map(describe_type, get_args(hint)))
    if get_origin(hint) is tuple:
        return "tuple of str"
    if get_origin(hint) is Mapping:
        return "mapping"
    return "None" if hint is type(None) else str(hint.__name__)


def _unannotated(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    if get_origin(hint) is not Annotated:
        return hint, ()
    bare, *marks = get_args(hint)
    return bare, tuple(marks)


def _lines_of_docstrings(cls: type) -> dict[str, str]:
    """Read what the docstrings of a dataclass and its bases say of each parameter."""
    lines: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        entries = re.findall(r"^(\w+) : .*\n((?:    .*(?:\n|$))+)", inspect.cleandoc(base.__doc__ or ""), re.MULTILINE)
        lines.update({name: " ".join(text.split()) for name, text in entries})
    return lines

"""What was wrong with a command line, in one line."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_origin

from cyclopts import App
from cyclopts.annotations import resolve_optional
from cyclopts.exceptions import (
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
)

from multitag.errors import describe_error, printable


def explain(error: CycloptsError) -> str:
    """Return what was wrong, what was expected, and where to read on."""
    command = " ".join(("multitag", *(error.command_chain or ())))
    see = f"see {command} --help"
    if isinstance(error, UnknownOptionError):
        return _unknown("option", error.token.keyword or error.token.value, options_of(error.app), see)
    if isinstance(error, UnknownCommandError):
        (word, *_) = error.unused_tokens or ("",)
        return _unknown("option" if word.startswith("-") else "command", word, error.app or (), see)
    if isinstance(error, UnusedCliTokensError):
        return f"unexpected argument {(error.unused_tokens or [''])[0]!r}; {see}"
    if isinstance(error, MissingArgumentError) and error.argument is not None:
        if error.keyword is None and not error.argument.tokens:
            return f"missing {error.argument.name}; {see}"
        return f"{error.keyword or error.argument.name}: expected a value; {see}"
    if isinstance(error, CoercionError) and error.argument is not None and error.token is not None:
        name = error.token.keyword or error.argument.name
        return f"{name}: expected {_expected(error.argument.hint)}, got {error.token.value!r}"
    return describe_error(error)


def name_options(message: str, app: App | None) -> str:
    """Return a message that begins with settings with the names that these have as options of a command.

    Examples
    --------
    >>> from multitag.cli.main import app
    >>> name_options("warmup_ratio: expected at least 0 and less than 1, got 2.0", app["train"])
    '--warmup-ratio: expected at least 0 and less than 1, got 2.0'
    """
    subject, colon, rest = message.partition(": ")
    options = options_of(app)
    flags = [word if word in ("and", "+") else f"--{word.replace('_', '-')}" for word in subject.split(" ")]
    if any(flag not in options for flag in flags if flag.startswith("--")):
        return message
    return f"{' '.join(flags)}{colon}{rest}"


def options_of(app: App | None) -> list[str]:
    """List the options of a command by every name they have."""
    arguments = app.assemble_argument_collection() if app is not None and app.default_command else ()
    return ["--help", *(name for argument in arguments for name in argument.names if name.startswith("-"))]


def _unknown(kind: str, word: str, known: Iterable[str], see: str) -> str:
    word = word.partition("=")[0]
    nearest = get_close_matches(word, list(known), n=1)
    return f"unknown {kind} {printable(word)!r}; " + (f"did you mean {nearest[0]!r}?" if nearest else see)


def _expected(hint: Any) -> str:
    from multitag.config.values import describe_choices

    hint = resolve_optional(hint)
    return describe_choices((hint,) if get_origin(hint) is Literal else get_args(hint) or (hint,))

"""``multitag``: the commands, and errors as one line."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from inspect import BoundArguments
from types import FrameType
from typing import NoReturn

from cyclopts import App, CycloptsError, Parameter

from multitag.cli.commands import COMMANDS
from multitag.cli.mistakes import explain, name_options
from multitag.cli.panels import MAIN, shown_default
from multitag.errors import ConfigError, MultitagError
from multitag.paths import as_path
from multitag.processes import follows

CRASHED, USER_MISTAKE = 1, 2
INTERRUPTED, TERMINATED = 130, 143  # 128 + the signal's number, as shells have it


class _Terminated(KeyboardInterrupt):
    """A SIGTERM, which ends a command as Ctrl-C does: half-written files are cleared away."""


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise _Terminated


class _StandardError(logging.Handler):
    """Log to standard error as it is at the time: above the lines that move, while there are some."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            print(self.format(record), file=sys.stderr, flush=True)
        except Exception:  # as StreamHandler has it: a line that cannot be written is no reason to stop
            self.handleError(record)


def _version() -> str:
    from importlib.metadata import version

    return f"multitag {version('multitag')}"


app = App(
    name="multitag",
    help="Turn a table of texts and tags into a multi-label text classifier that you can trust, move and run anywhere.",
    help_flags="--help",
    help_format="plaintext",
    version=_version,
    version_flags="--version",
    default_parameter=Parameter(
        allow_repeating=True,  # the last one counts, as behind a shell's alias
        show_default=shown_default,
    ),
    group_parameters=MAIN,
)
USAGES = {  # of the commands with arguments that may be left out, which would be [ARGS]
    "predict": "BUNDLE [TEXT]", "tune": "BUNDLE [DATA...]", "export": "BUNDLE [DATA]",
}  # fmt: skip
HOW_TO_GO_ON = {
    **dict.fromkeys(("train", "search"), "; to go on, give the same command with --resume"),
    "score": "; what is committed stays, and the same command goes on from there",
}
for position, (name, description) in enumerate(COMMANDS.items()):  # imported when it is run
    usage = f"Usage: multitag {name} [OPTIONS] {USAGES[name]}" if name in USAGES else None
    app.command(f"multitag.cli.commands.{name}:{name}", name=name, sort_key=position, usage=usage, help=description)
for flag in ("--help", "--version"):
    app[flag].group = MAIN


def run(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line; a user's mistake is one line on standard error and exit code 2."""
    if follows():  # the leader tells that it was stopped; and Python's handlers never run while one waits for an order
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    else:
        signal.signal(signal.SIGTERM, _terminate)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[_StandardError()])
    logging.getLogger("multitag").setLevel(logging.INFO)
    sys.exit(_run(sys.argv[1:] if arguments is None else arguments))


def _run(arguments: list[str]) -> int:
    command = bound = None
    try:
        command, bound, _ = app.parse_args(arguments, exit_on_error=False, print_error=False)
        command(*bound.args, **bound.kwargs)
        sys.stdout.flush()
    except CycloptsError as error:
        return _tell(explain(error), USER_MISTAKE)
    except ConfigError as error:
        return _tell(name_options(str(error), app[command.__name__] if command else None), USER_MISTAKE)
    except MultitagError as error:
        return _tell(str(error), USER_MISTAKE)
    except KeyboardInterrupt as stop:
        how = _how_to_go_on(command, bound)
        return _tell(f"stopped{how}", TERMINATED if isinstance(stop, _Terminated) else INTERRUPTED)
    except BrokenPipeError:  # whoever read has gone away; what is still unwritten is nobody's
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CRASHED
    return 0 if arguments else USER_MISTAKE


def _how_to_go_on(command: Callable[..., None] | None, bound: BoundArguments | None) -> str:
    """Say how to go on with what was stopped, unless nothing of it is there yet."""
    out = bound.arguments.get("out") if bound else None
    if command is None or (out is not None and not as_path(out, "out").exists()):
        return ""
    return HOW_TO_GO_ON.get(command.__name__, "")


def _tell(message: str, code: int) -> int:
    print(f"multitag: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    run()

"""``multitag``: the commands, and errors as one line."""

from __future__ import annotations

import logging
import signal
import sys
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from multitag.cli.audit import audit
from multitag.cli.compare import compare
from multitag.cli.evaluate import evaluate
from multitag.cli.export import export
from multitag.cli.inspect import inspect
from multitag.cli.pack import pack
from multitag.cli.predict import predict
from multitag.cli.train import train
from multitag.cli.tune import tune
from multitag.cli.verify import verify
from multitag.errors import MultitagError

USER_MISTAKE = 2
INTERRUPTED, TERMINATED = 130, 143  # 128 + the signal's number, as shells have it


class _Terminated(KeyboardInterrupt):
    """A SIGTERM, which ends a command as Ctrl-C does: half-written files are cleared away."""


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise _Terminated


class _Commands(TyperGroup):
    """All commands; a Ctrl-C or SIGTERM in any of them is told here, as Typer would end without a word."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stop:
            training = ctx.invoked_subcommand == "train"
            how = "; to go on, give the same command with --resume" if training else ""
            typer.echo(f"multitag: stopped{how}", err=True)
            raise typer.Exit(TERMINATED if isinstance(stop, _Terminated) else INTERRUPTED) from None


app = typer.Typer(
    name="multitag",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A table of texts and tags in, a multi-label text classifier you can trust, move and run out.",
)
for command in (train, predict, evaluate, compare, tune, audit, inspect, export, pack, verify):
    app.command()(command)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"multitag {version('multitag')}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Set up messages; runs before every command."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("multitag").setLevel(logging.INFO)


def run() -> None:
    """Run the command line; a user's mistake is one line on standard error and exit code 2."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        app(prog_name="multitag")  # also under python -m
    except MultitagError as error:
        typer.echo(f"multitag: {error}", err=True)
        sys.exit(USER_MISTAKE)


if __name__ == "__main__":
    run()

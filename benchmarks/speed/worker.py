"""A contender in a process of its own, which lives through all rounds and works only when it is told to.

Parent and worker speak JSON over a pipe: the worker says that it is ready, then answers each order with a report.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.speed.machine import peak_bytes

PATIENCE = 1800.0  # seconds for one answer; what takes longer hangs
GOODBYE = 10.0  # seconds to end in order
START_METHOD = "spawn"  # with nothing loaded that a user's process would not have


class WorkerError(Exception):
    """A contender failed; carries the last lines of what it said."""


class Link:
    """The worker's end."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def ready(self, **facts: Any) -> None:
        """Say that everything is loaded, with what the report should know of it."""
        self._send(facts)

    def next_order(self) -> dict[str, Any] | None:
        """Wait for the next round; None is the end."""
        order: dict[str, Any] | None = json.loads(self.connection.recv_bytes())
        return order

    def report(self, **figures: Any) -> None:
        """Answer an order."""
        self._send({**figures, "peak_bytes": peak_bytes()})

    def fail(self, error: BaseException) -> None:
        """Say why there will be no more answers."""
        self.connection.send_bytes(json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())

    def _send(self, values: Mapping[str, Any]) -> None:
        self.connection.send_bytes(json.dumps({"answer": values}).encode())


class Worker:
    """The parent's end: starts the process, gives orders, ends it.

    Parameters
    ----------
    name : str
        Key of the contender in the results.
    title : str
        What the tables call it.
    contender : str
        ``module:function`` under benchmarks.speed; called with a :class:`Link` and ``spec``.
    spec : mapping
        What the function needs to know; plain values.
    folder : Path
        Gets the worker's log.
    """

    def __init__(self, name: str, title: str, contender: str, spec: Mapping[str, Any], folder: Path) -> None:
        self.name, self.title, self.spec = name, title, dict(spec)
        self.log = folder / f"{name}.log"
        self.facts: dict[str, Any] = {}
        context = multiprocessing.get_context(START_METHOD)
        self.connection, theirs = context.Pipe()
        self.process = context.Process(
            target=_work, args=(theirs, str(self.log), contender, self.spec), name=name, daemon=True
        )
        self.process.start()
        theirs.close()

    def wait_ready(self) -> None:
        """Wait until everything is loaded."""
        self.facts = self._receive()

    def order(self, **order: Any) -> None:
        """Start a round, without waiting for its end."""
        try:
            self.connection.send_bytes(json.dumps(order).encode())
        except BrokenPipeError as error:
            raise WorkerError(self._ended()) from error

    def answer(self) -> dict[str, Any]:
        """Wait for the end of a round."""
        return self._receive()

    def round(self, **order: Any) -> dict[str, Any]:
        """Do one round."""
        self.order(**order)
        return self.answer()

    def stop(self, at_once: bool = False) -> None:
        """End the process: by itself, or ``at_once`` if something went wrong."""
        if not at_once:
            with suppress(OSError):  # it may have ended already
                self.connection.send_bytes(b"null")
            self.process.join(GOODBYE)
        self.process.kill()
        self.process.join()
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop(at_once=error is not None)

    def _receive(self) -> dict[str, Any]:
        try:
            if not self.connection.poll(PATIENCE):
                raise WorkerError(f"{self.name}: no answer in {PATIENCE:.0f} seconds; see {self.log}")
            message: dict[str, Any] = json.loads(self.connection.recv_bytes())
        except (EOFError, ConnectionResetError) as error:
            raise WorkerError(self._ended()) from error
        if "error" in message:
            raise WorkerError(f"{self.name}: {message['error']}; it said:\n{self._said()}")
        answer: dict[str, Any] = message["answer"]
        return answer

    def _ended(self) -> str:
        return f"{self.name}: its process ended; it said:\n{self._said()}"

    def _said(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-20:])


def _work(connection: Connection, log: str, contender: str, spec: dict[str, Any]) -> None:
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):  # the streams of this process, so that libraries' own writing lands there too
        os.dup2(file, stream)
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # all is measured on the processor
    link = Link(connection)
    module, _, function = contender.partition(":")
    try:
        getattr(importlib.import_module(f"benchmarks.speed.{module}"), function)(link, spec)
    except KeyboardInterrupt:
        pass  # the parent got it too, and says so
    except BaseException as error:
        traceback.print_exc()  # into the log, before the parent looks there
        link.fail(error)
        sys.exit(1)

"""Several processes behind one port: started, replaced when they die, and told what the first one is told."""

from __future__ import annotations

import logging
import multiprocessing
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from dataclasses import replace
from multiprocessing import connection
from multiprocessing.process import BaseProcess

from prometheus_client.multiprocess import mark_process_dead

from multitag.config.serve import ServeConfig
from multitag.errors import ConfigError, MultitagError
from multitag.serve.http.keys import read_keys
from multitag.serve.logs import log_as_json
from multitag.serve.measures import SHARED_FOLDER
from multitag.serve.scoring.model import load_model
from multitag.serve.scoring.threads import favour_event_loop
from multitag.serve.server import bind, run, starting
from multitag.serve.service import Service

log = logging.getLogger("multitag.serve")

CANNOT_START = 2  # exit code of a process
LAST = 29.0  # seconds for the processes to end by themselves
FIRST = 60.0  # seconds from the start: a process that cannot start later is tried again, as memory may come back
BETWEEN_STARTS = 1.0  # seconds, so that a process that cannot start does not take a core


def supervise(path: str, settings: ServeConfig, listener: socket.socket) -> None:
    """Run ``settings.workers`` processes until a signal ends them.

    Parameters
    ----------
    path : str
    settings : ServeConfig
    listener : socket
        Bound to the port alone, which shows that nobody else has it.

    Raises
    ------
    ConfigError, BundleError
        If the bundle cannot be loaded: tried here before a process is started.
    """
    host, port = listener.getsockname()[:2]
    with starting():
        load_model(path, settings).classifier.close()
    listener.close()
    settings = replace(settings, host=host, port=port)
    reserved = bind(host, port, shared=True)  # never listens; keeps a port that was chosen freely
    figures = tempfile.mkdtemp(prefix="multitag-metrics-")
    os.environ[SHARED_FOLDER] = figures
    log_as_json()
    try:
        _Workers(path, settings).run()
    finally:
        reserved.close()
        shutil.rmtree(figures, ignore_errors=True)


class _Workers:
    """The processes, and the signals that reach the first one."""

    def __init__(self, path: str, settings: ServeConfig) -> None:
        self._path, self._settings = path, settings
        self._ending = False
        self._began = time.monotonic()
        self._processes: list[BaseProcess] = []

    def run(self) -> None:
        wake, sleeping = multiprocessing.Pipe()

        def end(number: int, frame: object) -> None:
            self._ending = True
            wake.send(None)

        def reload(number: int, frame: object) -> None:
            self._tell(signal.SIGHUP)

        handlers = {signal.SIGTERM: end, signal.SIGINT: end, signal.SIGHUP: reload}
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            self._processes = [self._start() for _ in range(self._settings.workers)]
            while not self._ending:
                connection.wait([sleeping, *(process.sentinel for process in self._processes)])
                if not self._ending:
                    self._replace_dead()
            self._end()
        finally:
            for process in self._processes:
                process.kill()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _start(self) -> BaseProcess:
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=_work, args=(self._path, self._settings))
        process.start()
        return process

    def _replace_dead(self) -> None:
        for place, process in enumerate(self._processes):
            if process.is_alive():
                continue
            if process.exitcode == CANNOT_START and self._began + FIRST > time.monotonic():
                raise ConfigError("a process cannot start: the line above says why")
            log.error("process %s ended with %s; another takes its place", process.pid, process.exitcode)
            mark_process_dead(process.pid)  # type: ignore[no-untyped-call]
            time.sleep(BETWEEN_STARTS)
            self._processes[place] = self._start()

    def _end(self) -> None:
        self._tell(signal.SIGTERM)
        deadline = time.monotonic() + LAST
        for process in self._processes:
            process.join(max(0.0, deadline - time.monotonic()))

    def _tell(self, number: signal.Signals) -> None:
        for process in self._processes:
            if process.pid is not None and process.is_alive():
                os.kill(process.pid, number)


def _work(path: str, settings: ServeConfig) -> None:
    """Serve in one of the processes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes: the first one tells when to end
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until it is ready
    log_as_json()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    favour_event_loop()
    try:
        with starting():
            service = Service(path, settings)
        run(service, read_keys(settings.api_key_file), bind(settings.host, settings.port, shared=True))
    except MultitagError as error:
        log.error("%s", error)
        sys.exit(CANNOT_START)


def _end_with(parent: BaseProcess) -> None:
    parent.join()  # it was killed
    os.kill(os.getpid(), signal.SIGTERM)

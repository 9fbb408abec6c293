"""A process that listens: bound before anything is loaded, ready when warm, and gone only when all is answered."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
import socket
from collections.abc import Iterator

import uvicorn

from multitag.config.serve import ServeConfig
from multitag.errors import ConfigError, MultitagError, describe_error
from multitag.inference.backends.device import find_gpu
from multitag.report.started import STARTED
from multitag.serve.app import build_app
from multitag.serve.http.keys import ApiKeys, read_keys
from multitag.serve.http.protocol import protocol_with
from multitag.serve.logs import log_as_json
from multitag.serve.scoring.threads import favour_event_loop
from multitag.serve.service import Service

log = logging.getLogger("multitag.serve")

DRAIN = 1.0  # seconds in which /readyz says no and requests are still answered: for load balancers to look elsewhere
GRACE = 25  # seconds for what is in flight, so that with DRAIN the process is gone within 30
KEEP_ALIVE = 20  # seconds that an idle connection is kept
BACKLOG = 1024


class GracefulServer(uvicorn.Server):
    """uvicorn's server, which ends with 0 when asked to, and after a time in which it says so."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the threads, listen, and load the bundle again at a SIGHUP."""
        with starting():
            await self._service.start()
            await super().startup(sockets)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._service.replacement.ask)
        for listener in sockets or []:
            host, port = listener.getsockname()[:2]
            address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            log.info("serving %s at http://%s", self._service.model.name, address)
        if self._service.model.classifier.bundle.manifest.started:
            log.warning("this bundle was %s", STARTED)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer for a moment that this is the end, then answer what is in flight."""
        log.info("ending: what is in flight is answered")
        self._service.draining = True
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        await asyncio.sleep(DRAIN)
        await super().shutdown(sockets)
        await self._service.stop()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take SIGTERM and Ctrl-C as requests to end, not to be raised once more afterwards as uvicorn does."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextlib.contextmanager
def starting() -> Iterator[None]:
    """Make one line of whatever keeps the service from starting."""
    try:
        yield
    except MultitagError:
        raise
    except Exception as error:  # of threads, memory, files or a library
        remedy = "; lower --threads" if "new thread" in str(error) else ""
        reason = f"{type(error).__name__}: {describe_error(error)}"
        raise ConfigError(f"the service cannot start: {reason}{remedy}") from error


def bind(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """Take a port without listening yet.

    Parameters
    ----------
    host : str
    port : int
        0 for a free one.
    shared : bool
        Whether other processes of this service take it too.

    Raises
    ------
    ConfigError
        If there is no such address, or the port is taken.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with contextlib.ExitStack() as closing:
            listener = closing.enter_context(socket.socket(family, kind, protocol))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if shared:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listener.bind(address)
            closing.pop_all()
    except (socket.gaierror, UnicodeError) as error:
        reason = describe_error(error) if isinstance(error, UnicodeError) else error.strerror
        raise ConfigError(
            f"host: {host} is not found: {reason}; expected an address or a name of this machine"
        ) from error
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise ConfigError(f"host: {host} is no address of this machine; expected one of its own") from error
        raise ConfigError(
            f"port: {host}:{port} cannot be listened on: {error.strerror or describe_error(error)}; "
            "stop what listens there, or choose another"
        ) from error
    return listener


def run(service: Service, keys: ApiKeys, listener: socket.socket) -> None:
    """Serve until a signal ends it."""
    settings = service.settings
    config = uvicorn.Config(
        build_app(service, keys),
        http=protocol_with(settings.receive_timeout, settings.max_connections),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",  # the server starts and stops the service, so that a failure is its own
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )
    GracefulServer(config, service).run([listener])


def serve(path: str, settings: ServeConfig) -> None:
    """Serve a bundle until a signal ends it.

    Parameters
    ----------
    path : str
        Folder or zip of the bundle, or a link to one.
    settings : ServeConfig

    Raises
    ------
    ConfigError
        If a GPU is asked for and none can be used, the port is taken, or the file of keys is not one.
    BundleError
        If the bundle cannot be loaded.
    """
    from multitag.serve.supervisor import supervise

    find_gpu(settings.device, settings.backend)  # refused before any file is read
    keys = read_keys(settings.api_key_file)
    listener = bind(settings.host, settings.port)
    if settings.workers > 1:
        supervise(path, settings, listener)
        return
    favour_event_loop()
    with starting():
        service = Service(path, settings)
    log_as_json()
    run(service, keys, listener)

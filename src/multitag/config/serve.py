"""Settings of the HTTP service."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from multitag.config.evaluation import PolicyName
from multitag.config.model import BackendName, DeviceName
from multitag.config.setting import Option, Range, Section, require

Dialect = Literal["tei"]

MAIN, ACCESS, LIMITS = Option(main=True), Option(panel="Access"), Option(panel="Limits")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")  # as browsers write it


@dataclass(frozen=True)
class ServeConfig(Section):
    """How a bundle is served.

    Parameters
    ----------
    host : str
        Address to listen on; beyond this machine only with --api-key-file or --insecure.
    port : int
        Port to listen on; 0 takes a free one.
    workers : int
        Processes that share the port, each with a model of its own and its share of the cores.
    threads : int or None
        Threads that score in each process; by default the cores divided by the workers.
    backend : {"auto", "fast", "onnx", "onnx-int8", "openvino", "torch"}
        Backend to predict with; all but auto, onnx and torch are refused, as an answer would depend on its neighbours.
    device : {"auto", "cpu", "cuda"}
        What computes; auto is a GPU where torch or ONNX Runtime sees one, else the CPU.
    policy : str or None
        What decides: tuned thresholds, the fixed one, or the guarantee's; by default the bundle's.
    dialect : {"tei"} or None
        Also answer POST /predict as text-embeddings-inference does, with sigmoid instead of softmax.
    allow_download : bool
        Offer the bundle as a zip at /v1/bundle.zip.
    api_key_file : str or None
        File of API keys, one a line; requests must name one of them.
    insecure : bool
        Listen beyond this machine though no key is asked for.
    cors_origin : tuple of str or None
        Website whose scripts may call the service, such as https://example.com.
    max_body_bytes : int
        Largest body of a request.
    max_texts : int
        Most texts of a request.
    max_characters : int
        Longest text, before it is tokenised.
    max_connections : int
        Connections that a process keeps open at once; more are closed.
    receive_timeout : float
        Seconds for a request to arrive, from its first byte to its last.
    answer_timeout : float
        Seconds for an answer, before it is refused with 503.
    queue_size : int
        Texts that may wait in a process; more are refused with 429.
    batch_tokens : int
        Tokens that a thread takes from the queue at once.
    batch_wait : float
        Milliseconds that a text waits for others to be scored with.
    cache_size : int
        Recent texts whose probabilities are kept; 0 keeps none.
    explain_words : int
        Most words of a text that /v1/explain leaves out in turn.
    """

    host: Annotated[str, MAIN] = "127.0.0.1"
    port: Annotated[int, Range(at_least=0, at_most=65535), MAIN] = 8000
    workers: Annotated[int, Range(at_least=1, at_most=256), MAIN] = 1
    threads: Annotated[int | None, Range(at_least=1, at_most=256), MAIN] = None
    backend: Annotated[BackendName, MAIN] = "auto"
    device: Annotated[DeviceName, MAIN] = "auto"
    policy: Annotated[PolicyName | None, MAIN] = None
    dialect: Annotated[Dialect | None, MAIN] = None
    allow_download: Annotated[bool, ACCESS] = False
    api_key_file: Annotated[str | None, Option(panel="Access", path=True)] = None
    insecure: Annotated[bool, ACCESS] = False
    cors_origin: Annotated[tuple[str, ...] | None, ACCESS] = None
    max_body_bytes: Annotated[int, Range(at_least=64), LIMITS] = 2**20
    max_texts: Annotated[int, Range(at_least=1), LIMITS] = 128
    max_characters: Annotated[int, Range(at_least=1), LIMITS] = 50_000
    max_connections: Annotated[int, Range(at_least=1), LIMITS] = 800
    receive_timeout: Annotated[float, Range(above=0, at_most=25), LIMITS] = 10.0
    answer_timeout: Annotated[float, Range(above=0), LIMITS] = 20.0
    queue_size: Annotated[int, Range(at_least=1), LIMITS] = 256
    batch_tokens: Annotated[int, Range(at_least=1), LIMITS] = 2048
    batch_wait: Annotated[float, Range(at_least=0, at_most=1000), LIMITS] = 3.0
    cache_size: Annotated[int, Range(at_least=0), LIMITS] = 0
    explain_words: Annotated[int, Range(at_least=1), LIMITS] = 128

    def __post_init__(self) -> None:
        """Check what belongs together, and that nobody serves the world by accident."""
        super().__post_init__()
        require(
            self.backend in ("auto", "onnx", "torch"),
            f"backend: {self.backend} rounds by the batch, so a text's answer would depend on its neighbours; use onnx",
        )
        require(
            self.max_texts <= self.queue_size,
            f"max_texts and queue_size: a request of {self.max_texts} texts would never fit into a queue of "
            f"{self.queue_size}; raise queue_size or lower max_texts",
        )
        require(self.host != "", "host: expected an address or a name of this machine, got ''")
        require(
            self.host in LOOPBACK or self.api_key_file is not None or self.insecure,
            f"host: {self.host} is reached from other machines, and anybody could ask; add --api-key-file FILE, "
            "or --insecure",
        )
        for origin in self.cors_origin or ():
            require(
                origin != "*",
                "cors_origin: * would let the scripts of every website call the service; name those that may",
            )
            require(
                ORIGIN.fullmatch(origin) is not None,
                f"cors_origin: expected SCHEME://HOST or SCHEME://HOST:PORT in lower case, such as "
                f"https://example.com, got {origin[:100]!r}",
            )

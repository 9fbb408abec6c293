"""What /metrics shows, in Prometheus' format; several processes write into one folder and are shown as one."""

from __future__ import annotations

import os
from collections.abc import Iterable

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = CONTENT_TYPE_LATEST
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus_client as it is imported
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)

disable_created_metrics()  # type: ignore[no-untyped-call]  # one more series for each, which nobody reads


class Measures:
    """Counters of one service; each has a registry of its own."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "multitag_requests", "Requests answered.", ("path", "status"), registry=registry
        )
        self._seconds = Histogram(
            "multitag_request_seconds", "From a request's headers to the end of its answer.", ("path",),
            registry=registry, buckets=SECONDS,
        )  # fmt: skip
        self._queue = Gauge(
            "multitag_queue_texts", "Texts that wait.", registry=registry, multiprocess_mode="livesum"
        )
        self._batch = Histogram("multitag_batch_texts", "Texts scored together.", registry=registry, buckets=SIZES)
        self._tokens = Counter("multitag_tokens", "Tokens scored, without padding.", registry=registry)
        self._texts = Counter("multitag_texts", "Texts answered.", ("source",), registry=registry)
        self._predictions = Counter("multitag_predictions", "Labels predicted.", ("label",), registry=registry)
        self._reloads = Counter(
            "multitag_reloads", "Bundles loaded beside the old one.", ("outcome",), registry=registry
        )

    def request(self, path: str, status: int, seconds: float) -> None:
        """Count an answer."""
        self._requests.labels(path, str(status)).inc()
        self._seconds.labels(path).observe(seconds)

    def queue(self, waiting: int) -> None:
        """Set how many texts wait."""
        self._queue.set(waiting)

    def batch(self, texts: int, tokens: int) -> None:
        """Count a batch."""
        self._batch.observe(texts)
        self._tokens.inc(tokens)

    def texts(self, scored: int, cached: int) -> None:
        """Count texts that were answered, by where their probabilities came from."""
        for source, count in (("model", scored), ("cache", cached)):
            if count:
                self._texts.labels(source).inc(count)

    def predictions(self, labels: Iterable[str]) -> None:
        """Count predicted labels."""
        for label in labels:
            self._predictions.labels(label).inc()

    def reload(self, succeeded: bool) -> None:
        """Count a bundle that was loaded beside the old one, or could not be."""
        self._reloads.labels("loaded" if succeeded else "failed").inc()

    def page(self) -> bytes:
        """Return all figures; those of all processes where they share a folder."""
        if SHARED_FOLDER not in os.environ:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)

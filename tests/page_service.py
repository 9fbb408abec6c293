"""The HTTP contract of multitag serve in a few lines around a Classifier, for tests of the page alone."""

from __future__ import annotations

import json
import mimetypes
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import multitag
from multitag.bundle.layout import CALIBRATION
from multitag.bundle.metrics import read_metrics
from multitag.bundle.strict_json import dump_json
from multitag.bundle.write import replace_files
from multitag.evaluation.calibration.calibration import Calibration
from multitag.evaluation.calibration.methods import Platt
from multitag.evaluation.log_odds import logit

SLOPE = 100.0
PAGE = Path(multitag.__file__).parent / "page"
POLICY = (  # that of the service
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def sharpen(bundle: Path, target: Path, text: str) -> Path:
    """Copy a tiny bundle, calibrated so that the probabilities of a text are 0.5 and a word moves them by a lot."""
    shutil.copytree(bundle, target)
    with multitag.load(target) as classifier:
        raw = logit(classifier.predict_proba([text])[0])  # the tiny runs calibrate nothing
    calibration = Calibration(tuple(Platt(SLOPE, -SLOPE * float(centre)) for centre in raw))
    replace_files(target, {CALIBRATION: dump_json(calibration.to_dict())})
    return target


def describe(classifier: multitag.Classifier, **changed: Any) -> dict[str, Any]:
    """What GET /v1/model returns."""
    bundle = classifier.bundle
    metrics = read_metrics(bundle.folder).to_dict()
    return {
        "name": "films", "fingerprint": "ab" * 32, "labels": list(classifier.label_names),
        "thresholds": dict(zip(classifier.label_names, map(float, classifier.thresholds.values()), strict=True)),
        "metrics": bundle.manifest.metrics, "splits": metrics["splits"], "policy": "tuned",
        "card": (bundle.folder / "README.md").read_text("utf-8"), "guarantee": None,
        "max_length": 48, "examples": [], "curves": metrics.get("curves"), "allow_download": False,
        "limits": {"max_texts": 32, "max_characters": 20_000}, **changed,
    }  # fmt: skip


class Service:
    """Answers of a classifier, and what a test changes of them."""

    def __init__(self, classifier: multitag.Classifier, **changed: Any) -> None:
        self.classifier, self.model = classifier, describe(classifier, **changed)
        self.key: str | None = None
        self.refusals: list[int] = []  # statuses of the next answers
        self.asked: list[str] = []
        self.names: dict[str, str] = {}  # label -> the name shown for it
        self.hold = threading.Event()  # answers to "slow" texts wait for it

    def predict(self, body: dict[str, Any]) -> dict[str, Any]:
        self.asked += body["texts"]
        if any(text.startswith("slow") for text in body["texts"]):
            self.hold.wait(10)
        return {"predictions": [self.prediction(text) for text in body["texts"]], "model": self.model["fingerprint"]}

    def prediction(self, text: str) -> dict[str, Any]:
        """What is answered for one text."""
        made, thresholds = self.classifier.predict([text])[0], self.model["thresholds"]
        probabilities = {self.shown(name): p for name, p in made.probabilities.items()}
        labels = sorted((name for name, p in probabilities.items() if p >= thresholds[name]), key=probabilities.get)
        return {"labels": labels[::-1], "probabilities": probabilities, "thresholds": thresholds, "truncated": False}

    def explain(self, body: dict[str, Any]) -> dict[str, Any]:
        real = {shown: name for name, shown in self.names.items()}.get(body["label"], body["label"])
        return {**asdict(self.classifier.explain(body["text"], real)), "label": body["label"]}

    def shown(self, name: str) -> str:
        return self.names.get(name, name)

    def rename(self, names: dict[str, str]) -> None:
        """Show other names for labels, wherever they stand."""
        self.names = names
        text = json.dumps({key: self.model[key] for key in ("labels", "thresholds", "splits", "curves")})
        for name, shown in names.items():
            text = text.replace(json.dumps(name), json.dumps(shown))
        self.model |= json.loads(text)


@contextmanager
def running(service: Service) -> Iterator[str]:
    """Serve on a free port of loopback; yields the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path.startswith("/v1/") and self.refused():
                return
            if path == "/v1/model":
                self.answer(200, service.model)
            elif path == "/v1/bundle.zip":
                self.send(200, b"PK-zip", "application/zip")
            else:
                file = PAGE / (path.lstrip("/") or "index.html")
                kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
                self.send(200, file.read_bytes(), kind) if file.is_file() else self.answer(404, {"error": "no"})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if not self.refused():
                self.answer(200, service.predict(body) if self.path == "/v1/predict" else service.explain(body))

        def refused(self) -> bool:
            status = service.refusals.pop(0) if service.refusals else 200
            if service.key and self.headers["Authorization"] != f"Bearer {service.key}":
                status = 401
            if status != 200:
                self.answer(status, {"error": f"refused with {status}", "error_type": "test"})
            return status != 200

        def answer(self, status: int, values: object) -> None:
            self.send(status, json.dumps(values).encode(), "application/json")

        def send(self, status: int, content: bytes, kind: str) -> None:
            self.send_response(status)
            headers = {"Content-Type": kind, "Content-Length": str(len(content)), "Content-Security-Policy": POLICY}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        service.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()

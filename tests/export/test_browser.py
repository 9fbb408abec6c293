"""A bundle exported for the browser predicts and explains there as the Python classifier does, with the network off."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import multitag
from multitag.bundle.layout import ONNX, ONNX_INT8, ONNX_PARITY
from multitag.bundle.manifest import Manifest
from multitag.bundle.read import open_bundle
from multitag.bundle.strict_json import dump_json
from multitag.bundle.write import replace_files
from multitag.errors import BundleError, ExportError, OutputError
from multitag.evaluation.calibration.calibration import Calibration
from multitag.evaluation.calibration.methods import Identity, Isotonic
from multitag.export import browser as browser_export
from multitag.export import vendored
from multitag.export.browser import export_browser
from multitag.export.vendored import PACKAGES, fetch_package
from page_service import sharpen

pytestmark = pytest.mark.slow

TEXTS = [
    "A detective hunts a killer who leaves a chess piece beside every victim.",
    "Zwei Köche -- naïve, 探偵 🎬 -- share a FOOD-truck's kitchen; can't stop… #love @home 50%",
    "x",
    "Two rival chefs are forced to share a food truck for a summer. " * 30,
    "tabs\tand\nlines\r\n  spaces  \u00a0 ending ",
]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def bundle(train_once, tmp_path_factory) -> Path:
    """A bundle with graphs, whose labels are calibrated by all three methods."""
    folder = sharpen(train_once(onnx=True).bundle, tmp_path_factory.mktemp("bundle") / "bundle", TEXTS[0])
    with open_bundle(folder) as sharp:
        platt = sharp.calibration.methods
    others = (Isotonic((0.1, 0.3, 0.5), (0.05, 0.2, 0.9)), Identity())
    calibration = Calibration(tuple([each, *others][column % 3] for column, each in enumerate(platt)))
    replace_files(folder, {"calibration.json": dump_json(calibration.to_dict())})
    return folder


@pytest.fixture(scope="module")
def packages() -> None:
    try:
        for package in PACKAGES:
            fetch_package(package)
    except ExportError as error:
        pytest.skip(f"needs npm packages: {error}")


@pytest.fixture
def serve() -> Iterator[Any]:
    servers = []

    def start(folder: Path) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def answers(page: Any, texts: list[str]) -> Any:
    """What the backend of the page answers."""
    return page.evaluate(
        "async texts => { const { openBackend } = await import('./backend_local.js');"
        "const backend = await openBackend({ progress() {} }); return await backend.predict(texts); }",
        texts,
    )


@pytest.mark.parametrize("long", ["truncate", "windows"])
def test_probabilities_are_those_of_the_classifier(open_page, packages, bundle, serve, tmp_path, long):
    if long == "windows":
        bundle = shutil.copytree(bundle, tmp_path / "bundle")
        manifest = Manifest.from_bytes((bundle / "manifest.json").read_bytes(), "manifest.json")
        model = {**manifest.settings["model"], "long": "windows", "pool": "mean"}
        manifest = replace(manifest, settings={**manifest.settings, "model": model})
        (bundle / "manifest.json").write_bytes(manifest.to_bytes())
    export_browser(bundle, tmp_path / "web")
    page = open_page(serve(tmp_path / "web"))
    classifier = multitag.load(bundle)
    for text, made, expected in zip(TEXTS, answers(page, TEXTS), classifier.predict(TEXTS), strict=True):
        assert made["probabilities"] == pytest.approx(expected.probabilities, abs=1e-3)
        assert set(made["labels"]) == set(expected.labels)
        assert made["truncated"] == classifier.explain(text, max_words=1).truncated


def test_a_text_is_typed_and_explained_without_a_server(open_page, packages, bundle, serve, tmp_path):
    export_browser(bundle, tmp_path / "web")
    page = open_page(serve(tmp_path / "web"))
    page.context.set_offline(True)  # all is loaded: nothing is asked of anybody from here on
    page.fill("#text", TEXTS[0])
    page.wait_for_selector("#labels li")
    classifier = multitag.load(bundle)
    label, share = page.eval_on_selector(
        "#labels li", "li => [li.querySelector('.name').textContent, li.querySelector('.share').firstChild.data]"
    )
    probabilities = classifier.predict([TEXTS[0]])[0].probabilities
    assert probabilities[label] == max(probabilities.values())
    assert abs(int(share.rstrip("%")) - probabilities[label] * 100) <= 0.6
    explained = [classifier.explain(TEXTS[0], name) for name in classifier.label_names]
    telling = max(explained, key=lambda each: max(abs(word.effect) for word in each.words))
    if page.is_visible("#more"):
        page.click("#more")
    page.click(f'#labels button[data-label="{telling.label}"]')
    page.wait_for_selector(".shaded")
    marks = page.eval_on_selector_all(
        ".shaded mark", "marks => marks.map(mark => [mark.textContent, parseFloat(mark.title.replace('−', '-'))])"
    )
    effects = [(word.text, word.effect * 100) for word in telling.words if abs(word.effect) >= 0.005]
    assert [text for text, _ in marks] == [text for text, _ in effects] != []
    assert [points for _, points in marks] == pytest.approx([points for _, points in effects], abs=0.15)


def test_the_long_text_is_explained_as_in_python(open_page, packages, bundle, serve, tmp_path):
    export_browser(bundle, tmp_path / "web")
    page = open_page(serve(tmp_path / "web"))
    classifier = multitag.load(bundle)
    text = f"🎬 {TEXTS[3]}"
    explained = page.evaluate(
        "async ([text, label]) => { const { openBackend } = await import('./backend_local.js');"
        "return await (await openBackend({ progress() {} })).explain(text, label); }",
        [text, classifier.label_names[0]],
    )
    expected = classifier.explain(text, classifier.label_names[0], max_words=48)
    assert explained["truncated"]
    assert [(word["start"], word["end"]) for word in explained["words"]] == [
        (word.start, word.end) for word in expected.words
    ]
    assert [word["effect"] for word in explained["words"]] == pytest.approx(
        [word.effect for word in expected.words], abs=1e-3
    )


def test_the_folder_is_laid_out_as_transformers_js_expects(packages, bundle, tmp_path):
    line = export_browser(bundle, tmp_path / "web")
    web = tmp_path / "web"
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"):
        assert (web / name).is_file()
    assert (web / "onnx" / "model_quantized.onnx").is_file() == (bundle / ONNX_INT8).is_file()
    assert "exact graph" in line
    notice = (web / "NOTICE.txt").read_text("utf-8")
    assert "Microsoft" in notice
    assert "Apache" in notice
    assert "Content-Security-Policy" in (web / "index.html").read_text("utf-8")


def test_a_large_model_is_loaded_as_int8(packages, bundle, tmp_path, monkeypatch):
    if not (bundle / ONNX_INT8).is_file():
        replace_files(bundle, {ONNX_INT8: bundle / ONNX})  # a graph is a graph
    monkeypatch.setattr(browser_export, "MAX_FP32_BYTES", 1000)
    assert "int8" in export_browser(bundle, tmp_path / "web")
    about = json.loads((tmp_path / "web" / "multitag.json").read_text("utf-8"))
    assert about["graph"]["path"] == "onnx/model_quantized.onnx"


def test_mistakes_are_one_line_and_leave_nothing(packages, bundle, finished_run, tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()
    with pytest.raises(OutputError, match="exists"):
        export_browser(bundle, tmp_path / "there")
    with pytest.raises(BundleError, match="has no ONNX graph"):
        export_browser(finished_run.bundle, tmp_path / "web")
    monkeypatch.setenv("MULTITAG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(vendored, "VENDOR", tmp_path / "none")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ExportError, match=r"onnxruntime-web@.* npm, which fetches it, is not installed; install npm"):
        export_browser(bundle, tmp_path / "web")
    assert not (tmp_path / "web").exists()


def test_the_bundle_stays_as_it_was(packages, bundle, tmp_path):
    before = {path: path.read_bytes() for path in bundle.rglob("*") if path.is_file()}
    export_browser(bundle, tmp_path / "web")
    assert {path: path.read_bytes() for path in bundle.rglob("*") if path.is_file()} == before
    assert ONNX_PARITY in {path.relative_to(bundle).as_posix() for path in before}

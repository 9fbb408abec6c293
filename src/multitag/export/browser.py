"""A bundle as a folder of static files, which predicts in the browser without a server."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from multitag.atomic import new_folder
from multitag.bundle.layout import CARD, CONFIG, ONNX, ONNX_INT8, TOKENIZER, TOKENIZER_CONFIG, display_name
from multitag.bundle.metrics import read_metrics
from multitag.bundle.read import Bundle, open_bundle
from multitag.errors import BundleError
from multitag.export.vendored import notices, vendored_files
from multitag.inference.encoding import TextEncoder
from multitag.inference.policy import choose_cuts, deciding_policy
from multitag.inference.scoring import MAX_WINDOWS
from multitag.inference.windows import choose_pool
from multitag.paths import as_path

PAGE = Path(__file__).parents[1] / "page"
PAGE_FILES = ("*.html", "*.css", "*.js", "*.svg")  # not what else lies there
FP32, QUANTISED = "onnx/model.onnx", "onnx/model_quantized.onnx"  # the names that transformers.js knows
# The exact graph is loaded up to here: what a small encoder has, a minute on a slow line. Beyond, the int8 one.
MAX_FP32_BYTES = 150 * 10**6

HTTP_META = '<meta name="multitag-backend" content="http">'
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'"
)
LOCAL_META = (
    f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n<meta name="multitag-backend" content="local">'
)


def export_browser(path: str | Path, out: str | Path) -> str:
    """Write a bundle as one static folder: the page, the model, its tokenizer, thresholds and calibration.

    The model's files lie as transformers.js expects them: ``config.json``, ``tokenizer.json``,
    ``tokenizer_config.json``, ``onnx/model.onnx`` and, where the bundle has an int8 graph,
    ``onnx/model_quantized.onnx``.

    Parameters
    ----------
    path : str or Path
        A bundle's folder or zip.
    out : str or Path
        Must not exist. It appears whole or not at all.

    Returns
    -------
    str
        Which graph the page loads, and why, in one line.

    Raises
    ------
    BundleError
        If it is not a whole bundle, or has no ONNX graph.
    ExportError
        If what the page needs of npm cannot be had.
    OutputError
        If the folder exists or cannot be written.
    """
    with open_bundle(as_path(path, "path")) as bundle:
        graph, line = _choose_graph(bundle)
        vendored = vendored_files()
        with new_folder(as_path(out, "out")) as folder:
            for pattern in PAGE_FILES:
                for file in PAGE.glob(pattern):
                    shutil.copyfile(file, folder / file.name)
            index = (PAGE / "index.html").read_text(encoding="utf-8")
            (folder / "index.html").write_text(index.replace(HTTP_META, LOCAL_META), encoding="utf-8")
            (folder / "vendor").mkdir()
            for name, file in vendored.items():
                shutil.copyfile(file, folder / "vendor" / name)
            for name in (CONFIG, TOKENIZER, TOKENIZER_CONFIG):
                shutil.copyfile(bundle.folder / name, folder / Path(name).name)
            (folder / "onnx").mkdir()
            for source, target in ((ONNX, FP32), (ONNX_INT8, QUANTISED)):
                if (bundle.folder / source).is_file():
                    shutil.copyfile(bundle.folder / source, folder / target)
            about = _about(bundle, graph, display_name(as_path(path, "path")))
            (folder / "multitag.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
            (folder / "NOTICE.txt").write_text(notices(), encoding="utf-8")
        bundle.check_unchanged()
    return line


def _choose_graph(bundle: Bundle) -> tuple[str, str]:
    fp32, int8 = bundle.folder / ONNX, bundle.folder / ONNX_INT8
    if fp32.is_file() and (fp32.stat().st_size <= MAX_FP32_BYTES or not int8.is_file()):
        return ONNX, f"the page loads the exact graph, {fp32.stat().st_size / 1e6:.0f} MB"
    if int8.is_file():
        return ONNX_INT8, (
            f"the page loads the int8 graph, {int8.stat().st_size / 1e6:.0f} MB, which changes up to 1% of the "
            "decisions: the exact one is too large to load in a browser, or not in the bundle"
        )
    raise BundleError(f"{bundle.folder}: has no ONNX graph, which a browser needs; add one: multitag export BUNDLE")


def _about(bundle: Bundle, graph: str, name: str) -> dict[str, Any]:
    """Return multitag.json: what GET /v1/model of a service returns, and what the page needs to compute."""
    encoder = TextEncoder(bundle.folder / "model")
    metrics = read_metrics(bundle.folder).to_dict()
    names = bundle.label_set.names
    model = {
        "name": name,
        "fingerprint": bundle.manifest.digest,
        "labels": list(names),
        "thresholds": dict(zip(names, map(float, choose_cuts(bundle, None)), strict=True)),
        "policy": deciding_policy(bundle, None),
        "metrics": bundle.manifest.metrics,
        "card": (bundle.folder / CARD).read_text(encoding="utf-8"),
        "guarantee": None,  # it is of the policy that the service can be told to use
        "max_length": encoder.max_length,
        "examples": [],
        "curves": metrics.get("curves"),
        "splits": metrics["splits"],
        "allow_download": False,
        "limits": {"max_texts": 16, "max_characters": 50_000},
    }
    return {
        "model": model,
        "calibration": bundle.calibration.to_dict()["per_label"],
        "max_length": encoder.max_length,
        "max_windows": MAX_WINDOWS,
        "pad_id": encoder.pad_id,
        "pool": choose_pool(bundle.manifest),
        "graph": {"path": FP32 if graph == ONNX else QUANTISED, "bytes": (bundle.folder / graph).stat().st_size},
    }

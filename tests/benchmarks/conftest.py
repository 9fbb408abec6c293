"""Results as a run would leave them, put together from rounds that were never measured."""

from __future__ import annotations

from typing import Any

import pytest
from benchmarks.speed.compare import put_together
from benchmarks.speed.figures import spread

GRAPH = {"n_rows": 40, "max_difference": 2e-6, "flipped": 0.0, "passed": True, "fp32_layers": 0}
PROFILE = {"GEMM": 0.6, "rest": 0.4}


def rounds(rows: int, *seconds: float, **more: Any) -> list[dict[str, Any]]:
    return [{"rows": rows, "seconds": each, "peak_bytes": 5 * 10**8, **more} for each in seconds]


def limit(**gflops: float) -> list[dict[str, Any]]:
    gemms = [
        {"arithmetic": kind, "library": "torch", "shape": [64, 8, 8], "gflops": rate} for kind, rate in gflops.items()
    ]
    return [{"gemms": gemms}, {"gemms": gemms[:1]}]


@pytest.fixture
def predicting() -> dict[str, Any]:
    work = {"gflop_needed": 30.0, "gflop_stock": 40.0}
    reports = {
        "pipeline": rounds(100, 2.0, 4.0, **work),
        "pipeline_32": rounds(100, 1.0, 1.0, **work),
        "multitag_onnx": rounds(100, 0.5, 1.0, **work),
        "tfidf": rounds(100, 0.01, 0.01),
        "limit": limit(fp32=100.0),
    }
    facts = {
        "pipeline": {"title": "pipeline", "arithmetic": "fp32"},
        "pipeline_32": {"title": "pipeline 32", "arithmetic": "fp32"},
        "multitag_onnx": {"title": "multitag, onnx", "arithmetic": "fp32", "difference": 3e-7},
        "tfidf": {"title": "TF-IDF", "arithmetic": ""},
    }
    return {
        "title": "a model", "rows": 100, "tokens_a_row": 31.5, "n_labels": 20,
        "parity": {"onnx": GRAPH, "onnx-int8": {**GRAPH, "passed": False, "flipped": 0.03}},
        **put_together(reports, facts, ["pipeline", "pipeline_32"]), "whole_file": {},
    }  # fmt: skip


@pytest.fixture
def training() -> dict[str, Any]:
    work = {"gflop_needed": 30.0, "gflop_stock": 40.0, "tokens": 400}
    reports = {
        "plain_128": rounds(8, 1.0, 1.0, **work, positions=1024),
        "multitag": rounds(40, 0.5, 0.5, **work, positions=500),
        "limit": limit(bf16=120.0),
    }
    facts = {name: {"title": name, "arithmetic": "bf16"} for name in ("plain_128", "multitag")}
    return {
        "title": "a model", "rows": 40, "n_labels": 20, "profile": PROFILE,
        **put_together(reports, facts, ["plain_128"]),
    }  # fmt: skip


@pytest.fixture
def results(predicting: dict[str, Any], training: dict[str, Any]) -> dict[str, Any]:
    point = {"what": "train", "by": "rows", "series": "bf16", "milliseconds_a_row": spread([10.0, 12.0])}
    return {
        "kind": "full", "created": "2026-11-22T12:00:00+00:00", "seconds": 1700.0,
        "machine": {
            "processor": "Some CPU", "family": "", "instructions": ["avx2"], "cores": 2, "memory_gb": 8.0,
            "load_before": [0.1, 0.1, 0.1], "system": "Linux 6", "python": "3.11.7",
            "threads_set": {}, "versions": {"multitag": "0.1.0"},
        },
        "training": {"minilm": training}, "predicting": {"minilm": predicting},
        "together": {
            "rows": 100,
            "measured": [
                {"backend": backend, "processes": n, "threads": None, "rows_a_second": spread([rate * (100 + n)])}
                for backend, rate in (("onnx-int8", 2.0), ("onnx", 1.0)) for n in (1, 2)
            ],
        },
        "cold": [
            {"environment": "all", "command": "multitag --help", "seconds": spread([0.2]), "peak_bytes": 4 * 10**7}
        ],
        "profiles": {"training": {"minilm": PROFILE}, "predicting": {"minilm, onnx": PROFILE}},
        "growth": [{**point, "value": 10}, {**point, "value": 100}],
    }  # fmt: skip

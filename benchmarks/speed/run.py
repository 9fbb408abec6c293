"""All that a plan asks for, in order."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.speed.cold import measure_cold
from benchmarks.speed.compare import compare_predicting, compare_training
from benchmarks.speed.growth import measure_growth
from benchmarks.speed.machine import describe
from benchmarks.speed.plan import Plan
from benchmarks.speed.prepare import Bundle, Data, draw, make_bases, make_bundle
from benchmarks.speed.progress import Progress
from benchmarks.speed.together import measure_together
from benchmarks.speed.worker import Worker


def run(plan: Plan, data: Data, progress: Progress, core_python: str | None = None) -> dict[str, Any]:
    """Measure.

    Parameters
    ----------
    plan : Plan
    data : Data
        With an empty folder, which is left as it is found at the end.
    progress : Progress
    core_python : str, optional
        Python of an environment with the core dependencies only, for the figures of new processes.

    Returns
    -------
    dict
        What the results file holds; plain values.
    """
    results: dict[str, Any] = {
        "kind": plan.kind, "created": datetime.now(UTC).isoformat(timespec="seconds"), "machine": describe(),
    }  # fmt: skip
    progress.enter("models")
    bases = make_bases([model.name for model in plan.models], data.folder, progress.say)
    bundles = {}
    for model in plan.models:
        settings = dict(model.bundle)
        rows = data.training_csv(int(settings.pop("rows")))
        bundles[model.name] = make_bundle(model.name, bases[model.name], rows, settings, data.folder, progress.say)
    comparisons: dict[str, dict[str, Any]] = {"training": {}, "predicting": {}}
    for model in plan.models:
        progress.enter(f"training {model.name}")
        comparisons["training"][model.name] = compare_training(model, plan, bases[model.name], data, progress.say)
        progress.enter(f"predicting {model.name}")
        comparisons["predicting"][model.name] = compare_predicting(
            model, plan, bundles[model.name], data, progress.say
        )
    results |= comparisons
    first = plan.models[0].name
    graphs = [backend for backend in ("openvino", "onnx-int8", "onnx") if bundles[first].has(backend)]
    progress.enter("several processes at once")
    results["together"] = measure_together(plan, bundles[first], graphs or ["torch"], data, progress.say)
    progress.enter("new processes")
    paths = {model.name: bundles[model.name].path for model in plan.models[: plan.cold_models]}
    results["cold"] = measure_cold(paths, plan.cold_runs, core_python, progress.say)
    progress.enter("profiles")
    results["profiles"] = {
        "training": {name: each["profile"] for name, each in comparisons["training"].items()},
        "predicting": {
            f"{name}, {backend}": predict_profile_of(plan, bundle, backend, data)
            for name, bundle in bundles.items()
            for backend in ("onnx", "onnx-int8")
            if bundle.has(backend)
        },
    }
    progress.enter("growth")
    measure = partial(measure_growth, base=bases[first], bundle=bundles[first], data=data, say=progress.say)
    results["growth"] = measure(plan.growth) if plan.growth else []
    progress.end()
    return {**results, "seconds": round(progress.seconds(), 1)}


def predict_profile_of(plan: Plan, bundle: Bundle, backend: str, data: Data) -> dict[str, float]:
    """Profile one prediction, in a process of its own."""
    scratch = data.folder / f"profile-{bundle.path.parent.name}-{backend}"
    scratch.mkdir()
    texts = [text for text, _ in draw(data.netflix, plan.profile_rows)]
    spec = {
        "bundle": str(bundle.path), "backend": backend, "scratch": str(scratch),
        "texts": str(data.texts_json("profile", warm=texts[:32], rows=texts)),
    }  # fmt: skip
    with Worker("profile", f"profile of {backend}", "profiles:predict_profile", spec, scratch) as worker:
        worker.wait_ready()
        profile: dict[str, float] = worker.round(texts="rows")["profile"]
    return profile


def write_results(results: dict[str, Any], target: Path) -> None:
    """Write the results file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")

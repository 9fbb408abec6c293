"""The figures behind ``multitag evaluate`` and ``multitag tune`` need numpy alone."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from multitag.evaluation.calibration.calibration import Calibration
from multitag.evaluation.calibration.methods import Isotonic, Platt
from multitag.evaluation.metrics.compute import compute_metrics

OF_THE_EXTRAS = [
    "torch", "transformers", "accelerate", "safetensors", "sklearn", "scipy", "iterstrat", "pyarrow", "pandas", "yaml",
    "matplotlib", "jinja2", "onnx", "psutil",
]  # fmt: skip

SCRIPT = """
import json, sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in sys.argv[1].split(","):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Block())
import numpy as np
from multitag.evaluation.calibration.calibration import Calibration
from multitag.evaluation.intervals.bootstrap import bootstrap_intervals, paired_differences
from multitag.evaluation.metrics.compute import compute_metrics
from multitag.evaluation.metrics.curves import precision_at_recall
from multitag.evaluation.thresholds.retune import retune_thresholds
from multitag.evaluation.thresholds.thresholds import Thresholds

y_true, y_raw, calibration = (json.loads(argument) for argument in sys.argv[2:5])
y_true = np.array(y_true)
y_prob = Calibration.from_dict(calibration, 2).apply(np.array(y_raw))
y_pred = (y_prob >= 0.4).astype(int)
metrics = compute_metrics(y_true, y_prob, y_pred, ["Drama", "War"], [0.4, 0.4])
(intervals,) = bootstrap_intervals(y_true, y_prob, [y_pred], resamples=100, seed=0)
differences = paired_differences(y_true, (y_prob, y_pred), (y_prob, 1 - y_pred), resamples=100, seed=0)
fixed = Thresholds.fixed_only(0.3, 2)
retuned = retune_thresholds(y_true, y_prob, fixed, tuned_on="rows", seed=0, resamples=100)
assert precision_at_recall(y_true[:, 0], y_prob[:, 0], np.array([0.5])).shape == (1,)
print(json.dumps(metrics.with_intervals(intervals).to_dict()))
print(json.dumps([sorted(differences), retuned.to_dict()]))
"""


def test_a_core_install_measures_and_tunes():
    rng = np.random.default_rng(0)
    y_true = (rng.random((60, 2)) < [0.5, 0.3]).astype(int)
    y_raw = np.clip(0.3 + 0.3 * y_true + 0.2 * rng.normal(size=y_true.shape), 0, 1)
    calibration = Calibration((Platt(1.5, -0.2), Isotonic((0.1, 0.5, 0.9), (0.05, 0.4, 0.8))))
    arguments = [y_true.tolist(), y_raw.tolist(), calibration.to_dict()]
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, ",".join(OF_THE_EXTRAS), *map(json.dumps, arguments)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ended.stderr == ""
    measured, others = map(json.loads, ended.stdout.splitlines())
    y_prob = calibration.apply(y_raw)
    here = compute_metrics(y_true, y_prob, (y_prob >= 0.4).astype(int), ["Drama", "War"], [0.4, 0.4])
    assert measured["values"] == pytest.approx(here.values)
    assert sorted(here.values) == others[0]
    assert others[1]["objective"] == "f1"

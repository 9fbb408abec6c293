"""Which backend --fast takes: by its decisions, then by its time."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import multitag
from fuzz.targets import base_bundle
from multitag.errors import BundleError, DataError
from multitag.inference import fastest, scorer
from multitag.inference.backends.backend import open_backend
from multitag.inference.backends.limits import MEASURED_TOKENS, WORTH_MEASURING, BatchLimits, MeasuredLimits
from multitag.inference.fastest import choose_fastest, draw_texts, faster_names

SHAPE = (64, 10)


class Timed:
    """A backend that takes so many milliseconds and moves every probability by so much."""

    batches_at_once = 1

    def __init__(self, name: str, milliseconds: float, moved: float = 0.0) -> None:
        self.name, self.device, self.limits = name, "cpu", BatchLimits()
        self.seconds, self.moved, self.calls = milliseconds / 1000, moved, 0


clock = SimpleNamespace(now=0.0)


def score(backend: Timed):
    backend.calls += 1
    clock.now += backend.seconds
    return (np.linspace(0.1, 0.9, np.prod(SHAPE)).reshape(SHAPE) + backend.moved).astype(np.float32)


def decide(y_raw):
    return y_raw, (y_raw >= 0.5).astype(np.int64)


@pytest.fixture
def own_clock(monkeypatch):
    monkeypatch.setattr(fastest, "time", SimpleNamespace(perf_counter=lambda: clock.now))


def choose(exact: Timed, *others: Timed):
    return choose_fastest(exact, {other.name: lambda other=other: other for other in others}, score, decide)


def test_the_fastest_of_those_that_decide_alike_is_taken_and_said(own_clock):
    exact, slower, chosen = Timed("onnx", 120), Timed("onnx-int8", 40), Timed("openvino", 25, 0.0005)
    result = choose(exact, slower, chosen)
    assert result.backend is chosen
    assert result.reason == (
        ": 4.8 times as fast as onnx on 64 texts, of which it changed 0.00% of the decisions, and a probability by at "
        "most 0.0005"
    )
    assert isinstance(chosen.limits, MeasuredLimits)
    assert (exact.calls, slower.calls, chosen.calls) == (1, 6, 6)  # who is far from the fastest is not timed again


def test_one_that_decides_otherwise_or_fails_is_refused_and_the_exact_one_stays(own_clock):
    def fail():
        raise BundleError("model.onnx: OpenVINO cannot load it: no such operator")

    exact, wrong = Timed("onnx", 3), Timed("onnx-int8", 0.1, 0.2)
    result = choose_fastest(exact, {"openvino": fail, "onnx-int8": lambda: wrong}, score, decide)
    assert result.backend is exact
    assert result.reason.startswith(": on 64 texts no other was faster; model.onnx: OpenVINO cannot load it")
    assert result.reason.endswith("; onnx-int8 changed 25.0% of the decisions")


def test_texts_are_drawn_from_all_over_the_job_and_enough_for_every_thread():
    assert draw_texts(["a"] * 63, 2) == []
    assert draw_texts([*map(str, range(640))], 2) == [*map(str, range(0, 640, 10))]
    assert len(draw_texts(["a"] * 5000, 16)) == 512


def test_few_texts_are_the_exact_ones_and_many_are_by_the_fastest(monkeypatch):
    opened = []
    monkeypatch.setattr(scorer, "faster_names", lambda folder: ["onnx"])
    monkeypatch.setattr(
        scorer, "open_backend", lambda *arguments: opened.append(open_backend(*arguments)) or opened[-1]
    )
    texts = [f"a film about {word}" for word in ("love", "war") for _ in range(300)]
    with multitag.load(base_bundle(), backend="fast") as classifier, multitag.load(base_bundle()) as exact:
        few = classifier.predict_proba(texts)
        assert classifier.device == "cpu, as 600 texts are too few to load others for"
        assert opened == []
        np.testing.assert_allclose(classifier.predict_proba(texts), few, rtol=0, atol=1e-5)
        assert len(opened) == 1
        assert "on 64 texts" in classifier.device
        np.testing.assert_allclose(few, exact.predict_proba(texts), rtol=0, atol=1e-5)


def test_a_bad_text_is_named_by_its_place_in_the_job_and_texts_may_come_from_anything():
    with multitag.load(base_bundle(), backend="fast") as classifier:
        with pytest.raises(DataError, match="text 999: expected str, got int"):
            classifier.predict_proba([*["a film"] * 999, 5])
        assert classifier.predict_proba(text for text in ["a film"] * 1000).shape == (1000, 3)


def test_what_the_gate_refused_is_not_tried(tmp_path, monkeypatch):
    monkeypatch.setattr(fastest, "is_installed", lambda name: True)
    (tmp_path / "onnx").mkdir()
    assert faster_names(tmp_path) == []
    for name in ("model.onnx", "model.int8.onnx"):
        (tmp_path / "onnx" / name).touch()
    assert faster_names(tmp_path) == ["openvino", "onnx-int8"]
    (tmp_path / "onnx" / "parity.json").write_text('{"openvino": {"passed": false}}')
    assert faster_names(tmp_path) == ["onnx-int8"]
    monkeypatch.setattr(fastest, "is_installed", lambda name: False)
    (tmp_path / "onnx" / "parity.json").unlink()
    assert faster_names(tmp_path) == ["onnx-int8"]


def test_a_long_job_measures_its_batches_and_keeps_the_fastest():
    limits = MeasuredLimits(BatchLimits(1024, 100))
    limits.expect(WORTH_MEASURING)
    tried = []
    while limits.chosen is None:
        tried.append(limits.texts_of(32, 32) * 32)
        limits.measured(tried[-1], tried[-1] / (20_000 if tried[-1] == 2048 else 10_000))
    assert set(tried) == set(MEASURED_TOKENS)
    assert limits.chosen == 2048
    assert limits.texts_of(32, 32) == 64
    assert limits.texts_of(8, 32) == 8  # as the caller asked


def test_a_short_job_is_not_measured_on():
    limits = MeasuredLimits(BatchLimits(1024, 100))
    limits.expect(WORTH_MEASURING - 1)
    assert [limits.texts_of(32, 32) for _ in range(5)] == [32] * 5
    limits.measured(1024, 10.0)
    assert limits.chosen is None

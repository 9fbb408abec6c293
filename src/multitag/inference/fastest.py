"""The fastest backend that decides as the exact one does: compared and timed on the first texts of a job."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from multitag.bundle.layout import ONNX, ONNX_INT8, ONNX_PARITY
from multitag.bundle.strict_json import parse_json_object
from multitag.config import BackendName
from multitag.errors import BundleError
from multitag.extras import is_installed
from multitag.inference.backends.backend import Backend
from multitag.inference.backends.compared import COMPARED_TEXTS, MAX_FLIPPED
from multitag.inference.backends.limits import MeasuredLimits

WORTH_CHOOSING = 1000  # texts: loading two backends takes a second, and comparing them another half
SCORING_SECONDS = 0.5  # of all backends together, but each that may be the fastest is timed twice
CLOSE = 2.0  # times the least time: who took longer than that at first is out
TEXTS_A_THREAD = 32  # so that each thread has a batch

Score = Callable[[Backend], NDArray[np.float32]]  # probabilities before calibration, (n_texts, n_labels)
Decide = Callable[[NDArray[np.float32]], tuple[NDArray[np.float32], NDArray[np.int64]]]  # calibrated, and 0 and 1
Text = TypeVar("Text")


@dataclass(frozen=True, eq=False)
class Fastest:
    """What was chosen.

    Parameters
    ----------
    backend : Backend
    reason : str
        Why; goes behind what names the backend.
    """

    backend: Backend
    reason: str


@dataclass(eq=False)
class _Contender:
    """A backend, its distance from the exact one, and its times."""

    backend: Backend
    flipped: float = 0.0
    difference: float = 0.0
    seconds: list[float] = field(default_factory=list)

    @property
    def least(self) -> float:
        return min(self.seconds)

    def score(self, score: Score) -> NDArray[np.float32]:
        started = time.perf_counter()
        probabilities = score(self.backend)
        self.seconds.append(time.perf_counter() - started)
        return probabilities


def faster_names(bundle_folder: Path) -> list[BackendName]:
    """List a bundle's backends that may be faster than the exact one: installed, and not refused by its gate."""
    names: list[BackendName] = []
    parity = bundle_folder / ONNX_PARITY
    measured = parse_json_object(parity.read_bytes(), str(parity)) if parity.is_file() else {}
    refused = isinstance(measured.get("openvino"), dict) and measured["openvino"].get("passed") is False
    if (bundle_folder / ONNX).is_file() and is_installed("openvino") and not refused:
        names.append("openvino")
    if (bundle_folder / ONNX_INT8).is_file():
        names.append("onnx-int8")
    return names


def draw_texts(texts: Sequence[Text], batches_at_once: int) -> list[Text]:
    """Return texts from all over a job to compare and time backends on; none where there are fewer than 64."""
    wanted = max(COMPARED_TEXTS, TEXTS_A_THREAD * batches_at_once)
    return list(texts[:: max(1, len(texts) // wanted)][:wanted]) if len(texts) >= COMPARED_TEXTS else []


def choose_fastest(
    exact: Backend, others: Mapping[BackendName, Callable[[], Backend]], score: Score, decide: Decide
) -> Fastest:
    """Compare backends on the same texts, and time those that decide alike, in about half a second.

    Parameters
    ----------
    exact : Backend
        Whose decisions count.
    others : mapping of str to callable
        Open the others, by name. One passes if it works, and at most 1% of its (text, label) decisions differ.
    score : callable
        Scores the texts, at least 64.
    decide : callable
        As the bundle does.

    Returns
    -------
    Fastest
        Measures its batches in long jobs.

    Raises
    ------
    BundleError
        If the exact backend fails at a text.
    """
    first = _Contender(exact)
    probabilities, decisions = decide(first.score(score))
    passed, refused = [first], []
    for name, open_other in others.items():
        try:
            contender = _Contender(open_other())
            its_probabilities, its_decisions = decide(contender.score(score))
        except BundleError as error:
            refused.append(str(error))
            continue
        contender.flipped = float(np.mean(its_decisions != decisions))
        contender.difference = float(np.abs(np.subtract(its_probabilities, probabilities, dtype=np.float64)).max())
        if contender.flipped > MAX_FLIPPED:
            refused.append(f"{name} changed {contender.flipped:.1%} of the decisions")
        else:
            passed.append(contender)
    _time(passed, score)
    best = min(passed, key=lambda contender: contender.least)
    best.backend.limits = MeasuredLimits(best.backend.limits)
    return Fastest(best.backend, _reason(best, first, len(decisions), refused))


def _time(contenders: Sequence[_Contender], score: Score) -> None:
    """Let those near the fastest score by turns: what slows the machine for a moment then slows all of them."""
    bound = CLOSE * min(contender.least for contender in contenders)
    near = [contender for contender in contenders if contender.least <= bound]
    while len(near) > 1:
        for contender in near:
            contender.score(score)
        if sum(sum(contender.seconds) for contender in contenders) > SCORING_SECONDS:
            break


def _reason(best: _Contender, exact: _Contender, n_texts: int, refused: Sequence[str]) -> str:
    if best is exact:
        reason = f": on {n_texts} texts no other was faster"
    else:
        reason = (
            f": {exact.least / best.least:.1f} times as fast as {exact.backend.name} on {n_texts} texts, of which "
            f"it changed {best.flipped:.2%} of the decisions, and a probability by at most {best.difference:.2g}"
        )
    return "; ".join([reason, *refused])

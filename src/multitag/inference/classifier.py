"""Classifier: a loaded bundle that predicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from multitag.bundle.read import Bundle, open_bundle
from multitag.config import BackendName, LongTexts, PolicyName, Pool
from multitag.data.texts import Text
from multitag.errors import ConfigError, DataError
from multitag.evaluation.guarantees.guarantee import Guarantee
from multitag.evaluation.thresholds.thresholds import Thresholds, apply_thresholds
from multitag.inference.backends.backend import open_backend
from multitag.inference.encoding import TextEncoder
from multitag.inference.policy import check_as_fitted, check_options, choose_cuts
from multitag.inference.scoring import DEFAULT_BATCH_SIZE, score_texts
from multitag.inference.windows import choose_pool


@dataclass(frozen=True)
class Prediction:
    """What was found in one text.

    Parameters
    ----------
    labels : tuple of str
        Predicted names, the most probable first.
    probabilities : dict of str to float
        Calibrated probability in [0, 1] of every label, in the bundle's order.
    """

    labels: tuple[str, ...]
    probabilities: dict[str, float]


def ranked_labels(
    names: Sequence[str], probabilities: NDArray[np.floating], chosen: NDArray[np.integer]
) -> tuple[str, ...]:
    """Name the chosen labels of one text, the most probable first; arrays are of shape (n_labels,)."""
    return tuple(names[i] for i in np.argsort(-probabilities, kind="stable") if chosen[i])


class Classifier:
    """A bundle, ready to predict. Get one with :func:`multitag.load`.

    Parameters
    ----------
    bundle : Bundle
        Opened and verified; the classifier closes it.
    backend : {"auto", "onnx", "onnx-int8", "torch"}
    threads : int, optional
    long : {"truncate", "windows"}, optional
    pool : {"mean", "max"}, optional
    policy : {"per_label", "global", "fixed", "guarantee"}, optional
        As in :func:`load`.
    """

    def __init__(
        self, bundle: Bundle, backend: BackendName = "auto", threads: int | None = None, *,
        long: LongTexts | None = None, pool: Pool | None = None, policy: PolicyName | None = None,
    ) -> None:  # fmt: skip
        self.bundle = bundle
        self._policy = policy
        self._cuts = choose_cuts(bundle, policy)
        self._pool = choose_pool(bundle.manifest, long, pool)
        self._encoder = TextEncoder(bundle.folder / "model")
        self._backend = open_backend(bundle.folder, backend, threads)
        check_as_fitted(policy, backend=self.backend, own_pool=self._pool == choose_pool(bundle.manifest))
        bundle.check_unchanged()  # what is loaded is what was verified

    @property
    def backend(self) -> str:
        """What computes: ``"onnx"``, ``"onnx-int8"`` or ``"torch"``."""
        return self._backend.name

    @property
    def label_names(self) -> tuple[str, ...]:
        """Names of the labels, in the order of the probability columns."""
        return self.bundle.label_set.names

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds saved in the bundle."""
        return self.bundle.thresholds

    @property
    def guarantee(self) -> Guarantee | None:
        """The guarantee that labels are predicted by; None with any other policy."""
        return self.bundle.guarantee if self._policy == "guarantee" else None

    def predict_proba(
        self, texts: Sequence[Text], *, batch_size: int = DEFAULT_BATCH_SIZE
    ) -> NDArray[np.float32]:
        """Compute the probability of every label on every text.

        Parameters
        ----------
        texts : sequence of str or of (str, str), length n_texts
            May be empty. What is beyond the bundle's max_length in tokens is not read, or read in windows: see
            :func:`load`.
        batch_size : int, default 32
            Texts of a batch at most. The result does not depend on it beyond 1e-5; with ``onnx-int8``, whose scales
            are those of a batch, by up to 0.05 (docs/performance.md).

        Returns
        -------
        ndarray of float32, shape (n_texts, n_labels)
            Calibrated probabilities in [0, 1].

        Raises
        ------
        DataError
            If ``texts`` is one string, or an element is not text.
        """
        if isinstance(texts, str):
            raise DataError("expected a list of texts, got one str; write [text]")
        if batch_size < 1:
            raise ConfigError(f"batch_size: expected at least 1, got {batch_size}")
        raw = score_texts(self._encoder, self._backend, texts, len(self.label_names), batch_size, self._pool)
        return self.bundle.calibration.apply(raw)

    def predict(
        self,
        texts: Sequence[Text],
        *,
        threshold: float | None = None,
        top_k: int | None = None,
        at_least_one: bool = False,
        batch_size: int = DEFAULT_BATCH_SIZE,
    ) -> list[Prediction]:
        """Predict the labels of texts.

        Parameters
        ----------
        texts : sequence of str or of (str, str), length n_texts
        threshold : float, optional
            One cut in [0, 1] for all labels instead of the policy's.
        top_k : int, optional
            Exactly the k most probable labels, whatever the thresholds.
        at_least_one : bool, default False
            Where no label passes, give the most probable one.
        batch_size : int, default 32

        Returns
        -------
        list of Prediction, length n_texts

        Raises
        ------
        DataError
            If ``texts`` is one string, or an element is not text.
        ConfigError
            If an option is out of its range, or voids a guarantee.
        """
        y_prob = self.predict_proba(texts, batch_size=batch_size)
        y_pred = self.decide(y_prob, threshold=threshold, top_k=top_k, at_least_one=at_least_one)
        names = self.label_names
        return [
            Prediction(
                labels=ranked_labels(names, row, chosen),
                probabilities={name: float(value) for name, value in zip(names, row, strict=True)},
            )
            for row, chosen in zip(y_prob, y_pred, strict=True)
        ]

    def decide(
        self,
        y_prob: NDArray[np.floating],
        *,
        threshold: float | None = None,
        top_k: int | None = None,
        at_least_one: bool = False,
    ) -> NDArray[np.int64]:
        """Turn probabilities (n_texts, n_labels) into 0/1 of that shape; options as in :meth:`predict`."""
        if threshold is not None and not 0 <= threshold <= 1:
            raise ConfigError(f"threshold: expected a number from 0 to 1, got {threshold!r}")
        check_options(self._policy, threshold=threshold, top_k=top_k, at_least_one=at_least_one)
        cut = self._cuts if threshold is None else np.full(len(self.label_names), threshold)
        return apply_thresholds(y_prob, cut, top_k=top_k, at_least_one=at_least_one)

    def close(self) -> None:
        """Remove what was unpacked from a zip."""
        self.bundle.close()

    def __enter__(self) -> Self:
        """Use as a context manager."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()


def load(
    path: str | Path,
    *,
    backend: BackendName = "auto",
    threads: int | None = None,
    long: LongTexts | None = None,
    pool: Pool | None = None,
    policy: PolicyName | None = None,
) -> Classifier:
    """Load a bundle, from its folder or zip, after checking every byte of it.

    Parameters
    ----------
    path : str or Path
    backend : {"auto", "onnx", "onnx-int8", "torch"}
        What computes. ``auto`` is the fp32 graph in ONNX Runtime, or torch where the bundle has no graph; neither
        graph needs torch. ``onnx-int8`` is faster and changes up to 1% of the (text, label) decisions.
    threads : int, optional
        Threads of one prediction; by default one a core that this process may use.
    long : {"truncate", "windows"}, optional
        What to do with a text of more tokens than the model reads: take its start, or read it in windows that overlap
        by a quarter, 16 at most. By default as the bundle was made with, which is what its thresholds are tuned for.
    pool : {"mean", "max"}, optional
        How the windows' probabilities become one a label; by default as the bundle was made with.
    policy : {"per_label", "global", "fixed", "guarantee"}, optional
        What decides: the bundle's thresholds for each label, its one for all, the fixed one, or the cut of its
        guarantee, which :attr:`Classifier.guarantee` then tells; by default what the bundle was made with.

    Returns
    -------
    Classifier

    Raises
    ------
    BundleError
        If it is not a bundle, not the bundle that was written, or does not have the backend asked for.
    MissingExtraError
        If torch is needed and not installed.
    ConfigError
        If an option is not one of those allowed, or the bundle has nothing for the policy.
    """
    bundle = open_bundle(path)
    try:
        return Classifier(bundle, backend, threads, long=long, pool=pool, policy=policy)
    except BaseException:
        bundle.close()
        raise

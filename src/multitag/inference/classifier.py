"""Classifier: a loaded bundle that predicts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from multitag.bundle.read import Bundle, open_bundle
from multitag.config import BackendName, DeviceName, LongTexts, PolicyName, Pool
from multitag.data.texts import Text
from multitag.data.unknown_tokens import ANOTHER_MODEL, UnknownTally, UnknownTokens
from multitag.evaluation.guarantees.guarantee import Guarantee
from multitag.evaluation.thresholds.thresholds import Thresholds, apply_thresholds
from multitag.inference.backends.device import Gpu, find_gpu
from multitag.inference.encoding import EncodedText, check_texts
from multitag.inference.explain import MAX_WORDS, Explanation, explain_text
from multitag.inference.options import DEFAULT_BATCH_SIZE, PredictOptions
from multitag.inference.policy import check_as_fitted, choose_cuts
from multitag.inference.prediction import Prediction, build_predictions
from multitag.inference.scorer import Scorer
from multitag.inference.windows import choose_pool


class Classifier:
    """A bundle, ready to predict; made by :func:`multitag.load`.

    Parameters
    ----------
    bundle : Bundle
        Opened and verified; the classifier closes it.
    backend, threads, long, pool, policy
        As in :func:`load`.
    gpu : Gpu, optional
        What computes on a GPU; by default the CPU computes.
    """

    def __init__(
        self, bundle: Bundle, backend: BackendName = "auto", threads: int | None = None, *,
        long: LongTexts | None = None, pool: Pool | None = None, policy: PolicyName | None = None,
        gpu: Gpu | None = None,
    ) -> None:  # fmt: skip
        self.bundle = bundle
        self._policy = policy
        self._cuts = choose_cuts(bundle, policy)
        pool = choose_pool(bundle.manifest, long, pool)
        # A guarantee was fitted on fp32 and holds for nothing else.
        self._scorer = Scorer(
            bundle, backend, threads, cuts=self._cuts, pool=pool, gpu=gpu, exact=policy == "guarantee"
        )
        computes = "fast" if self._scorer.undecided else self.backend
        check_as_fitted(policy, backend=computes, default_pool=pool == choose_pool(bundle.manifest))
        bundle.check_unchanged()  # what is loaded is what was verified

    @property
    def backend(self) -> str:
        """Name of the backend in use: ``"onnx"``, ``"onnx-int8"``, ``"openvino"`` or ``"torch"``."""
        return self._scorer.backend

    @property
    def device(self) -> str:
        """What computes, such as ``"cpu"`` or ``"cuda (NVIDIA H200, bf16)"``, and why if the fastest was asked for."""
        return self._scorer.device

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
        """The guarantee that the predicted labels carry; None unless the policy is ``"guarantee"``."""
        return self.bundle.guarantee if self._policy == "guarantee" else None

    @property
    def cuts(self) -> NDArray[np.float64]:
        """Calibrated probability from which each label is predicted under the policy, shape (n_labels,)."""
        return self._cuts

    @property
    def max_length(self) -> int:
        """Tokens that the model reads of a text, or of each of its windows, the special ones included."""
        return self._scorer.max_length

    @property
    def batches_at_once(self) -> int:
        """As many threads calling :meth:`score_encoded` at once are faster than one after the other."""
        return self._scorer.batches_at_once

    def encode(self, texts: Sequence[Text]) -> list[EncodedText]:
        """Tokenise texts for :meth:`score_encoded`; raises as :meth:`predict_proba` does."""
        return self._scorer.encode(texts)

    def score_encoded(self, encoded: Sequence[EncodedText], *, alone: bool) -> NDArray[np.float32]:
        """Score tokenised texts in the calling thread.

        Parameters
        ----------
        encoded : sequence of EncodedText, length n_texts
        alone : bool
            Whether no other thread scores meanwhile, so that a batch may take all threads.

        Returns
        -------
        ndarray of float32, shape (n_texts, n_labels)
            Probabilities in [0, 1] before calibration.
        """
        return self._scorer.score_encoded(encoded, alone=alone)

    def predict_proba(self, texts: Sequence[Text], *, batch_size: int = DEFAULT_BATCH_SIZE) -> NDArray[np.float32]:
        """Return the calibrated probability of every label for every text.

        Parameters
        ----------
        texts : sequence of str or of (str, str), length n_texts
            May be empty. Tokens beyond the bundle's max_length are dropped, or read in windows: see :func:`load`.
        batch_size : int, default 32
            Texts in a batch at most; at the default a GPU takes more. It changes probabilities by less than 1e-5; with
            bf16 on a GPU by more, which was not measured; with ``openvino`` by up to 0.004; with ``onnx-int8``, which
            chooses its scales for each batch, by up to 0.05 (docs/performance.md).

        Returns
        -------
        ndarray of float32, shape (n_texts, n_labels)
            Calibrated probabilities in [0, 1].

        Raises
        ------
        DataError
            If ``texts`` is one string, a table or another thing that is no row of texts, or an element is not text.
        ConfigError
            If ``batch_size`` is no whole number, or below 1.
        """
        return self._score(texts, PredictOptions(batch_size=batch_size))

    def _score(
        self, texts: Sequence[Text], options: PredictOptions, tally: UnknownTally | None = None
    ) -> NDArray[np.float32]:
        check_texts(texts, str(self.bundle.manifest.data.get("text_column", "text")))
        if self._scorer.undecided:
            texts = list(texts)
            self._scorer.choose_fastest(texts)
        return self.bundle.calibration.apply(self._scorer.score(texts, options.batch_size, tally))

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
            One threshold in [0, 1] for all labels instead of the policy's.
        top_k : int, optional
            Exactly the k most probable labels, whatever the thresholds.
        at_least_one : bool, default False
            Predict the most probable label where none reaches its threshold.
        batch_size : int, default 32

        Returns
        -------
        list of Prediction, length n_texts

        Raises
        ------
        DataError
            If ``texts`` is one string, a table or another thing that is no row of texts, or an element is not text.
        ConfigError
            If an option is of another type or out of its range, or voids the guarantee.
        """
        y_prob, y_pred = self.predict_arrays(texts, PredictOptions(threshold, top_k, at_least_one, batch_size))
        return build_predictions(self.label_names, y_prob, y_pred)

    def predict_arrays(
        self, texts: Sequence[Text], options: PredictOptions, tally: UnknownTally | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Predict the labels of texts, as arrays.

        Parameters
        ----------
        texts : sequence of str or of (str, str), length n_texts
        options : PredictOptions
        tally : UnknownTally, optional
            Gets the unknown tokens of these texts added.

        Returns
        -------
        y_prob : ndarray of float32, shape (n_texts, n_labels)
            Calibrated probabilities in [0, 1].
        y_pred : ndarray of int64, shape (n_texts, n_labels)
            1 where the label is predicted, 0 elsewhere.

        Raises
        ------
        DataError, ConfigError
            As :meth:`predict`.
        """
        options.check_policy(self._policy)  # before the minutes that scoring may take
        y_prob = self._score(texts, options, tally)
        return y_prob, self._decide(y_prob, options)

    def decide(
        self,
        y_prob: NDArray[np.floating],
        *,
        threshold: float | None = None,
        top_k: int | None = None,
        at_least_one: bool = False,
    ) -> NDArray[np.int64]:
        """Turn calibrated probabilities into predictions.

        Parameters
        ----------
        y_prob : ndarray of float, shape (n_texts, n_labels)
            In [0, 1], as :meth:`predict_proba` returns them.
        threshold, top_k, at_least_one
            As in :meth:`predict`.

        Returns
        -------
        ndarray of int64, shape (n_texts, n_labels)
            1 where the label is predicted, 0 elsewhere.

        Raises
        ------
        ConfigError
            If an option is out of its range, or voids the guarantee.
        """
        options = PredictOptions(threshold, top_k, at_least_one)
        options.check_policy(self._policy)
        return self._decide(y_prob, options)

    def _decide(self, y_prob: NDArray[np.floating], options: PredictOptions) -> NDArray[np.int64]:
        cuts = self._cuts if options.threshold is None else np.full(len(self.label_names), options.threshold)
        return apply_thresholds(y_prob, cuts, top_k=options.top_k, at_least_one=options.at_least_one)

    def explain(self, text: str, label: str | None = None, *, max_words: int = MAX_WORDS) -> Explanation:
        """Explain a label's probability by its words; see :func:`~multitag.inference.explain.explain_text`."""
        return explain_text(self, text, label, max_words=max_words)

    def read_extent(self, text: str) -> tuple[int, int]:
        """Measure how much of a text is read; see :meth:`~multitag.inference.encoding.TextEncoder.extent`."""
        return self._scorer.extent(text)

    def unknown_note(self, unknown: UnknownTokens) -> str | None:
        """Return a sentence with a remedy where more than 5% of the tokens of some texts is unknown to the model."""
        name = str(self.bundle.manifest.base_model.get("name", "the model"))
        return unknown.note(name, f"train on {ANOTHER_MODEL}")

    def close(self) -> None:
        """Remove the temporary folder of a zip; a bundle that is a folder stays."""
        self.bundle.close()

    def __enter__(self) -> Self:
        """Return the classifier itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the classifier."""
        self.close()


def load(
    path: str | Path,
    *,
    backend: BackendName = "auto",
    device: DeviceName = "auto",
    threads: int | None = None,
    long: LongTexts | None = None,
    pool: Pool | None = None,
    policy: PolicyName | None = None,
) -> Classifier:
    """Load a bundle, from its folder, a zip or the Hugging Face hub, after checking every byte of it.

    Parameters
    ----------
    path : str or Path
        On the hub, ``"hf://user/name"`` or ``"hf://user/name@revision"``: a branch, a tag or a commit.
    backend : {"auto", "fast", "onnx", "onnx-int8", "openvino", "torch"}
        ``auto`` is the fp32 graph in ONNX Runtime, or torch where the bundle has no graph; neither graph needs torch.
        ``onnx-int8``, and ``openvino`` where the processor computes in bf16, are faster and change up to 1% of the
        (text, label) decisions. ``fast`` takes the fastest that does so on 64 or more of the texts, compared and timed
        once a thousand texts have come; those before it computes as by ``auto``.
    device : {"auto", "cpu", "cuda"}
        ``auto`` is a GPU where torch or ONNX Runtime sees one, else the CPU. torch computes there in bf16 once that
        changes at most 1% of the decisions on the first 64 texts, which the CPU answers; ONNX Runtime in fp32.
    threads : int, optional
        Threads to use; by default one per core that this process may run on.
    long : {"truncate", "windows"}, optional
        How to read a text with more tokens than the model takes: its start only, or in at most 16 windows that
        overlap by a quarter. By default as when the bundle was made, which is what its thresholds are tuned for.
    pool : {"mean", "max"}, optional
        How the windows' probabilities become one per label; by default as when the bundle was made.
    policy : {"per_label", "global", "fixed", "guarantee"}, optional
        Which thresholds decide: the bundle's threshold of each label, its one for all labels, its fixed one, or that
        of its guarantee, which is then in :attr:`Classifier.guarantee`; by default the bundle's own policy.

    Returns
    -------
    Classifier

    Raises
    ------
    BundleError
        If it is not a bundle, was changed since it was written, lacks the backend asked for, or cannot be had from
        the hub.
    MissingExtraError
        If torch, or huggingface_hub for one on the hub, is needed and not installed.
    ConfigError
        If an option is of another type or out of its range, the bundle has no thresholds or guarantee for the
        policy, or a GPU is asked for and none can be used.
    """
    gpu = find_gpu(device, backend)
    bundle = open_bundle(path)
    try:
        return Classifier(bundle, backend, threads, long=long, pool=pool, policy=policy, gpu=gpu)
    except BaseException:
        bundle.close()
        raise

"""Simpler models, fitted on the rows that the fine-tuned one was trained on: what it has to beat."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from multitag.data.texts import join_text
from multitag.evaluation.arrays import count_labels
from multitag.evaluation.baselines.regression import Clock, fit_regressions
from multitag.extras import import_extra
from multitag.stages import stage

if TYPE_CHECKING:
    from multitag.data.texts import Text

PREVALENCE = "label prevalence"
TFIDF = "TF-IDF + logistic regression"
FROZEN = "frozen features + logistic regression"

# Rows to fit on and rows to score, as places in the table: one pair, or one a fold.
Pairs = Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]]
UNJUDGED = 0.5  # probability of a label of which nothing is known

# Words, and the single characters of scripts that write no spaces: as one word, a sentence would be unique.
UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
WORDS = rf"[{UNSPACED}]|[^\W{UNSPACED}]{{2,}}"
TOO_LONG = "it takes too long beside the training"
MOST_WORDS = 200_000  # the most frequent ones of a large table
# scikit-learn's settings, each the quickest that were as good as any on IMDB, out of fold (docs/evaluation.md). Classes
# are balanced: it makes up for rare labels, and gains 0.01 to 0.03 macro-F1 even at tuned thresholds.
FOR_WORDS: Mapping[str, Any] = {"C": 3.0, "class_weight": "balanced", "solver": "liblinear"}
FOR_FEATURES: Mapping[str, Any] = {"C": 1.0, "class_weight": "balanced", "solver": "lbfgs"}


@dataclass(frozen=True, eq=False)
class Baseline:
    """What a simpler model gives.

    Parameters
    ----------
    name : str
    y_raw : ndarray of float32, shape (n_rows, n_labels)
        Probabilities of all rows of the table; NaN on rows that were not to be scored.
    seconds : float
        What fitting and scoring took, over all pairs.
    """

    name: str
    y_raw: NDArray[np.float32]
    seconds: float


class LeftOut(Exception):  # noqa: N818
    """Why a model is left out."""


def score_baselines(
    texts: Sequence[Text],
    y: NDArray[np.int8],
    pairs: Pairs,
    *,
    features: Callable[[Clock], NDArray[np.float32] | None] | None = None,
    budget: float = float("inf"),
) -> tuple[list[Baseline], list[str]]:
    """Fit label prevalence and logistic regressions on some rows and score others with them.

    Parameters
    ----------
    texts : sequence of str or of (str, str), length n_rows
    y : ndarray of int8, shape (n_rows, n_labels)
        0 and 1, and UNKNOWN where nobody judged: a label is fitted on the rows on which it was.
    pairs : sequence of (rows to fit on, rows to score)
        Each an ndarray of int64 of places from 0. No row is scored twice.
    features : callable, optional
        Gives what an untrained model makes of the texts, shape (n_rows, dim), or None at the time that it is given.
        Called once, its time counted.
    budget : float
        Seconds for all of it. What is not done by then is left out; words have half of it.

    Returns
    -------
    baselines : list of Baseline
        Label prevalence first; it is always there.
    notes : list of str
        One line for each model that was left out.
    """
    start = time.perf_counter()
    recipes: dict[str, Callable[[], NDArray[np.float32]]] = {
        PREVALENCE: lambda: score_prevalence(y, pairs),
        TFIDF: lambda: score_tfidf(texts, y, pairs, start + budget / 2),
    }
    if features is not None:
        recipes[FROZEN] = lambda: score_features(_in_time(features(start + budget)), y, pairs, start + budget)
    baselines, notes = [], []
    with stage("baselines", len(recipes), even=False) as under_way:
        for name, recipe in recipes.items():
            under_way.advance(0, name)
            began = time.perf_counter()
            try:
                y_raw = recipe()
                baselines.append(Baseline(name, y_raw, time.perf_counter() - began))
            except LeftOut as reason:
                notes.append(f"{name} is left out of the comparison: {reason}")
            under_way.advance()
    return baselines, notes


def score_prevalence(y: NDArray[np.int8], pairs: Pairs) -> NDArray[np.float32]:
    """Return every row the share of training rows that have each label.

    With folds it is the share over all of them: one of its own for each fold is lowest where the label is most
    frequent, and would rank rows worse than chance. A label that was judged on no training row has 0.5.

    Returns
    -------
    ndarray of float32, shape (n_rows, n_labels)
    """
    trained = np.unique(np.concatenate([train for train, _ in pairs]))
    positives, judged = count_labels(y[trained])
    share = np.divide(positives, judged, out=np.full(len(judged), UNJUDGED), where=judged > 0)
    y_raw = _nothing(y)
    for _, scored in pairs:
        y_raw[scored] = share
    return y_raw


def score_tfidf(
    texts: Sequence[Text],
    y: NDArray[np.int8],
    pairs: Pairs,
    clock: Clock = float("inf"),
    settings: Mapping[str, Any] = FOR_WORDS,
) -> NDArray[np.float32]:
    """Fit a logistic regression a label on TF-IDF of words.

    Words, their inverse document frequencies and the regressions are of the rows of a pair that are fitted on.

    Returns
    -------
    ndarray of float32, shape (n_rows, n_labels)

    References
    ----------
    Fan, Chang, Hsieh, Wang and Lin (2008), "LIBLINEAR: a library for large linear classification".
    """
    text: Any = import_extra("sklearn.feature_extraction.text", "train")
    joined = np.array([join_text(part) for part in texts], dtype=object)
    y_raw = _nothing(y)
    for train, scored in pairs:
        weigh = text.TfidfVectorizer(sublinear_tf=True, token_pattern=WORDS, max_features=MOST_WORDS)
        try:
            fitted = weigh.fit_transform(joined[train])
        except ValueError as error:  # of a vocabulary that is empty
            raise LeftOut("the texts have no words") from error
        y_raw[scored] = _regress(fitted, y[train], weigh.transform(joined[scored]), settings, clock)
    return y_raw


def score_features(
    features: NDArray[np.float32],
    y: NDArray[np.int8],
    pairs: Pairs,
    clock: Clock = float("inf"),
    settings: Mapping[str, Any] = FOR_FEATURES,
) -> NDArray[np.float32]:
    """Fit a logistic regression a label on features that an untrained model gives.

    Parameters
    ----------
    features : ndarray of float32, shape (n_rows, dim)
        Of length 1 each.

    Returns
    -------
    ndarray of float32, shape (n_rows, n_labels)
    """
    y_raw = _nothing(y)
    for train, scored in pairs:
        y_raw[scored] = _regress(features[train], y[train], features[scored], settings, clock)
    return y_raw


def has_words(texts: Sequence[Text]) -> bool:
    """Whether there is a word in any of the texts, as TF-IDF counts them."""
    return any(re.search(WORDS, join_text(text)) for text in texts)


def _in_time(features: NDArray[np.float32] | None) -> NDArray[np.float32]:
    if features is None:
        raise LeftOut(TOO_LONG)
    return features


def _nothing(y: NDArray[np.int8]) -> NDArray[np.float32]:
    return np.full(y.shape, np.nan, dtype=np.float32)


def _regress(
    train: Any, y: NDArray[np.int8], scored: Any, settings: Mapping[str, Any], clock: Clock
) -> NDArray[np.float32]:
    """Fit label by label; one that no training row has, or all have, gets that as its probability.

    Rows on which nobody judged a label are left out of its fit; one that was judged on none gets 0.5.
    """
    fitted = fit_regressions(train, y, settings, clock)
    if fitted is None:
        raise LeftOut(TOO_LONG)
    return fitted.predict(scored)

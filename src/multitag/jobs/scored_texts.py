"""Many texts scored a block at a time, so that it can be seen how far they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from multitag.data.texts import Text
from multitag.data.unknown_tokens import UnknownTally
from multitag.inference.classifier import Classifier
from multitag.inference.options import PredictOptions
from multitag.stages import stage

BLOCK = 1024  # texts: some seconds


def score_in_blocks(
    classifier: Classifier, texts: Sequence[Text], tally: UnknownTally | None = None
) -> NDArray[np.float32]:
    """Return calibrated probabilities of shape (n_texts, n_labels), and count the texts' unknown tokens.

    Raises
    ------
    DataError
        If an element is not text.
    """
    starts = range(0, len(texts), BLOCK)
    scored = [np.empty((0, len(classifier.label_names)), dtype=np.float32)]
    with stage("predictions", len(starts)) as under_way:
        for start in starts:
            y_prob, _ = classifier.predict_arrays(texts[start : start + BLOCK], PredictOptions(), tally)
            scored.append(y_prob)
            under_way.advance()
    return np.concatenate(scored)

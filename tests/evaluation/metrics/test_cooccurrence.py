from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import jaccard_score

from multitag.evaluation.metrics.cooccurrence import overlap


@given(arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 4)), elements=st.integers(0, 1)))
def test_it_is_scikit_learns_jaccard_score_of_each_two_labels(y):
    found = overlap(y)
    for one in range(y.shape[1]):
        for other in range(y.shape[1]):
            assert np.isclose(found[one, other], jaccard_score(y[:, one], y[:, other], zero_division=0))

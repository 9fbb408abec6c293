"""How far annotators agree on each label."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any

import numpy as np

from multitag.data.annotations.answers import Judgements
from multitag.extras import import_extra

PACKAGE = "krippendorff"


def label_agreement(cells: Iterable[Judgements]) -> dict[str, float | None] | None:
    """Return Krippendorff's alpha of each label, nominal, over the rows that several annotators judged.

    Parameters
    ----------
    cells : iterable of Judgements

    Returns
    -------
    dict of str to float or None, or None
        At most 1; 0 is what chance would do. Of the labels that several answers on any row are about; None for one on
        which they are all the same, of which alpha is not defined. None in all where there is no such label, or the
        package krippendorff is not installed.

    References
    ----------
    Krippendorff, K. Computing Krippendorff's alpha-reliability. 2011.
    """
    several = [cell.answers for cell in cells if len(cell.answers) > 1]
    if not several or find_spec(PACKAGE) is None:
        return None
    names = dict.fromkeys(name for answers in several for answer in answers for name in answer.mentioned())
    agreement: dict[str, float | None] = {}
    for name in names:
        counts = np.zeros((len(several), 2), dtype=np.int64)  # (units, no or yes)
        for unit, answers in enumerate(several):
            for answer in answers:
                share = answer.share(name, soft=False)
                if share is not None:
                    counts[unit, int(share)] += 1
        judged_twice = counts[counts.sum(axis=1) > 1]
        if len(judged_twice):
            agreement[name] = _alpha(judged_twice)
    return dict(sorted(agreement.items())) or None


def _alpha(counts: Any) -> float | None:
    if not (counts.sum(axis=0) > 0).all():
        return None
    krippendorff: Any = import_extra(PACKAGE, "train")
    return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))

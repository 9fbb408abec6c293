"""Words of a guarantee: what is promised, on what conditions and at what cost."""

from __future__ import annotations

from dataclasses import asdict

from multitag.config.guarantee import GuaranteeKind
from multitag.evaluation.guarantees.guarantee import Guarantee, GuaranteedCut

_CONDITIONS: dict[GuaranteeKind, str] = {
    "recall": "of rows with at least one true label",
    "precision": "of rows that are given at least one label; the others are left to a person",
}
_AVERAGE = "on average over rows: a single row or label may fare worse"
_EXCHANGEABLE = "new rows come from where the fitted ones came (exchangeable); other sources or times are not covered"
_IN_FULL = (
    "fitted on the rows on which every label was judged, and so for rows like those; if rows were judged in full "
    "because of what labels they have, others may fare worse"
)
_REFITTED = "the threshold was chosen on predictions of models that had not seen the rows; the final model has seen all"


def word_guarantee(cut: GuaranteedCut, *, refitted: bool = False, in_full: bool = False) -> Guarantee:
    """Put a guaranteed cut into words, as guarantee.json holds it.

    Parameters
    ----------
    cut : GuaranteedCut
    refitted : bool, default False
        Whether the final model is not the one that scored the rows; added to the conditions.
    in_full : bool, default False
        Whether rows were left out because some of their labels were not judged; added to the conditions.

    Returns
    -------
    Guarantee
    """
    conditions = [_CONDITIONS[cut.kind], _AVERAGE, _EXCHANGEABLE]
    if in_full:
        conditions.append(_IN_FULL)
    if refitted:
        conditions.append(_REFITTED)
    return Guarantee(**asdict(cut), promise=_promise(cut), conditions=tuple(conditions))


def guarantee_lines(guarantee: Guarantee) -> list[str]:
    """Describe what is promised, on what conditions and at what cost, a line each.

    Parameters
    ----------
    guarantee : Guarantee

    Returns
    -------
    list of str
    """
    cost = f"{guarantee.labels_per_row:.1f} labels per row, and none for {guarantee.empty_rows:.0%} of the rows"
    return [
        f"guarantee {guarantee.name}: {guarantee.promise}",
        f"fitted on {guarantee.fitted_on}: every label with a probability from {guarantee.cut:.3g} up; on those rows "
        f"{cost}",
        *(f"condition: {condition}" for condition in guarantee.conditions),
    ]


def _promise(cut: GuaranteedCut) -> str:
    if cut.confidence is None:
        return f"on average at least {cut.level:.4g} of a row's true labels are given"
    confidence = f"with {cut.confidence:.0%} confidence"
    return f"on average at least {cut.level:.4g} of the labels given to a row are true, {confidence}"

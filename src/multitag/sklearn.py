"""multitag as a scikit-learn estimator: :class:`MultiTagClassifier`."""

from multitag.integrations.scikit_learn import MultiTagClassifier

__all__ = ["MultiTagClassifier"]

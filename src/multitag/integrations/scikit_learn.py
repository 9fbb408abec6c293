"""MultiTagClassifier: training and predicting as scikit-learn's estimators do it."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from multitag.atomic import new_folder
from multitag.bundle.write import copy_bundle
from multitag.config import Config
from multitag.config.setting import takes_settings
from multitag.errors import OutputError
from multitag.extras import import_extra
from multitag.inference.classifier import Classifier, load
from multitag.integrations.arrays import InputError, build_training_table, read_targets, read_texts
from multitag.integrations.estimator_settings import (
    DEFAULTS,
    NOT_OFFERED,
    settings_of_bundle,
    show_defaults,
    unknown_setting,
)
from multitag.jobs.train.job import train
from multitag.paths import as_path

_base: Any = import_extra("sklearn.base", "train")
_validation: Any = import_extra("sklearn.utils.validation", "train")


class MultiTagClassifier(_base.ClassifierMixin, _base.BaseEstimator):  # type: ignore[misc]
    """A multi-label text classifier with scikit-learn's interface.

    It trains as :func:`multitag.train` does, into a temporary folder, and is saved as a bundle, not by pickle: see
    :meth:`save`. Whoever holds out rows by cross-validation sets ``test_size=0``; rows for validation, on which
    thresholds are tuned, are taken from those that it is fitted on.

    Parameters
    ----------
    **settings
        Any setting of :class:`multitag.Config` but those of how a table is read, such as ``base_model="minilm"`` or
        ``recipe="linear"``; checked in :meth:`fit`.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
        What the columns of y are: their numbers, the names of a data frame's columns, or the labels, sorted.
    classifier_ : Classifier
        The trained model, with everything that :func:`multitag.load` offers.
    metrics_ : RunMetrics
        The figures of the rows that training itself held out; not there after :meth:`load`.

    Examples
    --------
    >>> from multitag.sklearn import MultiTagClassifier
    >>> MultiTagClassifier(recipe="linear", seed=1)
    MultiTagClassifier(recipe='linear', seed=1)
    """

    @takes_settings(Config, without=NOT_OFFERED)
    def __init__(self, **settings: Any) -> None:
        """Keep the settings as they are."""
        for name, default in DEFAULTS.items():
            setattr(self, name, settings.pop(name, default))
        for name in settings:
            raise unknown_setting(name)

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn what X and y are: texts, and several labels a row."""
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = tags.input_tags.string = True
        tags.target_tags.multi_output = tags.target_tags.two_d_labels = tags.classifier_tags.multi_label = True
        tags.target_tags.single_output = tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: Any, y: Any) -> Self:  # noqa: N803
        """Train on texts and their labels.

        Parameters
        ----------
        X : sequence of str, length n_rows
            A list, an array, a Series, or an array of shape (n_rows, 1).
        y : array of shape (n_rows, n_classes), or sequence of lists or sets of str
            0 and 1, dense, sparse or a data frame; or the labels of each row. A class that no row has is never
            predicted, with probability 0.

        Returns
        -------
        MultiTagClassifier
            Itself.

        Raises
        ------
        DataError
            If X or y is something else, or too little to learn from.
        ConfigError
            If a setting is out of its range.
        BaseModelError
            If the pretrained weights cannot be had.
        """
        texts, targets = read_texts(X), read_targets(y)
        if not texts:
            raise InputError("X: expected at least one text, got none")
        if len(texts) != len(targets.indicator):
            raise InputError(f"X and y: expected as many rows of each, got {len(texts)} and {len(targets.indicator)}")
        settings = {name: getattr(self, name) for name in DEFAULTS}
        config = Config().override(**{name: value for name, value in settings.items() if value is not None})
        if targets.classes.dtype.kind in "iu" and config.model.label_descriptions is None:
            config = config.override(name_prior=False)  # numbers of columns say nothing
        table = build_training_table(texts, targets)
        folder = _TemporaryFolder()
        run = train(table, out=folder.path / "run", config=config)
        (folder.path / "run" / "bundle").rename(folder.path / "bundle")
        shutil.rmtree(run.folder)  # checkpoints, and the copies of rows
        self._use(load(folder.path / "bundle"), targets.classes, targets.names)
        self._folder, self.metrics_ = folder, run.metrics
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float32]:  # noqa: N803
        """Return the probability of each class for each text.

        Parameters
        ----------
        X : sequence of str, length n_rows

        Returns
        -------
        ndarray of float32, shape (n_rows, n_classes)
            Calibrated, in [0, 1].

        Raises
        ------
        NotFittedError
            If it is neither fitted nor loaded.
        DataError
            If X is no row of texts.
        """
        _validation.check_is_fitted(self)
        texts = read_texts(X)
        return self._spread(self.classifier_.predict_proba(texts), len(texts))

    def predict(self, X: Any) -> NDArray[np.int64]:  # noqa: N803
        """Return which classes each text has, at the tuned thresholds.

        Parameters
        ----------
        X : sequence of str, length n_rows

        Returns
        -------
        ndarray of int64, shape (n_rows, n_classes)
            1 where the class is predicted, 0 elsewhere; ``classifier_.predict`` returns names.

        Raises
        ------
        NotFittedError, DataError
            As :meth:`predict_proba`.
        """
        _validation.check_is_fitted(self)
        texts = read_texts(X)
        decisions = self.classifier_.decide(self.classifier_.predict_proba(texts))
        return self._spread(decisions, len(texts))

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:  # noqa: N803
        """Return the share of texts of which every class is right, as scikit-learn's classifiers do.

        Parameters
        ----------
        X, y
            As in :meth:`fit`.
        sample_weight : array of float, shape (n_rows,), optional

        Returns
        -------
        float
            In [0, 1]: subset accuracy. To select by another figure, pass ``scoring="f1_macro"``.
        """
        _validation.check_is_fitted(self)
        return float(super().score(X, read_targets(y, self.classes_).indicator, sample_weight))

    def save(self, folder: str | Path) -> Path:
        """Save the fitted classifier as a bundle, which every command and :func:`multitag.load` take.

        Parameters
        ----------
        folder : str or Path
            Must not exist; its parent must.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        NotFittedError
            If it is neither fitted nor loaded.
        OutputError
            If the folder exists or cannot be written.
        """
        _validation.check_is_fitted(self)
        target = as_path(folder, "folder")
        with new_folder(target) as staged:
            copy_bundle(self.classifier_.bundle, staged)
        return target

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Load a bundle, whoever trained it.

        Parameters
        ----------
        path : str or Path
            Folder, zip or ``hf://user/name``, as for :func:`multitag.load`.

        Returns
        -------
        MultiTagClassifier
            Fitted; its parameters are the settings of the bundle's run, its classes the names of the labels.

        Raises
        ------
        BundleError
            If it is not a whole, unchanged bundle.
        """
        classifier = load(path)
        loaded = cls(**settings_of_bundle(classifier.bundle.manifest))
        names = classifier.label_names
        loaded._use(classifier, np.asarray(names, dtype=object), names)
        return loaded

    def __getstate__(self) -> dict[str, Any]:
        """Return the settings, for a copy to be fitted elsewhere; refuse to pickle a model.

        Raises
        ------
        OutputError
            If it is fitted: a pickle runs code when it is loaded.
        """
        if hasattr(self, "classifier_"):
            raise OutputError(
                "MultiTagClassifier is saved as a bundle, not by pickle: model.save(FOLDER), and "
                "MultiTagClassifier.load(FOLDER)"
            )
        state: dict[str, Any] = super().__getstate__()
        return state

    def _use(self, classifier: Classifier, classes: NDArray[Any], names: tuple[str, ...]) -> None:
        self.classifier_, self.classes_ = classifier, classes
        places = {name: column for column, name in enumerate(classifier.label_names)}
        self._columns = [places.get(name) for name in names]  # None of what no row had, or too few: see rare

    def _spread(self, values: NDArray[Any], n_rows: int) -> NDArray[Any]:
        """Put what is predicted for the bundle's labels where their classes are."""
        spread = np.zeros((n_rows, len(self.classes_)), dtype=values.dtype)
        for column, place in enumerate(self._columns):
            if place is not None:
                spread[:, column] = values[:, place]
        return spread


show_defaults(MultiTagClassifier.__init__)


class _TemporaryFolder:
    """A folder that is there as long as this object."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="multitag-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

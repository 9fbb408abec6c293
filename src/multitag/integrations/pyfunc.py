"""A bundle as a model of MLflow: its flavour pyfunc, loaded by this package and not by pickle."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from multitag.atomic import new_folder
from multitag.bundle.layout import ONNX, ONNX_INT8
from multitag.bundle.read import Bundle, open_bundle
from multitag.bundle.write import copy_bundle
from multitag.config.values import describe_value
from multitag.data.cells import is_missing
from multitag.errors import BundleError, ConfigError, DataError, OutputError, describe_error
from multitag.extras import import_extra
from multitag.inference.classifier import Classifier, load
from multitag.paths import as_path

if TYPE_CHECKING:
    import pandas as pd

LOADER = "multitag.mlflow"  # MLflow imports it by this name, and calls its _load_pyfunc
TEXT, LABELS = "text", "labels"  # columns of what goes in and of what comes out
EXAMPLE = ("A retired detective is called back for one last case.",)


def save_model(bundle: str | Path, path: str | Path, *, input_example: Sequence[str] = EXAMPLE) -> None:
    """Save a bundle as a folder that ``mlflow.pyfunc.load_model`` and ``mlflow models serve`` take.

    The bundle is copied into it as it is; nothing is pickled. The model takes a data frame with a column ``text`` and
    returns one with the column ``labels``, a list of names a row, and a column ``probability_NAME`` for each label.

    Parameters
    ----------
    bundle : str or Path
        Folder, zip or ``hf://user/name``; it is verified first.
    path : str or Path
        Must not exist; it appears whole or not at all.
    input_example : sequence of str
        Texts that go with it, to try it on.

    Raises
    ------
    BundleError
        If it is not a whole bundle.
    ConfigError
        If it takes pairs of texts, or the example is no list of texts.
    OutputError
        If the folder exists or cannot be written.
    MissingExtraError
        If MLflow or pandas is not installed.
    """
    pyfunc: Any = import_extra("mlflow.pyfunc", "mlflow")
    target = as_path(path, "path")
    with _described(bundle, input_example) as (description, _), new_folder(target) as folder, _mlflow_errors(str(path)):
        pyfunc.save_model(str(folder), **description)


def log_model(
    bundle: str | Path,
    name: str = "model",
    *,
    input_example: Sequence[str] = EXAMPLE,
    metrics: bool = False,
    registered_model_name: str | None = None,
) -> Any:
    """Log a bundle to the active run of MLflow, as :func:`save_model` saves it.

    Parameters
    ----------
    bundle : str or Path
    name : str
        Of the model.
    input_example : sequence of str
    metrics : bool, default False
        Log the bundle's headline figures too, as metrics such as ``test/tuned/macro_f1``.
    registered_model_name : str, optional
        Register it under this name.

    Returns
    -------
    mlflow.models.model.ModelInfo
        Its ``model_uri`` is for :func:`load_model` and ``mlflow.pyfunc.load_model``.

    Raises
    ------
    BundleError, ConfigError, MissingExtraError
        As :func:`save_model`.
    OutputError
        If MLflow refuses, or cannot be reached.
    """
    mlflow: Any = import_extra("mlflow", "mlflow")
    pyfunc: Any = import_extra("mlflow.pyfunc", "mlflow")
    with _described(bundle, input_example) as (description, opened), _mlflow_errors(name):
        info = pyfunc.log_model(name=name, registered_model_name=registered_model_name, **description)
        if metrics and (figures := headline_figures(opened)):
            mlflow.log_metrics(figures, model_id=info.model_id)
    return info


def load_model(model_uri: str) -> Classifier:
    """Load what was logged or saved as the bundle that it is.

    ``mlflow.pyfunc.load_model`` gives MLflow's own wrapping instead.

    Parameters
    ----------
    model_uri : str
        Such as ``"models:/films/1"``, ``"runs:/RUN/model"`` or a folder.

    Returns
    -------
    Classifier

    Raises
    ------
    BundleError
        If there is no such model, it is not one of multitag's, or was changed since.
    MissingExtraError
        If MLflow is not installed.
    """
    artifacts: Any = import_extra("mlflow.artifacts", "mlflow")
    models: Any = import_extra("mlflow.models", "mlflow")
    errors: Any = import_extra("mlflow.exceptions", "mlflow")
    try:
        folder = Path(artifacts.download_artifacts(model_uri)).resolve()
        flavour = models.Model.load(str(folder)).flavors.get("python_function", {})
    except (errors.MlflowException, OSError) as error:
        raise BundleError(f"{model_uri}: MLflow gives no model for it: {describe_error(error)}") from error
    data = (folder / str(flavour.get("data", ""))).resolve()
    if flavour.get("loader_module") != LOADER or not data.is_relative_to(folder):
        raise BundleError(f"{model_uri}: not a bundle; expected what multitag.mlflow logged or saved")
    return load(data)


class BundleModel:
    """What MLflow calls: a classifier that takes and returns data frames.

    Parameters
    ----------
    classifier : Classifier
    """

    def __init__(self, classifier: Classifier) -> None:
        self.classifier = classifier

    def predict(self, model_input: Any, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Predict the labels of texts.

        Parameters
        ----------
        model_input : DataFrame, Series, array or list of str
            A data frame has a column ``text``. A text that is missing or blank gets no labels, as in files.
        params : dict, optional
            Options of :meth:`~multitag.Classifier.predict`, such as ``{"top_k": 3}``.

        Returns
        -------
        DataFrame
            With a row for each text.
        """
        pandas: Any = import_extra("pandas", "mlflow")
        classifier = self.classifier
        texts = _texts(model_input)
        present = [text for text in texts if not is_missing(text)]
        predictions = iter(classifier.predict(present, **(params or {})))
        rows = [None if is_missing(text) else next(predictions) for text in texts]
        columns: dict[str, list[Any]] = {LABELS: [list(row.labels) if row else [] for row in rows]}
        for name in classifier.label_names:
            columns[f"probability_{name}"] = [row.probabilities[name] if row else math.nan for row in rows]
        frame: pd.DataFrame = pandas.DataFrame(columns)
        return frame


def headline_figures(bundle: Bundle) -> dict[str, float]:
    """Return the figures of a bundle's manifest by side, kind of threshold and name; undefined ones are left out."""
    return {
        f"{side}/{kind}/{name}": float(value)
        for side, kinds in bundle.manifest.metrics.items()
        if isinstance(kinds, dict)
        for kind, values in kinds.items()
        if isinstance(values, dict)
        for name, value in values.items()
        if isinstance(value, (int, float))
    }


def _texts(model_input: Any) -> list[str]:
    columns = getattr(model_input, "columns", None)
    if columns is None:
        return list(model_input)
    if TEXT not in columns:
        raise DataError(f"expected a column {TEXT!r}, got {', '.join(map(repr, columns))}")
    return list(model_input[TEXT])


@contextmanager
def _described(bundle: str | Path, example: Sequence[str]) -> Iterator[tuple[dict[str, Any], Bundle]]:
    """Stage a bundle, and describe it as MLflow's functions take it."""
    pandas: Any = import_extra("pandas", "mlflow")
    if isinstance(example, str) or not example or not all(isinstance(text, str) for text in example):
        raise ConfigError(f"input_example: expected a list of texts, got {describe_value(example)}")
    with open_bundle(bundle) as opened, tempfile.TemporaryDirectory(prefix="multitag-") as name:
        if opened.manifest.data.get("text_pair"):
            raise ConfigError(f"{bundle}: takes pairs of texts, which MLflow's models of multitag do not")
        staged = Path(name) / "bundle"
        staged.mkdir()
        copy_bundle(opened, staged)
        yield {
            "loader_module": LOADER, "data_path": str(staged), "signature": _signature(opened),
            "input_example": pandas.DataFrame({TEXT: list(example)}), "pip_requirements": _requirements(opened),
        }, opened  # fmt: skip


def _signature(bundle: Bundle) -> Any:
    models: Any = import_extra("mlflow.models", "mlflow")
    types: Any = import_extra("mlflow.types", "mlflow")
    schema: Any = import_extra("mlflow.types.schema", "mlflow")
    outputs = [
        types.ColSpec(schema.Array(types.DataType.string), LABELS),
        *(types.ColSpec("double", f"probability_{name}") for name in bundle.label_set.names),
    ]
    options = [
        types.ParamSpec("threshold", types.DataType.double, None), types.ParamSpec("top_k", types.DataType.long, None),
        types.ParamSpec("at_least_one", types.DataType.boolean, False),
    ]  # fmt: skip
    return models.ModelSignature(
        types.Schema([types.ColSpec("string", TEXT)]), types.Schema(outputs), types.ParamSchema(options)
    )


def _requirements(bundle: Bundle) -> list[str]:
    """Return what a machine that serves the model needs: with a graph, no torch."""
    extras = "mlflow" if {ONNX, ONNX_INT8} & bundle.manifest.files.keys() else "mlflow,train"
    return [f"multitag[{extras}]=={version('multitag')}"]


@contextmanager
def _mlflow_errors(where: str) -> Iterator[None]:
    errors: Any = import_extra("mlflow.exceptions", "mlflow")
    try:
        yield
    except (errors.MlflowException, OSError) as error:
        raise OutputError(f"{where}: MLflow cannot write it: {describe_error(error)}") from error

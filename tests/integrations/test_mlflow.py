"""A bundle through MLflow and back: as a pyfunc, as itself, and without a pickle."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pandas as pd
import pytest

import multitag
import multitag.mlflow
from multitag.bundle.zip_reader import unzip_bundle
from multitag.bundle.zip_writer import pack
from multitag.integrations.pyfunc import headline_figures

pytestmark = [
    # MLflow compares the columns of an input example with a range, which pandas will read otherwise one day.
    pytest.mark.filterwarnings("ignore:Operation with range is deprecated"),
    # It warns of a type hint of its own when it is imported.
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred as AnyType:UserWarning"),
]

FORMAT_2 = Path(__file__).parents[1] / "bundle" / "fixtures" / "format-2.zip"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small bundle of an earlier multitag; not to be changed."""
    folder = tmp_path_factory.mktemp("bundle")
    unzip_bundle(FORMAT_2, folder)
    return folder


@pytest.fixture(scope="module")
def saved(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle as a model of MLflow, made from its zip; not to be changed."""
    folder = tmp_path_factory.mktemp("mlflow")
    multitag.mlflow.save_model(pack(bundle, folder / "bundle.zip"), folder / "model", input_example=["A storm"])
    return folder / "model"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty store of files."""
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri((tmp_path / "store").as_uri())
    yield
    mlflow.set_tracking_uri(before)


def test_what_is_saved_is_the_bundle_and_no_pickle(bundle, saved):
    inside = saved / "data" / "bundle"
    files = {path.relative_to(bundle) for path in bundle.rglob("*") if path.is_file()}
    assert {path.relative_to(inside) for path in inside.rglob("*") if path.is_file()} == files
    assert all((inside / name).read_bytes() == (bundle / name).read_bytes() for name in files)
    assert not [path for path in saved.rglob("*") if path.suffix in (".pkl", ".pickle", ".joblib", ".py")]
    assert "multitag[mlflow,train]==" in (saved / "requirements.txt").read_text()  # it has no graph
    example = json.loads((saved / "input_example.json").read_text())
    assert example == {"columns": ["text"], "data": [["A storm"]]}


def test_it_predicts_as_a_pyfunc_by_its_signature(bundle, saved):
    model = mlflow.pyfunc.load_model(str(saved))
    frame = model.predict(pd.DataFrame({"text": ["A storm", "A war"]}))
    with multitag.load(bundle) as classifier:
        expected = classifier.predict(["A storm", "A war"])
    assert frame["labels"].tolist() == [list(prediction.labels) for prediction in expected]
    for name in expected[0].probabilities:
        assert frame[f"probability_{name}"].tolist() == [prediction.probabilities[name] for prediction in expected]
    assert list(frame.columns) == model.metadata.get_output_schema().input_names()
    assert model.metadata.get_input_schema().input_names() == ["text"]
    one = model.predict(pd.DataFrame({"text": ["A storm"]}), params={"top_k": 1})
    assert [len(labels) for labels in one["labels"]] == [1]
    gaps = model.predict(pd.DataFrame({"text": [None, "A war", " "]}))
    assert gaps["labels"].tolist() == [[], list(expected[1].labels), []]
    assert gaps.iloc[:, 1].isna().tolist() == [True, False, True]
    with pytest.raises(mlflow.exceptions.MlflowException, match=r"missing inputs \['text'\]"):
        model.predict(pd.DataFrame({"plot": ["A storm"]}))


def test_it_is_logged_with_its_figures_and_loaded_as_a_classifier(bundle, store):
    with mlflow.start_run() as run:
        info = multitag.mlflow.log_model(bundle, "films", metrics=True)
    logged = mlflow.get_run(run.info.run_id).data.metrics
    with multitag.mlflow.load_model(info.model_uri) as classifier:
        assert logged == headline_figures(classifier.bundle)
        assert "test/fixed/macro_f1" in logged
    assert mlflow.pyfunc.load_model(info.model_uri).predict(pd.DataFrame({"text": ["A storm"]})).shape == (1, 4)


def test_a_changed_file_is_found(saved, tmp_path):
    shutil.copytree(saved, tmp_path / "model")
    (tmp_path / "model" / "data" / "bundle" / "labels.json").write_text("[]")
    for load in (multitag.mlflow.load_model, mlflow.pyfunc.load_model):
        with pytest.raises(multitag.BundleError, match=r"labels\.json has 2 bytes"):
            load(str(tmp_path / "model"))


def test_what_is_no_model_of_ours_is_one_line(saved, bundle, tmp_path):
    with pytest.raises(multitag.BundleError, match=r"^nowhere: MLflow gives no model for it: "):
        multitag.mlflow.load_model("nowhere")
    text = (saved / "MLmodel").read_text()
    for number, other in enumerate((("multitag.mlflow", "os"), ("data/bundle", "../.."))):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "MLmodel").write_text(text.replace(*other))
        with pytest.raises(multitag.BundleError, match=r": not a bundle; expected what multitag\.mlflow logged"):
            multitag.mlflow.load_model(str(tmp_path / str(number)))
    with pytest.raises(multitag.OutputError, match="already exists"):
        multitag.mlflow.save_model(bundle, saved)
    with pytest.raises(multitag.ConfigError, match=r"^input_example: expected a list of texts, got 'A storm'$"):
        multitag.mlflow.save_model(bundle, tmp_path / "new", input_example="A storm")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("module", ["mlflow", "pandas"])
def test_a_missing_extra_is_one_line(bundle, tmp_path, monkeypatch, module):
    from multitag import extras

    real = extras.importlib.import_module

    def absent(name: str) -> object:
        if name.partition(".")[0] == module:
            raise ModuleNotFoundError(f"No module named {module!r}", name=module)
        return real(name)

    monkeypatch.setattr(extras.importlib, "import_module", absent)
    with pytest.raises(multitag.MissingExtraError, match=rf"^this needs {module}, .*pip install 'multitag\[mlflow\]'"):
        multitag.mlflow.save_model(bundle, tmp_path / "new")

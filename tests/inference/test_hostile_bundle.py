"""Bundles made by someone who means harm, with checksums that are right: no code runs, and one line is said."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from onnx import ModelProto, TensorProto
from onnx.helper import make_node, make_tensor
from safetensors.numpy import load_file, save_file

import multitag
from fuzz.targets import base_bundle, sign, tiny_graph
from multitag.bundle.layout import OPTIONAL, REQUIRED
from multitag.bundle.read import open_bundle
from multitag.bundle.zip_writer import pack
from multitag.errors import BundleError, MultitagError
from multitag.inference.classifier import Classifier

NAMES = sorted(REQUIRED | OPTIONAL)
BACKENDS = ("onnx", "onnx-int8", "torch")
NEVER_PARSED = {"README.md", "report.html"}


class _Sing:
    """Unpickling it makes a file."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return os.mkdir, (str(self.canary),)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Return a small bundle with all files that a bundle may have."""
    folder = shutil.copytree(base_bundle(), tmp_path / "bundle")
    shutil.copy(folder / "onnx" / "model.onnx", folder / "onnx" / "model.int8.onnx")
    (folder / "onnx" / "parity.json").write_text("{}", encoding="utf-8")
    sign(folder)
    return folder


def use(bundle: Path) -> list[str]:
    """Do with a bundle whatever can be done; give the errors."""
    errors = []

    def attempt(action: Callable[[], object]) -> None:
        try:
            action()
        except MultitagError as error:
            assert str(error).isprintable()
            errors.append(str(error))

    for backend in BACKENDS:
        attempt(lambda backend=backend: multitag.load(bundle, backend=backend).predict(["a film about love"]))
    attempt(lambda: open_bundle(bundle).close())
    bundle.with_suffix(".zip").unlink(missing_ok=True)
    attempt(lambda: pack(bundle, bundle.with_suffix(".zip")))
    return errors


def change(bundle: Path, name: str, content: bytes) -> None:
    (bundle / name).write_bytes(content)
    sign(bundle)


def test_the_bundle_of_these_tests_is_good(bundle):
    assert use(bundle) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_pickle_under_an_allowed_name_never_runs(name, bundle, tmp_path):
    canary = tmp_path / "canary"
    torch.save({"weights": _Sing(canary)}, tmp_path / "torch.pt")
    torch.save(_Sing(canary), tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    pickles = [pickle.dumps(_Sing(canary), protocol) for protocol in range(6)]
    pickles += [(tmp_path / each).read_bytes() for each in ("torch.pt", "old.pt")]
    page = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
    assert f"* {len(NAMES)} file names that a bundle may have, each with {len(pickles)} pickles" in page
    for content in pickles:
        change(bundle, name, content)
        assert len(use(bundle)) == (0 if name in NEVER_PARSED else len(BACKENDS) + 2)
        assert not canary.exists()
    for content in pickles[:1]:  # the trap works
        pickle.loads(content)
        assert canary.exists()


@pytest.mark.parametrize(
    "name",
    ["pytorch_model.bin", "training_args.bin", "optimizer.pt", "rng_state.pth", "binarizer.joblib", "labels.pkl",
     "modeling_evil.py", ".metadata", "adapter_config.json", "adapter_model.safetensors", "chat_template.jinja"],
)  # fmt: skip
def test_files_that_transformers_would_load_by_itself_are_refused(name, bundle):
    (bundle / "model" / name).write_bytes(b"x")
    assert len(use(bundle)) == len(BACKENDS) + 2


def config(bundle: Path, **changed: object) -> bytes:
    values = json.loads((bundle / "model" / "config.json").read_text(encoding="utf-8"))
    return json.dumps({**values, **changed}).encode()


@pytest.mark.parametrize(
    "changed",
    [
        {"n_layers": 2}, {"n_layers": 10**9}, {"dim": 10**6}, {"hidden_dim": 10**9}, {"vocab_size": 10**10},
        {"n_heads": 0}, {"n_heads": 3}, {"dim": -8}, {"dim": "8"}, {"dim": None}, {"model_type": "bert"},
        {"model_type": "nope"}, {"activation": "evil"}, {"architectures": ["evil.Model"]},
        {"transformers_weights": "../other.safetensors"}, {"quantization_config": {"quant_method": "fp8"}},
    ],
    ids=str,
)  # fmt: skip
def test_a_configuration_of_another_model_is_one_line(changed, bundle):
    change(bundle, "model/config.json", config(bundle, **changed))
    with pytest.raises(BundleError) as caught:
        multitag.load(bundle, backend="torch")
    assert str(caught.value).isprintable()


def test_missing_weights_are_not_made_up(bundle):
    """transformers gives them random values and says so in its log only."""
    weights = load_file(bundle / "model" / "model.safetensors")
    lost = weights.pop("classifier.weight")
    save_file(weights, bundle / "model" / "model.safetensors", {"format": "pt"})
    sign(bundle)
    with pytest.raises(BundleError, match=r"do not fit its config\.json: classifier\.weight is missing"):
        multitag.load(bundle, backend="torch")
    for wrong in (lost[:, :4], np.full_like(lost, np.nan)):
        save_file({**weights, "classifier.weight": wrong}, bundle / "model" / "model.safetensors", {"format": "pt"})
        sign(bundle)
        with pytest.raises(BundleError):
            multitag.load(bundle, backend="torch").predict(["a film"])


def tokenizer(bundle: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((bundle / "model" / "tokenizer.json").read_text(encoding="utf-8"))
    return values


@pytest.mark.parametrize(
    "changed",
    [
        {"model": None},
        {"model": {"type": "Evil"}},
        {"post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 2**31], "cls": ["[CLS]", 2]}},
        {"normalizer": {"type": "Replace", "pattern": {"Regex": "("}, "content": ""}},
        {"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "[a-"}, "behavior": "Isolated", "invert": False}},
        {"version": "99"},
    ],
    ids=str,
)
def test_a_tokenizer_that_cannot_be_used_is_one_line(changed, bundle):
    change(bundle, "model/tokenizer.json", json.dumps({**tokenizer(bundle), **changed}).encode())
    assert len(use(bundle)) >= 1


def test_a_tokenizer_that_asks_for_padding_without_end_is_not_asked_to_pad(bundle):
    padding = {
        "strategy": {"Fixed": 2**40}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0,
        "pad_type_id": 0, "pad_token": "[PAD]",
    }  # fmt: skip
    change(bundle, "model/tokenizer.json", json.dumps({**tokenizer(bundle), "padding": padding}).encode())
    assert use(bundle) == []


def graph(change_it: Callable[[ModelProto], object]) -> bytes:
    model = ModelProto.FromString(tiny_graph())
    change_it(model)
    content: bytes = model.SerializeToString()
    return content


def _external(location: str) -> Callable[[ModelProto], None]:
    def change_it(model: ModelProto) -> None:
        weights = model.graph.initializer[0]
        weights.ClearField("float_data")
        weights.data_location = TensorProto.EXTERNAL
        weights.external_data.add(key="location", value=location)

    return change_it


def _three_labels_to_four(model: ModelProto) -> None:
    model.graph.initializer[0].CopyFrom(make_tensor("weights", TensorProto.FLOAT, [1, 4], [0.0] * 4))
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 4


def _infinite(model: ModelProto) -> None:
    model.graph.initializer[0].CopyFrom(make_tensor("weights", TensorProto.FLOAT, [1, 3], [float("inf")] * 3))


def _huge(model: ModelProto) -> None:
    model.graph.initializer.append(make_tensor("shape", TensorProto.INT64, [2], [2**20, 2**30]))
    model.graph.node[-1].output[0] = "small"
    model.graph.node.append(make_node("ConstantOfShape", ["shape"], ["huge"]))
    model.graph.node.append(make_node("ReduceSum", ["huge"], ["one"], keepdims=0))
    model.graph.node.append(make_node("Add", ["small", "one"], ["logits"]))


@pytest.mark.parametrize(
    "content",
    [
        graph(_external("weights.bin")),
        graph(_external("../model/model.safetensors")),
        graph(_external("/etc/passwd")),
        graph(lambda model: setattr(model.graph.node[0], "domain", "evil.ops")),
        graph(lambda model: setattr(model.graph.node[0], "op_type", "NoSuchOperator")),
        graph(lambda model: setattr(model.graph.output[0], "name", "mean")),
        graph(_three_labels_to_four),
        graph(_infinite),
        graph(_huge),
        b"\x08\x00\x00\x00ORTM" + bytes(64),
    ],
)
def test_a_graph_that_is_not_the_models_is_one_line(content, bundle, tmp_path, monkeypatch):
    (tmp_path / "cwd").mkdir()
    (tmp_path / "cwd" / "weights.bin").write_bytes(np.zeros(3, "f4").tobytes())
    monkeypatch.chdir(tmp_path / "cwd")
    change(bundle, "onnx/model.onnx", content)
    with pytest.raises(BundleError) as caught:
        multitag.load(bundle, backend="onnx").predict(["a film about love"])
    assert str(caught.value).isprintable()


def test_a_bundle_that_changes_while_it_is_loaded_is_refused(bundle):
    """Another process puts a good bundle of another model in its place, after it was verified."""
    opened = open_bundle(bundle)
    other = shutil.copytree(bundle, bundle.with_name("other"))
    bundle.rename(bundle.with_name("before"))
    other.rename(bundle)
    with pytest.raises(BundleError, match="changed while the bundle was being loaded; load it again"):
        Classifier(opened)

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from multitag.errors import BundleError
from multitag.inference.backends.torch import TorchBackend
from multitag.inference.encoding import pad_batch


def test_padding_does_not_reach_the_logits(finished_run):
    backend = TorchBackend(finished_run.bundle / "model")
    alone = backend(*pad_batch([[2, 40, 50, 3]], 0))
    padded = backend(*pad_batch([[2, 40, 50, 3], [2, *range(30, 60), 3]], 0))
    assert alone.shape == (1, 20)
    assert alone.dtype == np.float32
    assert np.abs(padded[0] - alone[0]).max() < 1e-6
    assert np.abs(padded[1] - alone[0]).max() > 1e-4


def test_transformers_own_pipeline_gives_the_same_probabilities_and_names(finished_run, classifier, texts):
    from transformers import pipeline

    from multitag.quiet import quiet_transformers

    with quiet_transformers():
        score = pipeline(
            "text-classification", model=str(finished_run.bundle / "model"), top_k=None,
            function_to_apply="sigmoid",
        )  # fmt: skip
        scored = score(texts, truncation=True)
    for found, prediction in zip(scored, classifier.predict(texts), strict=True):
        by_label = {each["label"]: each["score"] for each in found}
        assert by_label.keys() == prediction.probabilities.keys()
        assert max(abs(by_label[name] - value) for name, value in prediction.probabilities.items()) < 1e-5


def test_a_folder_that_transformers_cannot_load_is_one_line(finished_run, tmp_path):
    folder = shutil.copytree(finished_run.bundle / "model", tmp_path / "model")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "unheard-of"}), encoding="utf-8")
    with pytest.raises(BundleError, match="transformers cannot load it") as caught:
        TorchBackend(folder)
    assert "\n" not in str(caught.value)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"short")
    with pytest.raises(BundleError, match="transformers cannot load it"):
        TorchBackend(folder)

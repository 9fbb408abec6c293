from __future__ import annotations

import gc
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from multitag.bundle.layout import REQUIRED
from multitag.bundle.manifest import FileRecord, Manifest
from multitag.bundle.read import open_bundle
from multitag.bundle.strict_json import dump_json
from multitag.bundle.upgrade import FORMAT
from multitag.bundle.write import replace_files
from multitag.bundle.zip_reader import unzip_bundle
from multitag.bundle.zip_writer import pack
from multitag.errors import BundleError
from multitag.evaluation.calibration.calibration import Calibration

FIXTURES = Path(__file__).parent / "fixtures"
SHA256 = {  # they are never made anew
    "format-1.zip": "69002e7c2ca6897cc2280401678a72a552b4c335fecd26b4bf3479ca11702176",
    "format-2.zip": "bb9f846932376f6e6b24ce3723cb68622deb106c1f09c2f87a064ff95db3b115",
}
NAMES = sorted({"manifest.json", "onnx/model.onnx", *REQUIRED})  # the files of the tiny bundle


def test_gives_labels_thresholds_and_calibration(bundle, thresholds):
    with open_bundle(str(bundle)) as opened:
        assert opened.folder == bundle
        assert opened.label_set.names == ("Comedy", "Drama", "Kids & Family")
        assert opened.thresholds == thresholds
        assert opened.calibration == Calibration.identity(3)
        assert opened.manifest.base_model["name"] == "minilm"
    assert bundle.is_dir()


def _refuse(path: Path) -> str:
    with pytest.raises(BundleError) as caught:
        open_bundle(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert message.isprintable()  # one line, no control characters
    return message


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["a link to it", "a link elsewhere", "a folder", "a pipe"])
def test_anything_but_a_file_in_its_place_is_found(name, kind, bundle, tmp_path):
    path = bundle / name
    path.rename(tmp_path / "same")
    if kind == "a link to it":
        path.symlink_to(tmp_path / "same")
    elif kind == "a link elsewhere":
        path.symlink_to("/dev/zero")
    elif kind == "a folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    _refuse(bundle)


@pytest.mark.parametrize("name", ["empty", "model/empty", "model/model", "__MACOSX"])
def test_an_extra_folder_is_found(name, bundle):
    (bundle / name).mkdir()
    assert repr(name) in _refuse(bundle)


def test_a_folder_of_very_many_files_is_left_early(bundle):
    for number in range(300):
        (bundle / str(number)).touch()
    assert "more than 100 files" in _refuse(bundle)


def test_what_is_not_a_bundle_is_named(bundle, tmp_path):
    assert "no such bundle" in _refuse(tmp_path / "nothing")
    assert "not a readable zip" in _refuse(bundle / "labels.json")
    assert f"has no manifest.json; did you mean {bundle}?" in _refuse(tmp_path)
    (tmp_path / "empty").mkdir()
    assert "has no manifest.json; expected a folder made by multitag train or start" in _refuse(tmp_path / "empty")


def test_a_huge_manifest_is_not_read(bundle):
    with (bundle / "manifest.json").open("r+b") as file:
        file.truncate(2**40)  # sparse: takes no room, but would take all memory
    assert "has 1099511627776 bytes" in _refuse(bundle)


def forge(bundle: Path, name: str, content: bytes) -> None:
    """Change a file and the manifest with it, as someone would who means harm or edits by hand."""
    (bundle / name).write_bytes(content)
    values = json.loads((bundle / "manifest.json").read_bytes())
    del values["digest"]
    records = {key: FileRecord(**record) for key, record in values.pop("files").items()}
    manifest = Manifest(**values, files={**records, name: FileRecord.of(bundle / name)})
    (bundle / "manifest.json").write_bytes(manifest.to_bytes())


def _edited(bundle: Path, name: str, **changes: object) -> bytes:
    return json.dumps({**json.loads((bundle / name).read_bytes()), **changes}).encode()


@pytest.mark.parametrize("name", ["model/config.json", "model/tokenizer_config.json", "model/tokenizer.json"])
@pytest.mark.parametrize(
    "changes",
    [
        {"auto_map": {"AutoModel": "evil--modeling.Evil"}},
        {"sub_config": {"auto_map": {}}},
        {"sub_configs": [{"auto_map": {}}]},
        {"custom_pipelines": {"text-classification": {"impl": "evil.Evil"}}},
        {"attn_implementation": "evil/kernel"},
        {"_attn_implementation": "evil/kernel"},
        {"trust_remote_code": True},
    ],
)
def test_what_asks_for_code_is_refused(name, changes, bundle):
    forge(bundle, name, _edited(bundle, name, **changes))
    assert "asks for code" in _refuse(bundle)


def test_a_label_may_be_called_as_a_key_that_asks_for_code(make_bundle, files, tmp_path):
    names = ["Comedy", "auto_map", "Kids & Family"]
    config = json.loads(files["model/config.json"])
    config["id2label"], config["label2id"] = dict(enumerate(names)), {name: i for i, name in enumerate(names)}
    changed = {"labels.json": json.dumps(names).encode(), "model/config.json": json.dumps(config).encode()}
    with open_bundle(make_bundle(tmp_path / "bundle", {**files, **changed})) as opened:
        assert opened.label_set.names == tuple(names)


@pytest.mark.parametrize(
    "changes",
    [
        {"id2label": {"0": "Comedy", "1": "Drama"}},
        {"id2label": {"0": "Drama", "1": "Comedy", "2": "Kids & Family"}},
        {"id2label": None},
        {"label2id": {"Comedy": 0, "Drama": 2, "Kids & Family": 1}},
        {"num_labels": 4},
        {"problem_type": "single_label_classification"},
    ],
)
def test_a_model_of_other_labels_is_refused(changes, bundle):
    forge(bundle, "model/config.json", _edited(bundle, "model/config.json", **changes))
    assert "does not agree with labels.json" in _refuse(bundle)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("text_column", ...), ("text_column", 3), ("text_column", None), ("label_column", ...), ("label_column", ["a"]),
        ("text_columns", []), ("text_columns", "ab"), ("text_columns", [1]), ("label_columns", {}),
        ("text_pair", "yes"), ("label_shape", None), ("label_key", 1), ("label_separator", 0),
    ],
)  # fmt: skip
def test_a_manifest_that_does_not_say_how_a_table_is_read_is_refused(key, value, bundle):
    values = json.loads((bundle / "manifest.json").read_bytes())
    del values["digest"]
    values["files"] = {name: FileRecord(**record) for name, record in values["files"].items()}
    values["data"] = {name: each for name, each in {**values["data"], key: value}.items() if each is not ...}
    (bundle / "manifest.json").write_bytes(Manifest(**values).to_bytes())
    expected = "(text|a list of names|true or false)( or null)?"
    assert re.search(rf"manifest\.json: data: {key}: expected {expected}, got ", _refuse(bundle))


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        ("model/config.json", {"pad_token_id": None}, "pad_token_id: expected a whole number from 0"),
        ("model/config.json", {"pad_token_id": -1}, "pad_token_id: expected a whole number from 0"),
        ("model/config.json", {"pad_token_id": 10**30}, "pad_token_id: expected a whole number from 0"),
        ("model/config.json", {"n_layers": 10**9}, "layers, but only 1 tensor(s) in the model"),
        ("model/tokenizer_config.json", {"model_max_length": 10**30}, "model_max_length: expected a whole number"),
        ("model/tokenizer_config.json", {"model_max_length": 0}, "model_max_length: expected a whole number"),
        ("model/tokenizer_config.json", {"model_max_length": 512.0}, "model_max_length: expected a whole number"),
        ("model/tokenizer_config.json", {"tokenizer_class": "evil.T"}, "'tokenizer_class', which asks for code"),
    ],
)
def test_settings_that_cannot_be_the_models_are_refused(name, changes, reason, bundle):
    forge(bundle, name, _edited(bundle, name, **changes))
    assert reason in _refuse(bundle)


@pytest.mark.parametrize(
    "changes",
    [
        {"per_label": [0.25, 0.5]},
        {"per_label": [0.25, 0.5, 0.1, 0.1]},
        {"per_label": [0.25, 0.5, 1.5]},
        {"per_label": [0.25, 0.5, -0.1]},
        {"per_label": [0.25, 0.5, None]},
        {"fixed": 2},
        {"n_labels": 4},
        {"policy": "best"},
        {"extra": 1},
    ],
)
def test_thresholds_that_do_not_fit_are_refused(changes, bundle):
    forge(bundle, "thresholds.json", _edited(bundle, "thresholds.json", **changes))
    assert "thresholds" in _refuse(bundle)


@pytest.mark.parametrize(
    "content", [b"NaN", b'{"fixed": NaN}', b"[]", b"{}", b"", b"\x80\x04\x95", b"[" * 10_000]
)
@pytest.mark.parametrize("name", sorted(name for name in REQUIRED if name.endswith(".json")))
def test_any_other_content_is_refused(name, content, bundle):
    forge(bundle, name, content)
    if content == b"{}" and name in ("metrics.json", "model/tokenizer.json"):
        open_bundle(bundle).close()  # an object, and theirs is not the bundle's to understand
    else:
        _refuse(bundle)


@pytest.mark.parametrize(
    "names", [[], ["A"], ["A", "A"], ["A", ""], ["A", 1], {"A": 0}, [["A"], ["B"]], "AB"]
)
def test_labels_are_a_list_of_different_names(names, bundle):
    forge(bundle, "labels.json", json.dumps(names).encode())
    assert "labels.json" in _refuse(bundle)


@pytest.mark.parametrize(
    "entries",
    [[], [{"method": "identity"}] * 2, [{"method": "platt"}] * 3, [{"method": ["identity"]}] * 3, [None] * 3],
)
def test_calibration_of_unknown_method_or_wrong_length_is_refused(entries, bundle):
    forge(bundle, "calibration.json", json.dumps({"per_label": entries}).encode())
    assert "calibration" in _refuse(bundle)


def test_a_zip_is_unpacked_privately_and_goes_with_the_bundle(
    bundle, thresholds, tmp_path, monkeypatch, snapshot
):
    path, before = pack(bundle), snapshot(bundle)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    with open_bundle(path) as opened:
        assert opened.thresholds == thresholds
        assert opened.folder.parent == tmp_path / "tmp"
        assert opened.folder.stat().st_mode & 0o077 == 0
        assert snapshot(opened.folder) == before
    assert not list((tmp_path / "tmp").iterdir())
    opened.close()  # a second time: nothing happens
    forgotten = open_bundle(path)
    assert len(list((tmp_path / "tmp").iterdir())) == 1
    del forgotten
    gc.collect()
    assert not list((tmp_path / "tmp").iterdir())


def test_reading_loads_neither_torch_nor_transformers_nor_scikit_learn(bundle):
    code = (
        "import sys; from multitag.bundle.read import open_bundle; open_bundle(sys.argv[1]).close()\n"
        "print({'torch', 'transformers', 'sklearn', 'pandas', 'jinja2', 'yaml'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code, bundle], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_bundles_of_all_formats_are_there():
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FIXTURES.glob("*.zip")} == SHA256
    assert len(SHA256) == FORMAT


@pytest.mark.parametrize("number", range(1, FORMAT + 1))
def test_a_bundle_of_any_format_is_read_for_ever(number):
    with open_bundle(FIXTURES / f"format-{number}.zip") as opened:
        assert opened.manifest.format == number
        assert opened.label_set.names == ("Comedy", "Drama", "Sci-Fi")
        assert opened.thresholds.values().tolist() == [0.25, 0.5, 0.75]
        if number == 1:
            assert opened.calibration == Calibration.identity(3)
            assert opened.guarantee is None
        else:
            calibrated = opened.calibration.apply(np.array([[0.3, 0.5, 0.5]]))
            np.testing.assert_allclose(calibrated, [[0.3, 1 / (1 + np.e), 0.25]])
            assert opened.guarantee is not None
            assert (opened.guarantee.name, opened.guarantee.cut) == ("recall=0.9", 0.125)


def test_what_is_changed_in_a_bundle_makes_it_one_of_the_present_format(tmp_path):
    (tmp_path / "old").mkdir()
    unzip_bundle(FIXTURES / "format-1.zip", tmp_path / "old")
    with open_bundle(FIXTURES / "format-2.zip") as other:
        guarantee = other.guarantee
    assert guarantee is not None
    replace_files(tmp_path / "old", {"guarantee.json": dump_json(guarantee.to_dict())})
    with open_bundle(tmp_path / "old") as opened:
        assert (opened.manifest.format, opened.guarantee) == (FORMAT, guarantee)


@pytest.mark.parametrize(
    "changes", [{"cut": 2}, {"kind": "f1"}, {"conditions": None}, {"extra": 1}, {"n_rows": 0}, {"level": "high"}]
)
def test_a_guarantee_that_says_something_else_is_refused(changes, bundle):
    with open_bundle(FIXTURES / "format-2.zip") as other:
        assert other.guarantee is not None
        content = json.dumps({**other.guarantee.to_dict(), **changes}).encode()
    forge(bundle, "guarantee.json", content)
    assert "guarantee: " in _refuse(bundle)


def test_a_file_that_changes_between_verifying_and_loading_is_found(bundle, tmp_path):
    same = (bundle / "labels.json").read_bytes()
    with open_bundle(bundle) as opened:
        opened.check_unchanged()
        (bundle / "labels.json").write_bytes(same)  # written to, if with the same bytes
        with pytest.raises(BundleError, match=r"labels\.json changed while the bundle was being loaded; load it again"):
            opened.check_unchanged()
    for change in ("another file", "a link", "no file"):
        with open_bundle(bundle) as opened:
            path = bundle / "model" / "model.safetensors"
            path.rename(tmp_path / "aside")
            if change == "another file":
                shutil.copy2(tmp_path / "aside", path)
            elif change == "a link":
                path.symlink_to(tmp_path / "aside")
            with pytest.raises(BundleError, match=r"model\.safetensors changed while"):
                opened.check_unchanged()
            path.unlink(missing_ok=True)
            (tmp_path / "aside").rename(path)


def test_a_moved_or_copied_bundle_is_the_same_bundle(bundle, tmp_path):
    shutil.copytree(bundle, tmp_path / "copy")
    with open_bundle(tmp_path / "copy") as copy, open_bundle(bundle) as original:
        assert copy.manifest == original.manifest

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitag.bundle.layout import MAX_TEXT_BYTES, MAX_TOTAL_BYTES, REQUIRED
from multitag.bundle.manifest import FileRecord, Manifest, utc_now
from multitag.bundle.strict_json import dump_json
from multitag.bundle.upgrade import FORMAT
from multitag.errors import BundleError

MANIFEST = Manifest(
    created="2026-11-22T13:38:07Z",
    versions={"multitag": "0.1.0", "python": "3.11.7"},
    base_model={"name": "minilm"},
    data={"source": "films.csv", "left_out": [[3, "empty text"]]},
    split={"train": 7},
    seed=42,
    settings={"training": {"epochs": 5.0}},
    metrics={"macro_f1": 0.43, "macro_roc_auc": None},
    files={name: FileRecord(3, hashlib.sha256(b"abc").hexdigest()) for name in REQUIRED},
)
DATA = MANIFEST.to_bytes()


def signed(**changes: object) -> bytes:
    """Return a manifest with other values and a digest that fits them, as a forger would."""
    values = {**json.loads(DATA), **changes}
    del values["digest"]
    values = {name: value for name, value in values.items() if value is not ...}
    return dump_json({**values, "digest": hashlib.sha256(dump_json(values)).hexdigest()})


def test_reads_what_it_wrote():
    assert Manifest.from_bytes(DATA, "b") == MANIFEST
    assert Manifest.from_bytes(signed(), "b") == MANIFEST
    assert json.loads(DATA)["digest"] == MANIFEST.digest
    assert MANIFEST.total_size == 3 * len(REQUIRED)


def test_file_records_are_size_and_sha256(tmp_path):
    (tmp_path / "x").write_bytes(b"abc")
    record = FileRecord.of(tmp_path / "x")
    assert record == FileRecord(3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")


def test_the_present_time_is_a_time_it_takes():
    now = utc_now()
    assert Manifest.from_bytes(replace(MANIFEST, created=now).to_bytes(), "b").created == now


def test_every_flipped_byte_is_found():
    flip = random.Random(0)
    for position in range(len(DATA)):
        damaged = bytearray(DATA)
        damaged[position] ^= flip.randrange(1, 256)
        with pytest.raises(BundleError):
            Manifest.from_bytes(bytes(damaged), "b")


def test_every_truncation_is_found():
    for length in range(len(DATA)):
        with pytest.raises(BundleError):
            Manifest.from_bytes(DATA[:length], "b")


@pytest.mark.parametrize(
    "respelled",
    [
        DATA + b"\n",
        DATA.replace(b'"seed": 42', b'"seed":  42'),
        DATA.replace(b"\n", b"\r\n"),
        json.dumps(json.loads(DATA)).encode(),
        DATA.replace(b"0.43", b"0.430"),
        DATA.replace(b"minilm", b"\\u006dinilm"),
    ],
)
def test_the_same_values_spelled_otherwise_are_found(respelled):
    assert json.loads(respelled) == json.loads(DATA)
    with pytest.raises(BundleError, match=r"^b: manifest\.json: changed since it was written"):
        Manifest.from_bytes(respelled, "b")


def test_a_newer_format_is_refused_by_its_number_whatever_else_it_holds():
    message = (
        r"^b: manifest\.json: written by a newer multitag \(format 3\); this one reads up to 2; "
        r"upgrade with: pip install -U multitag$"
    )
    assert FORMAT == 2
    for data in (signed(format=3), signed(format=3, shards=[], files=...), b'{"format": 3}'):
        with pytest.raises(BundleError, match=message):
            Manifest.from_bytes(data, "b")


@pytest.mark.parametrize("number", [0, -1, True, 1.0, "1", None, [[]], ...])
def test_a_format_that_is_no_number_from_1_on_is_refused(number):
    with pytest.raises(BundleError, match="expected a format number from 1 on"):
        Manifest.from_bytes(signed(format=number), "b")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"seed": ...}, "key 'seed' is missing"),
        ({"shards": 3}, "key 'shards' is unknown"),
        ({"seed": True}, "seed: expected int, got bool"),
        ({"seed": 42.0}, "seed: expected int, got float"),
        ({"files": []}, "files: expected dict, got list"),
        ({"data": None}, "data: expected dict, got NoneType"),
        ({"versions": {"torch": 2.13}}, "expected text for 'torch', got float"),
        ({"created": "yesterday"}, "expected a time like"),
        ({"created": "2026-11-22T13:38:07+02:00"}, "expected a time like"),
        ({"created": "2026-1-2T03:04:05Z"}, "expected a time like"),
        ({"created": "\N{FULLWIDTH DIGIT TWO}026-11-22T13:38:07Z"}, "expected a time like"),
    ],
)
def test_wrong_values_are_refused_even_with_a_digest_that_fits(changes, reason):
    with pytest.raises(BundleError, match=f"^b: manifest.json: .*{reason}"):
        Manifest.from_bytes(signed(**changes), "b")


HOSTILE_NAMES = [
    "../labels.json", "model/../labels.json", "/etc/passwd", "//server/share", "C:/labels.json",
    "C:labels.json", "model\\config.json", "Labels.json", "MODEL/config.json", "labels.json ", "labels.json.",
    "./labels.json", "", "labels.json\0", "labels\n.json", "model", "model/", "manifest.json",
    "model/pytorch_model.bin", "model/model.pt", "model/training_args.bin", "labels.pkl", "model/modeling.py",
    "onnx/model.onnx.data", "model.joblib", "a.npy",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_names_other_than_those_of_the_format_are_refused(name):
    files = {**json.loads(DATA)["files"], name: {"size": 0, "sha256": "0" * 64}}
    with pytest.raises(BundleError) as caught:
        Manifest.from_bytes(signed(files=files), "b")
    assert "is not a file of a bundle" in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_a_required_name_must_be_there(name):
    files = json.loads(DATA)["files"]
    del files[name]
    with pytest.raises(BundleError, match=f"{name} is missing"):
        Manifest.from_bytes(signed(files=files), "b")


@pytest.mark.parametrize(
    "record",
    [
        None,
        [],
        {"size": 1},
        {"size": 1, "sha256": "0" * 64, "mode": 7},
        *(
            {"size": size, "sha256": "0" * 64}
            for size in (-1, 1.0, True, None, "1", MAX_TEXT_BYTES + 1, 10**400)
        ),
        *({"size": 1, "sha256": sha256} for sha256 in ("0" * 63, "A" * 64, "0" * 64 + "\n", None, 0)),
    ],
)
def test_records_are_a_size_and_a_sha256(record):
    files = {**json.loads(DATA)["files"], "labels.json": record}
    with pytest.raises(BundleError, match=r"files: 'labels\.json': expected"):
        Manifest.from_bytes(signed(files=files), "b")


def test_all_files_together_have_a_limit():
    large = {"size": MAX_TOTAL_BYTES, "sha256": "0" * 64}
    files = {**json.loads(DATA)["files"], "model/model.safetensors": large}
    with pytest.raises(BundleError, match="at most 8589934592 are read"):
        Manifest.from_bytes(signed(files=files), "b")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("a\ud800\n"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=6,
)


@given(st.sampled_from(sorted(json.loads(DATA))), JSON)
def test_any_value_under_any_key_is_read_or_refused_with_a_bundle_error(name, value):
    data = json.dumps({**json.loads(DATA), name: value}, sort_keys=True, indent=2).encode() + b"\n"
    try:
        manifest = Manifest.from_bytes(data, "b")
    except BundleError as error:
        assert "\n" not in str(error)
    else:
        assert manifest == MANIFEST


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_refused_with_a_bundle_error(data):
    with pytest.raises(BundleError):
        Manifest.from_bytes(data, "b")


@given(st.integers(0, len(DATA) - 1), st.integers(0, 60), st.binary(max_size=8))
def test_any_splice_is_refused_with_a_bundle_error(start, length, inserted):
    data = DATA[:start] + inserted + DATA[start + length :]
    if data == DATA:
        assert Manifest.from_bytes(data, "b") == MANIFEST
        return
    with pytest.raises(BundleError):
        Manifest.from_bytes(data, "b")

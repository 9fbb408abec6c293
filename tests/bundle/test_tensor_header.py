from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import SafetensorError
from safetensors.numpy import load, save

from multitag.bundle.tensor_header import check_tensor_header
from multitag.errors import BundleError

GOOD = save({"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.ones(3, dtype=np.int64)}, {"format": "pt"})


def with_header(header: object, data: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


def check(content: bytes, folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(content)
    check_tensor_header(folder / "model.safetensors", "b: model.safetensors")


def tensor(shape: object, offsets: object, dtype: object = "F32") -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def test_what_safetensors_writes_passes(tmp_path):
    check(GOOD, tmp_path)
    check(save({}), tmp_path)
    check(with_header({"a": tensor([0, 7], [0, 0]), "b": tensor([], [0, 4])}, bytes(4)), tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x04\x95",
        with_header({}, length=2**63),
        with_header({}, length=3),
        with_header({}, length=0),
        with_header([]),
        with_header(b'{"a": {}, "a": {}}'),
        with_header({"a": None}),
        with_header({"a": tensor([1], [0, 4], "F33")}, bytes(4)),
        with_header({"a": tensor([1], [0, 4], ["F32"])}, bytes(4)),
        with_header({"a": tensor([2**62, 2**62], [0, 4])}, bytes(4)),
        with_header({"a": tensor([2], [0, 4])}, bytes(4)),
        with_header({"a": tensor([-1, -1], [0, 4])}, bytes(4)),
        with_header({"a": tensor([1.0], [0, 4])}, bytes(4)),
        with_header({"a": tensor([True], [0, 4])}, bytes(4)),
        with_header({"a": tensor("1", [0, 4])}, bytes(4)),
        with_header({"a": tensor([1] * 17, [0, 4])}, bytes(4)),
        with_header({"a": tensor([1], [0, 4, 8])}, bytes(4)),
        with_header({"a": tensor([1], [4, 8])}, bytes(8)),
        with_header({"a": tensor([1], [0, 4]), "b": tensor([1], [0, 4])}, bytes(4)),
        with_header({"a": tensor([1], [0, 4]), "b": tensor([1], [8, 12])}, bytes(12)),
        with_header({"a": tensor([1], [0, 4])}, bytes(5)),
        with_header({"a": tensor([1], [0, 4])}, bytes(3)),
    ],
)
def test_a_lying_header_is_refused(content, tmp_path):
    with pytest.raises(BundleError, match=r"^b: model\.safetensors: ") as caught:
        check(content, tmp_path)
    assert str(caught.value).isprintable()


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_passes_is_taken_by_safetensors_itself(tmp_path, data):
    content = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 49))] = data.draw(st.integers(0, 255))
    try:
        check(bytes(content), tmp_path)
    except BundleError:
        return
    try:
        load(bytes(content))
    except SafetensorError as error:
        # Only what concerns the header's own spelling, which harms nobody, is left to it.
        pytest.fail(f"passed what safetensors refuses: {error}; {bytes(content)!r}")

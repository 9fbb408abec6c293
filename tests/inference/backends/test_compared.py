"""What happens on a GPU before and after bf16 is compared, and where memory runs out; without a GPU."""

from __future__ import annotations

import numpy as np
import pytest

from multitag.inference.backends.compared import COMPARED_TEXTS, ComparedBackend
from multitag.inference.backends.halving import HalvingBackend
from multitag.inference.backends.limits import BatchLimits, DeviceMemoryError
from multitag.inference.scoring import score_encoded, sigmoid

LABELS = 10


class Device:
    """Logits of the sum of a text's tokens, moved by a shift; its memory holds so many tokens."""

    batches_at_once = 1

    def __init__(self, device: str, shift: float = 0.0, memory: int = 10**9) -> None:
        self.name, self.device = "torch", device
        self.shift, self.memory = shift, memory
        self.limits = BatchLimits(tokens=4096, texts=1000)
        self.batches: list[int] = []

    def __call__(self, input_ids, attention_mask):
        if input_ids.size > self.memory:
            raise DeviceMemoryError(f"{self.device}: full")
        self.batches.append(len(input_ids))
        sums = (input_ids * attention_mask).sum(axis=1, keepdims=True)
        return (np.repeat(sums, LABELS, axis=1) / 100 - 1 + self.shift).astype(np.float32)

    alone = __call__


def decide(logits):
    return (logits >= 0).astype(np.int64)


def compared(fast: Device, exact: Device, reference: Device) -> ComparedBackend:
    return ComparedBackend(fast, exact, reference, decide)


def batch(n_texts: int, length: int = 4):
    ids = np.arange(n_texts * length, dtype=np.int64).reshape(n_texts, length) % 50
    return ids, np.ones_like(ids)


def test_bf16_that_decides_alike_answers_after_the_first_texts():
    fast, exact, reference = Device("cuda (bf16)", shift=1e-6), Device("cuda (fp32)"), Device("cpu")
    reference.name = "onnx"
    backend = compared(fast, exact, reference)
    ids, mask = batch(100)
    np.testing.assert_array_equal(backend(ids[:40], mask[:40]), reference(ids[:40], mask[:40]))
    assert backend.name == "onnx"
    assert backend.device == "cpu, with which cuda (bf16) is compared on 64 texts first, 40 so far"
    logits = backend(ids[40:], mask[40:])
    assert (backend.name, backend.device) == ("torch", "cuda (bf16)")
    np.testing.assert_array_equal(logits[:24], reference(ids[40:64], mask[40:64]))
    np.testing.assert_array_equal(logits[24:], fast(ids[64:], mask[64:]))
    seen = len(reference.batches)
    np.testing.assert_array_equal(backend(ids, mask), fast(ids, mask))
    assert len(reference.batches) == seen
    assert exact.batches == []


def test_bf16_that_decides_otherwise_is_replaced_by_fp32_and_said():
    fast, exact, reference = Device("cuda (bf16)", shift=0.5), Device("cuda (fp32)"), Device("cpu")
    backend = compared(fast, exact, reference)
    ids, mask = batch(200)
    np.testing.assert_array_equal(backend(ids, mask), reference(ids, mask))
    assert exact.batches == [200 - COMPARED_TEXTS]
    flipped = np.mean(decide(fast(ids[:64], mask[:64])) != decide(reference(ids[:64], mask[:64])))
    assert backend.device == f"cuda (fp32), as bf16 changed {flipped:.1%} of the decisions"
    assert flipped > 0.01


def test_a_batch_beyond_the_memory_is_halved_and_later_ones_begin_so(caplog):
    device = Device("cuda", memory=300)
    backend = HalvingBackend(device, device.limits)
    rows = [[list(range(number % 7 + 2))] for number in range(500)]
    y_prob = score_encoded(rows, backend, 0, LABELS, alone=True)
    expected = np.array([sigmoid(np.float32([sum(row[0]) / 100 - 1]))[0] for row in rows])
    np.testing.assert_allclose(y_prob[:, 0], expected, atol=1e-6)
    assert sum(device.batches) == 500
    assert device.limits.tokens <= 300 < 4096
    failures = len(caplog.records)
    assert "out of memory on cuda: batches of at most" in caplog.text
    score_encoded(rows, backend, 0, LABELS, alone=True)  # the rest of the job
    assert len(caplog.records) == failures


def test_a_text_that_does_not_fit_alone_is_an_error():
    device = Device("cuda", memory=3)
    with pytest.raises(DeviceMemoryError, match="full"):
        HalvingBackend(device, device.limits)(*batch(2))


@pytest.mark.parametrize(("batch_size", "longest", "texts"), [(32, 8, 512), (32, 2, 1000), (64, 8, 64), (32, 9999, 1)])
def test_a_gpu_takes_as_many_texts_as_its_tokens_allow_unless_told(batch_size, longest, texts):
    assert BatchLimits(4096, 1000).texts_of(batch_size, longest) == texts


def test_a_cpu_takes_what_it_always_took():
    assert [BatchLimits().texts_of(size, longest) for size, longest in ((32, 8), (32, 100), (200, 4))] == [32, 5, 128]

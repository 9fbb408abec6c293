from __future__ import annotations

import pytest
import torch

from multitag.training.fused.dropout import CheapDropout, KeepMask


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.003])
def test_as_many_are_dropped_as_asked_for_and_the_rest_is_untouched(probability):
    torch.manual_seed(0)
    values = torch.randn(500, 401).bfloat16()
    kept = KeepMask((500, 401), probability)
    dropped = kept.apply_(values.clone())
    share = float((dropped == 0).float().mean())
    assert share == pytest.approx(probability, abs=5 * (probability / values.numel()) ** 0.5)
    assert torch.equal(dropped[dropped != 0], values[dropped != 0])
    assert kept.scale == pytest.approx(1 / (1 - probability), abs=1e-4)


def test_each_of_the_four_numbers_of_a_draw_is_dropped_as_often():
    torch.manual_seed(0)
    kept = KeepMask((40_000,), 0.3).mask.view(-1, 4).bool().float().mean(dim=0)
    assert torch.allclose(kept, torch.full((4,), 0.7), atol=0.03)


def test_a_mask_is_that_of_the_random_state():
    torch.manual_seed(3)
    first = KeepMask((30,), 0.5).mask
    second = KeepMask((30,), 0.5).mask
    torch.manual_seed(3)
    assert torch.equal(KeepMask((30,), 0.5).mask, first)
    assert not torch.equal(first, second)


def test_dropout_in_fp32_scales_what_it_keeps_and_drops_the_same_on_the_way_back():
    torch.manual_seed(0)
    values = torch.rand(50, 40).add_(1).requires_grad_()
    dropped = CheapDropout(0.25)(values)
    dropped.sum().backward()
    kept = dropped != 0
    assert abs(float(kept.float().mean()) - 0.75) < 0.05
    assert torch.allclose(dropped[kept], values[kept] / 0.75, rtol=1e-3)
    assert torch.equal(values.grad != 0, kept)


@pytest.mark.parametrize("dropout", [CheapDropout(0.0), CheapDropout(0.5).eval()])
def test_dropout_leaves_everything_where_it_is_off(dropout):
    values = torch.rand(3, 4)
    assert dropout(values) is values

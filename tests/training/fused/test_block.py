from __future__ import annotations

import copy

import pytest
import torch
from torch import nn
from transformers import DistilBertConfig
from transformers.models.distilbert.modeling_distilbert import TransformerBlock

from multitag.model.linear_head import LinearHeadDistilBert
from multitag.training.fused.block import FusedBlock, fuse_blocks, restore_blocks
from multitag.training.fused.dropout import CheapDropout, KeepMask

SHAPE = (3, 7, 32)  # batch, tokens, dim


def build(dropout=0.0, **settings):
    torch.manual_seed(0)
    sizes = {"dim": 32, "hidden_dim": 48, "n_heads": 4, "n_layers": 3, "vocab_size": 40, "num_labels": 5}
    config = DistilBertConfig(dropout=dropout, attention_dropout=dropout, **sizes, **settings)
    model = LinearHeadDistilBert(config).train()
    for parameter in model.parameters():  # as large as trained ones, so that no gradient vanishes
        nn.init.normal_(parameter, std=0.2)
    return model


def run_block(block, mask=None, *, autocast=False):
    """Return the output of a block, and the gradients of its input and its parameters, for inputs that never change."""
    drawn = torch.Generator().manual_seed(1)
    x = torch.randn(SHAPE, generator=drawn).requires_grad_()
    wanted = torch.randn(SHAPE, generator=drawn)
    block.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
        output = block(x, mask)
    (output.float() * wanted).sum().backward()
    return {"output": output.detach(), "x": x.grad, **{name: each.grad for name, each in block.named_parameters()}}


def distance(values, right):
    return float((values - right).norm() / right.norm())


def fused_block(model):
    assert fuse_blocks(model) == 2
    return model.distilbert.transformer.layer[0]


@pytest.mark.parametrize("padded", [False, True])
def test_a_fused_block_computes_what_the_stock_block_computes_and_so_do_its_gradients(padded):
    mask = torch.ones(3, 1, 7, 7, dtype=torch.bool)
    mask[1, :, :, 4:] = False
    mask = mask if padded else None
    block = fused_block(build())
    right = run_block(stock_of(block), mask)
    measured, cast = run_block(block, mask, autocast=True), run_block(stock_of(block), mask, autocast=True)
    for name, values in measured.items():
        if "k_lin.bias" in name:  # the same is added to all scores of a row: its gradient is nothing but rounding
            assert values.norm() < 1e-2 * right["attention.q_lin.bias"].norm()
        else:  # autocast rounds operands to bfloat16; this rounds no more than twice as much
            assert values.dtype == torch.float32
            assert distance(values, right[name]) < max(2 * distance(cast[name], right[name]), 2**-7), name


def stock_of(block):
    stock = copy.deepcopy(block)
    stock.__dict__.pop("bf16_weights", None)
    stock.__class__ = TransformerBlock
    return stock


def test_dropout_drops_the_same_on_the_way_back():
    block = fused_block(build(dropout=0.3))
    torch.manual_seed(5)
    measured = run_block(block)
    torch.manual_seed(5)
    attention_mask = KeepMask((3 * 4, 7, 7), 0.3)
    ffn_mask = KeepMask((3 * 7, 32), 0.3)
    right = run_block(SlowBlock(stock_of(block), attention_mask, ffn_mask))
    for name, values in measured.items():
        if "k_lin.bias" not in name:
            assert distance(values, right[name.removeprefix("block.")]) < 0.03, name


class SlowBlock(nn.Module):
    """A block in fp32 with the masks that it is told, in plain operations."""

    def __init__(self, block, attention_mask, ffn_mask):
        super().__init__()
        self.block = block
        self.masks = [each.mask.bool().float() * each.scale for each in (attention_mask, ffn_mask)]

    def named_parameters(self, *args, **kwargs):
        return self.block.named_parameters(*args, **kwargs)

    def forward(self, x, mask):
        attention, ffn = self.block.attention, self.block.ffn
        query, key, value = (
            layer(x).view(3, 7, 4, 8).transpose(1, 2) for layer in (attention.q_lin, attention.k_lin, attention.v_lin)
        )
        weights = (query @ key.transpose(2, 3) / 8**0.5).softmax(-1) * self.masks[0].view(3, 4, 7, 7)
        attended = self.block.sa_layer_norm(x + attention.out_lin((weights @ value).transpose(1, 2).reshape(SHAPE)))
        added = ffn.lin2(ffn.activation(ffn.lin1(attended))) * self.masks[1].view(SHAPE)
        return self.block.output_layer_norm(attended + added)


def test_the_weights_in_bfloat16_follow_those_that_learn():
    model = build()
    block = fused_block(model)
    before = run_block(block)["output"]
    torch.optim.AdamW(block.parameters(), lr=0.1, fused=True).step()
    stepped = run_block(block)["output"]
    assert distance(stepped, run_block(stock_of(block))["output"]) < 0.02 < distance(stepped, before)
    model.load_state_dict(build().state_dict())
    assert torch.equal(run_block(block)["output"], before)


def test_in_evaluation_it_is_the_stock_block():
    model = build(dropout=0.3)
    block = fused_block(model).eval()
    x = torch.randn(SHAPE)
    assert torch.equal(block(x), stock_of(block)(x))


def test_restored_blocks_are_stock_blocks_and_the_state_never_changes():
    model = build()
    embeddings = model.distilbert.embeddings
    names = list(model.state_dict())
    block = fused_block(model)
    run_block(block)
    assert type(block) is FusedBlock
    assert type(embeddings.dropout) is CheapDropout
    assert list(model.state_dict()) == names
    restore_blocks(model)
    assert type(block) is TransformerBlock
    assert type(embeddings.dropout) is nn.Dropout
    assert "bf16_weights" not in vars(block)


def test_blocks_with_adapters_frozen_parts_or_another_activation_are_left_alone():
    adapted = build()
    adapted.distilbert.transformer.layer[0].attention.q_lin = nn.Sequential(nn.Linear(32, 32))
    adapted.distilbert.transformer.layer[1].ffn.lin1.bias.requires_grad_(False)
    assert fuse_blocks(adapted) == 0
    assert fuse_blocks(build(activation="relu")) == 0

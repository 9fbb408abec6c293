"""Dropout before the head."""

from __future__ import annotations

import pytest
from torch import nn

from multitag.errors import ConfigError
from multitag.labels import LabelSet
from multitag.model.base import resolve_base_model
from multitag.model.build import build_model
from multitag.model.head_dropout import head_dropout, set_head_dropout
from multitag.quiet import quiet_transformers


@pytest.mark.parametrize("encoder", ["tiny_distilbert", "tiny_bert", "tiny_roberta"])
def test_the_head_gets_it_and_the_encoder_keeps_its_own(encoder, request):
    with quiet_transformers():
        model = build_model(resolve_base_model(str(request.getfixturevalue(encoder))), LabelSet(("A", "B")))
    dropouts = {name: module for name, module in model.named_modules() if isinstance(module, nn.Dropout)}
    before = {name: module.p for name, module in dropouts.items()}
    set_head_dropout(model, None)
    assert {name: module.p for name, module in dropouts.items()} == before
    set_head_dropout(model, 0.25)
    changed = {name for name, module in dropouts.items() if module.p != before[name]}
    assert changed
    assert {dropouts[name].p for name in changed} == {0.25}
    assert head_dropout(model) == 0.25
    assert not any(name.startswith(model.base_model_prefix + ".") for name in changed)


def test_a_model_without_any_is_refused():
    class Odd(nn.Module):
        base_model_prefix = "odd"

    with pytest.raises(ConfigError, match=r"^head_dropout: Odd has no dropout before its head; leave it out$"):
        set_head_dropout(Odd(), 0.1)
    assert head_dropout(Odd()) is None

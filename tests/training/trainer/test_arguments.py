from __future__ import annotations

import pytest
import torch

from multitag.config import Config
from multitag.errors import ConfigError
from multitag.training.trainer.arguments import build_arguments, use_bf16
from multitag.training.trainer.trainer_args import RESERVED


def build(tmp_path, has_validation=True, **settings):
    config = Config().override(**settings).with_learning_rates(1e-4, 1e-2)
    return build_arguments(config, tmp_path / "checkpoints", has_validation)


def test_settings_become_the_trainers_arguments(tmp_path):
    arguments = build(
        tmp_path, epochs=3, batch_size=4, warmup_ratio=0.2, weight_decay=0.5, seed=7, precision="fp32",
        save_total_limit=3,
    )  # fmt: skip
    assert arguments.output_dir == str(tmp_path / "checkpoints")
    assert (arguments.num_train_epochs, arguments.per_device_train_batch_size) == (3, 4)
    assert (arguments.learning_rate, arguments.weight_decay, arguments.seed) == (1e-4, 0.5, 7)
    assert arguments.get_warmup_steps(100) == 20
    assert arguments.lr_scheduler_type == "linear"
    assert (arguments.save_strategy, arguments.eval_strategy, arguments.save_total_limit) == (
        "epoch",
        "epoch",
        3,
    )
    assert not arguments.bf16
    assert arguments.disable_tqdm
    assert not (tmp_path / "checkpoints").exists()


def test_no_warm_up_is_no_warm_up(tmp_path):
    assert build(tmp_path, warmup_ratio=0.0).get_warmup_steps(100) == 0


def test_save_steps_saves_and_evaluates_every_so_many_steps(tmp_path):
    arguments = build(tmp_path, save_steps=5)
    assert (arguments.save_strategy, arguments.save_steps) == ("steps", 5)
    assert (arguments.eval_strategy, arguments.eval_steps) == ("steps", 5)


def test_without_validation_rows_nothing_is_evaluated(tmp_path):
    assert build(tmp_path, has_validation=False).eval_strategy == "no"
    with pytest.raises(ConfigError, match="early_stopping needs validation rows, but validation_size is 0"):
        build(tmp_path, has_validation=False, early_stopping=1)
    with pytest.raises(ConfigError, match="'eval_strategy' needs validation rows"):
        build(tmp_path, has_validation=False, trainer_args={"eval_strategy": "epoch"})


def test_early_stopping_keeps_the_best(tmp_path):
    arguments = build(tmp_path, early_stopping=2)
    assert arguments.load_best_model_at_end
    assert (arguments.metric_for_best_model, arguments.greater_is_better) == ("macro_average_precision", True)
    for trainer_args in (
        {"load_best_model_at_end": False},
        {"eval_strategy": "no", "load_best_model_at_end": False},
    ):
        with pytest.raises(ConfigError, match="early_stopping needs"):
            build(tmp_path, early_stopping=2, trainer_args=trainer_args)


def test_trainer_args_win(tmp_path):
    chosen = {
        "save_total_limit": 9,
        "lr_scheduler_type": "cosine",
        "max_grad_norm": 0.5,
        "per_device_train_batch_size": 3,
    }
    arguments = build(tmp_path, batch_size=4, trainer_args=chosen)
    assert {name: getattr(arguments, name) for name in chosen} == chosen


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_what_ties_the_trainer_to_the_run_is_reserved(name, tmp_path):
    with pytest.raises(ConfigError, match=f"^trainer argument '{name}' is set by multitag"):
        build(tmp_path, trainer_args={name: 1})


@pytest.mark.parametrize(
    ("trainer_args", "message"),
    [
        ({"save_totl_limit": 2}, "^unknown trainer argument 'save_totl_limit'; nearest: save_total_limit"),
        ({"xyzzy": 2}, "^unknown trainer argument 'xyzzy'; see transformers.TrainingArguments$"),
        ({"optim": "no-such"}, "^trainer arguments: .*no-such"),
        ({"lr_scheduler_type": "no-such"}, "^trainer arguments: .*no-such"),
        ({"max_grad_norm": "big"}, "^trainer argument 'max_grad_norm': expected a number, got 'big'$"),
        ({"bf16": "yes"}, "^trainer argument 'bf16': expected true or false, got 'yes'$"),
    ],
    ids=str,
)
def test_a_wrong_trainer_arg_is_one_line(trainer_args, message, tmp_path):
    with pytest.raises(ConfigError, match=message) as caught:
        build(tmp_path, trainer_args=trainer_args)
    assert "\n" not in str(caught.value)


def test_precision_is_as_asked_or_what_the_processor_has(monkeypatch):
    assert use_bf16("bf16") is True
    assert use_bf16("fp32") is False
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for avx, amx in [(False, False), (True, False), (False, True)]:
        monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda avx=avx: avx)
        monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda amx=amx: amx)
        assert use_bf16("auto") is (avx or amx)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: False)
    assert use_bf16("auto") is False

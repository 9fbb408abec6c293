from __future__ import annotations

import pytest

from multitag.errors import ConfigError

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("trainer_args", "message"),
    [
        ({"metric_for_best_model": "f1"}, "best_model': expected macro_average_precision or loss, got 'f1'"),
        ({"report_to": "wandb"}, "'report_to': 'wandb' cannot be used: .*wandb"),
        ({"report_to": ["none", "wandb"]}, "'report_to': 'wandb' cannot be used: .*wandb"),
        ({"report_to": "no-such"}, "'report_to': 'no-such' cannot be used: .*no-such"),
        ({"label_smoothing_factor": 0.1}, "'label_smoothing_factor' would change nothing: .* leave it out"),
        ({"dataloader_prefetch_factor": 2}, "prefetch_factor"),
        ({"accelerator_config": {"no_such": 1}}, "no_such"),
        ({"batch_eval_metrics": True}, "'batch_eval_metrics' cannot be used: "),
        ({"prediction_loss_only": True}, "'prediction_loss_only' cannot be used: "),
        ({"gradient_accumulation_steps": 0}, "'gradient_accumulation_steps': expected at least 1, got 0"),
        ({"optim": "galore_adamw"}, "trained with them .ImportError: .*galore"),
        ({"optim_args": "momentum"}, "trained with them .ValueError: "),
        ({"optim_args": "momentum=0.9"}, "'optim_args' would change nothing: 'adamw_torch_fused' takes none"),
        ({"lr_scheduler_type": "warmup_stable_decay"}, "trained with them .TypeError: .*num_decay_steps"),
        ({"lr_scheduler_type": "cosine_with_min_lr"}, "trained with them .ValueError: .*min_lr"),
        ({"lr_scheduler_kwargs": {"no_such": 1}}, "trained with them .TypeError: .*no_such"),
        ({"fsdp": "full_shard"}, "trained with them .ValueError: .*distributed"),
        ({"use_liger_kernel": True}, "'use_liger_kernel': needs liger_kernel, which is not installed"),
        ({"dataloader_persistent_workers": True}, "trained with them .ValueError: persistent_workers"),
        ({"torch_compile_backend": "no-such"}, "trained with them .ValueError: "),
        ({"debug": "underflow_overflow"}, "'debug' cannot be used: "),
        ({"max_steps": 0}, "'max_steps': expected at least 1, got 0; --epochs says how long"),
        ({"save_total_limit": "two"}, "'save_total_limit': expected a whole number or null, got 'two'"),
    ],
    ids=str,
)
def test_what_the_trainer_would_stumble_over_is_told_before_anything_is_begun(tune, tmp_path, trainer_args, message):
    with pytest.raises(ConfigError, match=message) as caught:
        tune(tmp_path / "run", trainer_args=trainer_args)
    assert "trainer argument" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"trainer_args": {"metric_for_best_model": "eval_loss", "load_best_model_at_end": True}},
        {"trainer_args": {"optim": "adafactor", "lr_scheduler_type": "cosine"}, "validation_size": 0},
        {"trainer_args": {"gradient_accumulation_steps": 2, "report_to": []}, "early_stopping": 1},
        {"trainer_args": {"max_steps": 2, "eval_delay": 1}, "loss": "weighted-bce"},
        {"trainer_args": {"label_smoothing_factor": 0, "logging_steps": 0.5, "max_steps": -1}},
        {"trainer_args": {"optim": "sgd", "optim_args": "momentum=0.9", "lr_scheduler_type": "reduce_lr_on_plateau"}},
    ],
    ids=str,
)  # fmt: skip
def test_what_works_works_as_before(tune, tmp_path, changed):
    assert tune(tmp_path / "run", **changed).fit.epochs > 0


def test_the_best_by_loss_has_the_lowest(tune, tmp_path):
    from multitag.config import Config
    from multitag.training.trainer.arguments import build_arguments

    for metric, higher in (("loss", False), ("eval_loss", False), ("macro_average_precision", True)):
        config = Config().override(trainer_args={"metric_for_best_model": metric}).with_learning_rates(1e-4, 1e-2)
        assert build_arguments(config, tmp_path, True).greater_is_better is higher

"""The Hugging Face Trainer with a rate for the head, batches by length, R-Drop, whole checkpoints, several ranks."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import torch
from accelerate.data_loader import prepare_data_loader
from torch.utils.data import DataLoader
from transformers import Trainer
from transformers.trainer_utils import EvalLoopOutput

from multitag.processes import follows, n_processes
from multitag.training.batches.shards import choose_batches
from multitag.training.callbacks.stopwatch import Stopwatch
from multitag.training.checkpoints import TRAINER_STATE, checkpoint_path, delete_old_checkpoints, new_checkpoint
from multitag.training.dataset import TextDataset
from multitag.training.losses import IGNORED, disagreement
from multitag.training.optimizer import parameter_groups
from multitag.training.team import from_leader, gathered


class MultiLabelTrainer(Trainer):
    """The Hugging Face Trainer with a learning rate of its own for the head, batches by length, and R-Drop."""

    def __init__(self, *args: Any, head_learning_rate: float, r_drop: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.head_learning_rate = head_learning_rate
        self.r_drop = r_drop
        self.staging: Path | None = None  # where a checkpoint is being written

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Load batches of one length and about the same number of tokens, unless another strategy is asked for."""
        dataset = self.train_dataset
        grouped = self.args.train_sampling_strategy == "group_by_length"
        if not grouped or not isinstance(dataset, TextDataset):
            return super().get_train_dataloader()
        n_shares, seed = self.args.world_size, self.args.data_seed or self.args.seed
        batches = choose_batches(
            dataset.lengths, self.args.train_batch_size * n_shares, seed, (self.args.process_index, n_shares)
        )
        loader: DataLoader[Any] = prepare_data_loader(  # as for one process: the batches are shared out already
            DataLoader(dataset, batch_sampler=batches, collate_fn=self.data_collator),
            self.accelerator.device, num_processes=1, process_index=0, put_on_device=True,
        )  # fmt: skip
        return loader

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """Write a checkpoint whole or not at all, and only then delete older ones."""
        if follows():
            with tempfile.TemporaryDirectory(prefix="multitag-") as scratch:
                self.staging = Path(scratch)  # where nothing is written: it takes part in what all do together
                super()._save_checkpoint(model, trial)
            self.staging = None
        else:
            self._write_checkpoint(model, trial)
        self.state.best_model_checkpoint = from_leader(lambda: self.state.best_model_checkpoint)

    def _write_checkpoint(self, model: Any, trial: Any) -> None:
        folder = Path(str(self.args.output_dir))
        target = checkpoint_path(folder, self.state.global_step)
        with new_checkpoint(target) as staged:
            self.staging = staged
            try:
                super()._save_checkpoint(model, trial)
            finally:
                self.staging = None
            # The Trainer takes what it has just written for the only checkpoint there is.
            if self.state.best_global_step:
                best = checkpoint_path(folder, self.state.best_global_step)
                if best == target or best.is_dir():
                    self.state.best_model_checkpoint = str(best)
            for callback in self.callback_handler.callbacks:
                if isinstance(callback, Stopwatch):
                    callback.save(self.state)
            self.state.save_to_json(str(staged / target.name / TRAINER_STATE))
        if self.args.save_total_limit:
            delete_old_checkpoints(folder, self.args.save_total_limit, self.state.best_model_checkpoint)

    def _save_rng_state(self, output_dir: str) -> None:
        """Save the random states of all processes; the leader writes them."""
        if n_processes() == 1:
            super()._save_rng_state(output_dir)
            return
        with tempfile.TemporaryDirectory(prefix="multitag-") as scratch:
            super()._save_rng_state(scratch)
            (own,) = Path(scratch).iterdir()
            states = gathered(own.read_bytes())
        for rank, content in enumerate(states):
            (Path(output_dir) / f"rng_state_{rank}.pth").write_bytes(content)

    def evaluation_loop(self, *args: Any, **kwargs: Any) -> EvalLoopOutput:
        """Evaluate; several processes compute the loss of the rows they have together, each row once."""
        output = super().evaluation_loop(*args, **kwargs)
        if n_processes() > 1 and self.compute_loss_func is not None and output.metrics:
            logits, labels = (torch.from_numpy(each) for each in (output.predictions, output.label_ids))
            output.metrics["eval_loss"] = float(self.compute_loss_func({"logits": logits}, labels))
        return output

    def _get_output_dir(self, trial: Any) -> str:
        return super()._get_output_dir(trial) if self.staging is None else str(self.staging)

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Add how far two passes over the same batch disagree, in training and where it is asked for.

        The two are one pass over the batch twice, as dropout is drawn anew for each row.
        """
        if not (self.r_drop and model.training):
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        judged = inputs["labels"] != IGNORED  # (batch, n_labels)
        n_cells = judged.sum() if num_items_in_batch is None else num_items_in_batch
        twice = {name: torch.cat([values, values]) for name, values in inputs.items()}
        loss, outputs = super().compute_loss(model, twice, return_outputs=True, num_items_in_batch=2 * n_cells)
        cells = disagreement(*outputs["logits"].float().chunk(2))
        # Gradients are averaged over the processes, and these are cells of one among those of all.
        weight = self.r_drop * (1 if num_items_in_batch is None else self.args.world_size)
        loss = loss + weight * torch.where(judged, cells, 0.0).sum() / torch.as_tensor(n_cells).clamp(min=1)
        return (loss, outputs) if return_outputs else loss

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """Make the optimiser that ``optim`` names, over our parameter groups."""
        if self.optimizer is None:
            model = self.model if model is None else model
            optimizer_class, options = self.get_optimizer_cls_and_kwargs(self.args, model)
            groups = parameter_groups(
                model, self.args.learning_rate, self.head_learning_rate, self.args.weight_decay,
                self.get_decay_parameter_names(model),
            )  # fmt: skip
            self.optimizer = optimizer_class(groups, **options)
        return self.optimizer

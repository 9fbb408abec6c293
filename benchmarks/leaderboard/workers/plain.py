"""The recipe of most notebooks: the stock class, the Hugging Face Trainer, and the defaults of run_classification.py.

Those are 3 epochs of batches of 8, a learning rate of 5e-5 for all weights, and texts padded to 128 tokens.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from benchmarks.leaderboard.workers.folds import Fold, minilm_folder, say_steps, score_folds


def score(fold: Fold) -> Any:
    """Fine-tune and predict."""
    from transformers import (
        AutoModelForSequenceClassification,
        AutoTokenizer,
        Trainer,
        TrainingArguments,
        set_seed,
    )

    set_seed(fold.seed)
    weights = minilm_folder()
    tokenizer = AutoTokenizer.from_pretrained(weights)
    model = AutoModelForSequenceClassification.from_pretrained(
        weights, num_labels=len(fold.labels), problem_type="multi_label_classification"
    )

    def dataset(texts: list[str], y: Any) -> list[dict[str, Any]]:
        batch = tokenizer(texts, truncation=True, max_length=128, padding="max_length")
        return [
            {**{name: values[row] for name, values in batch.items()}, "labels": y[row].astype(np.float32)}
            for row in range(len(texts))
        ]

    arguments = TrainingArguments(
        output_dir=str(fold.folder), num_train_epochs=3, learning_rate=5e-5, per_device_train_batch_size=8,
        per_device_eval_batch_size=8, seed=fold.seed, save_strategy="no", report_to=[], disable_tqdm=True,
        dataloader_pin_memory=False,
    )  # fmt: skip
    train = dataset(fold.texts, fold.y)
    trainer = Trainer(model=model, args=arguments, train_dataset=train, callbacks=[say_steps(fold.say)])
    trainer.train()
    logits = trainer.predict(dataset(fold.scored, np.zeros((len(fold.scored), len(fold.labels))))).predictions
    return 1 / (1 + np.exp(-logits.astype(np.float64)))


if __name__ == "__main__":
    score_folds(score)

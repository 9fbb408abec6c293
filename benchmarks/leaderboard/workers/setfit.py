"""SetFit at its defaults: pairs of all rows tune the encoder, then a logistic regression a label (one-vs-rest)."""

from __future__ import annotations

from typing import Any

from benchmarks.leaderboard.workers.folds import Fold, minilm_folder, say_steps, score_folds


def score(fold: Fold) -> Any:
    """Train and predict."""
    from datasets import Dataset
    from setfit import SetFitModel, Trainer, TrainingArguments

    fold.say("drawing pairs of rows")
    model = SetFitModel.from_pretrained(minilm_folder(), multi_target_strategy="one-vs-rest")
    rows = Dataset.from_dict({"text": fold.texts, "label": fold.y.tolist()})
    arguments = TrainingArguments(
        output_dir=str(fold.folder), seed=fold.seed, report_to="none", save_strategy="no", show_progress_bar=False
    )
    trainer = Trainer(model=model, args=arguments, train_dataset=rows)
    trainer.add_callback(say_steps(fold.say))
    trainer.train()
    return model.predict_proba(fold.scored, as_numpy=True)


if __name__ == "__main__":
    score_folds(score)

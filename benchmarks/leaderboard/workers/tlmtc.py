"""tlmtc at its defaults: ten trials of a search, then LoRA with the best settings; needs Python 3.12."""

from __future__ import annotations

from typing import Any

from benchmarks.leaderboard.workers.folds import Fold, minilm_folder, score_folds


def score(fold: Fold) -> Any:
    """Train and predict; tlmtc divides the rows to train on once more, for its search and its own test."""
    import pandas as pd
    from tlmtc import predict_tlmtc, train_tlmtc

    names = [f"label_{number}" for number in range(len(fold.labels))]
    rows = pd.DataFrame(fold.y, columns=names)
    rows.insert(0, "text", fold.texts)
    train_tlmtc(
        rows, work_dir=fold.folder, checkpoint=minilm_folder(), random_seed=fold.seed, use_cpu=True, verbosity="quiet"
    )
    fold.say("predicting")
    scored = pd.DataFrame({"text": fold.scored})
    paths = predict_tlmtc(scored, work_dir=fold.folder, use_cpu=True, verbosity="quiet").paths
    return pd.read_csv(paths.probabilities_path)[names].to_numpy()


if __name__ == "__main__":
    score_folds(score)

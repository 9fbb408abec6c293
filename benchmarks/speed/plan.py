"""What is measured, on how many rows, for how long."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.speed.rounds import Rounds


@dataclass(frozen=True)
class ModelPlan:
    """What is measured of one model.

    Parameters
    ----------
    name, title : str
    training_rows : int
        Rows of an epoch, drawn from IMDB.
    plain_steps : mapping of int to int
        Steps of 8 rows in a round of the plain recipe, by what it pads to.
    training, predicting : Rounds
    subset : int
        Netflix descriptions that every contender scores in a round, drawn from all.
    bundle : mapping
        Settings of the training that makes the bundle for predicting; ``rows`` of IMDB go into it.
    """

    name: str
    title: str
    training_rows: int
    plain_steps: dict[int, int]
    training: Rounds
    predicting: Rounds
    subset: int
    bundle: dict[str, float | int]


@dataclass(frozen=True)
class Plan:
    """One run.

    Parameters
    ----------
    kind : str
        ``"full"`` or ``"quick"``.
    minutes : float
        What it should take on 2 cores; shown, and stated in the report.
    models : tuple of ModelPlan
    gemm_tokens : tuple of int
        Batches, in tokens, at which matrices are multiplied for the limit.
    gemm_seconds : float
        For each product in each round.
    whole_file : Rounds or None
        Of all rows, by contenders that would do them within ``whole_file_seconds`` as they did the subset.
    whole_file_seconds : float
    together_rows : int
        Shared by the processes that predict at once.
    together : Rounds
    cold_models : int
        Of the first so many models a new process predicts.
    cold_runs : int
        New processes a figure.
    profile_rows : int
    growth : Growth or None
    """

    kind: str
    minutes: float
    models: tuple[ModelPlan, ...]
    gemm_tokens: tuple[int, ...]
    gemm_seconds: float
    whole_file: Rounds | None
    whole_file_seconds: float
    together_rows: int
    together: Rounds
    cold_models: int
    cold_runs: int
    profile_rows: int
    growth: Growth | None


@dataclass(frozen=True)
class Growth:
    """How cost grows, measured with the first model.

    Parameters
    ----------
    predict_rows, predict_lengths, predict_labels : tuple of int
        Texts at once; tokens of each of ``rows`` texts; labels of a bundle.
    train_rows, train_lengths, train_labels : tuple of int
        The same for an epoch of training.
    rows : int
        Texts where rows are not what grows.
    rounds : Rounds
    """

    predict_rows: tuple[int, ...]
    predict_lengths: tuple[int, ...]
    predict_labels: tuple[int, ...]
    train_rows: tuple[int, ...]
    train_lengths: tuple[int, ...]
    train_labels: tuple[int, ...]
    rows: int
    rounds: Rounds


# Its weights stay random and its thresholds are out of reach: only its speed is of interest, and the gate must not
# judge it by decisions that mean nothing.
RANDOM_BUNDLE: dict[str, float | int] = {
    "rows": 64, "epochs": 1, "learning_rate": 1e-9, "head_learning_rate": 1e-9, "validation_size": 0, "test_size": 0,
    "threshold": 0.9,
}  # fmt: skip
MINILM = "minilm: 6 blocks, 384 wide"
WIDE = "distilbert-base's geometry: 6 blocks, 768 wide, random weights"

FULL = Plan(
    kind="full",
    minutes=10,
    models=(
        ModelPlan(
            "minilm", MINILM, training_rows=320, plain_steps={128: 4, 512: 2}, training=Rounds(3, 5, 45),
            predicting=Rounds(3, 5, 40), subset=256, bundle={"rows": 500, "epochs": 2},
        ),
        ModelPlan(
            "distilbert", WIDE, training_rows=160, plain_steps={128: 2, 512: 1}, training=Rounds(2, 4, 60),
            predicting=Rounds(2, 4, 50), subset=128, bundle=RANDOM_BUNDLE,
        ),
    ),
    gemm_tokens=(512, 2048),
    gemm_seconds=0.06,
    whole_file=Rounds(1, 2, 40),
    whole_file_seconds=20,
    together_rows=600,
    together=Rounds(2, 2, 40),
    cold_models=2,
    cold_runs=3,
    profile_rows=256,
    growth=Growth(
        predict_rows=(1, 8, 64, 512), predict_lengths=(8, 16, 32, 64, 128, 256), predict_labels=(10, 100, 1000),
        train_rows=(64, 128, 256), train_lengths=(16, 64, 256), train_labels=(10, 100, 1000),
        rows=32, rounds=Rounds(2, 2, 20),
    ),
)  # fmt: skip

QUICK = Plan(
    kind="quick",
    minutes=3,
    models=(
        ModelPlan(
            "minilm", MINILM, training_rows=160, plain_steps={128: 2, 512: 1}, training=Rounds(2, 3, 25),
            predicting=Rounds(2, 4, 15), subset=96, bundle={"rows": 300, "epochs": 1},
        ),
        ModelPlan(
            "distilbert", WIDE, training_rows=64, plain_steps={128: 1, 512: 1}, training=Rounds(2, 2, 30),
            predicting=Rounds(2, 3, 15), subset=32, bundle={**RANDOM_BUNDLE, "rows": 32},
        ),
    ),
    gemm_tokens=(2048,),
    gemm_seconds=0.04,
    whole_file=None,
    whole_file_seconds=0,
    together_rows=256,
    together=Rounds(2, 2, 10),
    cold_models=1,
    cold_runs=3,
    profile_rows=64,
    growth=None,
)  # fmt: skip

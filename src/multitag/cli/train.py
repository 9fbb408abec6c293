"""``multitag train``: a table in, a bundle out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from multitag.cli.data_options import (
    AllowUnlabelled,
    Delimiter,
    Encoding,
    LabelColumns,
    LabelKey,
    LabelNames,
    Labels,
    LabelSeparator,
    LabelShape,
    NoHeader,
    Quarantine,
    Strict,
    TableFiles,
    TextColumns,
    TextPair,
    UnlabelledRows,
    data_settings,
    table_source,
)
from multitag.config import CalibrationName, LongTexts, LossName, NearDuplicatesRule, Pool, Precision, SplitMethod
from multitag.config.objective import SPELLINGS
from multitag.errors import ConfigError

_ROWS, _RARE, _TRAINING, _RUN = "Rows held out", "Rare labels", "Training", "Run"


def _option(name: str, text: str, panel: str) -> Any:
    return typer.Option(name, help=text, rich_help_panel=panel, show_default=False)


def train(
    data: TableFiles,
    out: Annotated[
        Path,
        typer.Option(
            "--out", help="Folder of the run; must not exist.", rich_help_panel=_RUN, show_default=False
        ),
    ],
    text: TextColumns = None,
    text_pair: TextPair = None,
    labels: Labels = None,
    label_columns: LabelColumns = None,
    label_shape: LabelShape = None,
    label_separator: LabelSeparator = None,
    label_key: LabelKey = None,
    label_names: LabelNames = None,
    allow_unlabelled: AllowUnlabelled = None,
    unlabelled: UnlabelledRows = None,
    strict: Strict = None,
    quarantine: Quarantine = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    no_header: NoHeader = False,
    min_support: Annotated[
        int | None, _option("--min-support", "A label on fewer rows is rare; default 5.", _RARE)
    ] = None,
    rare: Annotated[str | None, _option("--rare", "keep (default), drop, or merge:NAME into one label.", _RARE)] = None,
    validation_file: Annotated[
        str | None, _option("--validation", "Table of the validation rows, instead of some of DATA.", _ROWS)
    ] = None,
    test_file: Annotated[
        str | None, _option("--test", "Table of the test rows, instead of some of DATA.", _ROWS)
    ] = None,
    split: Annotated[
        SplitMethod | None,
        _option("--split", "stratified (default): iterative; random: train_test_split.", _ROWS),
    ] = None,
    validation_size: Annotated[
        float | None, _option("--validation-size", "Share below 1 or number of rows; default 0.1.", _ROWS)
    ] = None,
    test_size: Annotated[
        float | None, _option("--test-size", "Share below 1 or number of rows; default 0.2.", _ROWS)
    ] = None,
    folds: Annotated[
        int | None,
        _option("--folds", "Cross-validate: hold out every row once, by so many models; then train on all.", _ROWS),
    ] = None,
    refit: Annotated[
        bool | None,
        typer.Option(
            "--refit/--no-refit", help="After the measurement train on all rows; by default with folds.",
            rich_help_panel=_ROWS, show_default=False,
        ),
    ] = None,
    near_duplicates: Annotated[
        NearDuplicatesRule | None,
        _option("--near-duplicates", "together (default): on one side; ignore: only equal texts.", _ROWS),
    ] = None,
    base_model: Annotated[
        str | None,
        _option("--base-model", "auto (default), minilm, a name on the hub, or a folder.", _TRAINING),
    ] = None,
    max_length: Annotated[
        int | None, _option("--max-length", "Longest text in tokens; default 256.", _TRAINING)
    ] = None,
    long: Annotated[
        LongTexts | None,
        _option("--long", "Longer texts, when predicting: truncate (default), or read in windows.", _TRAINING),
    ] = None,
    pool: Annotated[
        Pool | None, _option("--pool", "Of the windows' probabilities: mean (default) or max.", _TRAINING)
    ] = None,
    epochs: Annotated[float | None, _option("--epochs", "Passes over the rows.", _TRAINING)] = None,
    batch_size: Annotated[int | None, _option("--batch-size", "Texts a step; default 16.", _TRAINING)] = None,
    learning_rate: Annotated[
        float | None,
        _option("--learning-rate", "Of the encoder; by default chosen by the model's width.", _TRAINING),
    ] = None,
    head_learning_rate: Annotated[
        float | None, _option("--head-learning-rate", "Of the classification head; likewise.", _TRAINING)
    ] = None,
    warmup_ratio: Annotated[
        float | None,
        _option("--warmup-ratio", "Share of the steps with rising rates; default 0.1.", _TRAINING),
    ] = None,
    weight_decay: Annotated[
        float | None, _option("--weight-decay", "AdamW's decay; default 0.01.", _TRAINING)
    ] = None,
    early_stopping: Annotated[
        int | None,
        _option("--early-stopping", "Stop after so many evaluations without a better one.", _TRAINING),
    ] = None,
    precision: Annotated[
        Precision | None, _option("--precision", "auto (default), fp32 or bf16 arithmetic.", _TRAINING)
    ] = None,
    loss: Annotated[
        LossName | None, _option("--loss", "bce (default), weighted-bce, focal or asymmetric.", _TRAINING)
    ] = None,
    teacher: Annotated[
        float | None,
        _option("--teacher", "Weight of a simpler model's probabilities in the labels; 0.4 with --folds.", _TRAINING),
    ] = None,
    trainer_arg: Annotated[
        list[str] | None,
        _option("--trainer-arg", "NAME=VALUE of transformers' TrainingArguments; repeatable.", _TRAINING),
    ] = None,
    calibration: Annotated[
        CalibrationName | None,
        _option("--calibration", "none, platt, isotonic, or auto (default): platt with folds.", _RUN),
    ] = None,
    guarantee: Annotated[
        str | None,
        _option("--guarantee", "recall=0.9 or precision=0.8: find the cut that keeps it; for predict --policy.", _RUN),
    ] = None,
    threshold: Annotated[
        float | None,
        _option("--threshold", "Fixed threshold, reported beside the tuned ones; default 0.3.", _RUN),
    ] = None,
    resamples: Annotated[
        int | None,
        _option("--resamples", "Of the bootstrap behind the 95% intervals; default 2000, 0 leaves them out.", _RUN),
    ] = None,
    objective: Annotated[str | None, _option("--objective", f"Tune thresholds for: {SPELLINGS}.", _RUN)] = None,
    costs: Annotated[
        Path | None, _option("--costs", "With --objective cost: CSV of label,false_positive,false_negative.", _RUN)
    ] = None,
    save_steps: Annotated[
        int | None, _option("--save-steps", "Steps between checkpoints; default an epoch.", _RUN)
    ] = None,
    save_total_limit: Annotated[
        int | None, _option("--save-total-limit", "Checkpoints kept; default 2.", _RUN)
    ] = None,
    no_onnx: Annotated[bool, _option("--no-onnx", "Leave the ONNX graphs out of the bundle.", _RUN)] = False,
    no_baselines: Annotated[
        bool, _option("--no-baselines", "Fit no simpler models to compare with.", _RUN)
    ] = False,
    seed: Annotated[
        int | None, _option("--seed", "Of the split, the head and the order; default 42.", _RUN)
    ] = None,
    config: Annotated[
        Path | None, _option("--config", "YAML file of settings; options win over it.", _RUN)
    ] = None,
    resume: Annotated[bool, _option("--resume", "Go on with the unfinished run in --out.", _RUN)] = False,
) -> None:
    """Train a classifier on a table of texts and labels."""
    given = {
        **data_settings(
            text=text, text_pair=text_pair, labels=labels, label_columns=label_columns, label_shape=label_shape,
            label_separator=label_separator, label_key=label_key, label_names=label_names,
            allow_unlabelled=allow_unlabelled, unlabelled=unlabelled, strict=strict, delimiter=delimiter,
            encoding=encoding, no_header=no_header,
        ),
        "min_support": min_support, "rare": rare, "validation_file": validation_file, "test_file": test_file,
        "method": split,
        "validation_size": _size(validation_size), "test_size": _size(test_size), "folds": folds, "refit": refit,
        "near_duplicates": near_duplicates,
        "base_model": base_model, "max_length": max_length, "long": long, "pool": pool,
        "epochs": epochs, "batch_size": batch_size,
        "learning_rate": learning_rate, "head_learning_rate": head_learning_rate,
        "warmup_ratio": warmup_ratio, "weight_decay": weight_decay, "early_stopping": early_stopping,
        "precision": precision, "loss": loss, "teacher": teacher, "calibration": calibration, "guarantee": guarantee,
        "threshold": threshold, "objective": objective,
        "costs": None if costs is None else str(costs), "resamples": resamples, "save_steps": save_steps,
        "save_total_limit": save_total_limit, "seed": seed, "onnx": False if no_onnx else None,
        "baselines": False if no_baselines else None,
    }  # fmt: skip
    settings = {name: value for name, value in given.items() if value is not None}
    for side, file, size in (("validation", validation_file, validation_size), ("test", test_file, test_size)):
        if file is not None and size is not None:
            raise ConfigError(f"--{side} gives the {side} rows, --{side}-size draws them from DATA; choose one")
    if folds is not None and test_size is not None:
        raise ConfigError("--folds holds every row out once, --test-size some rows only; choose one")
    _train(table_source(data), out, config, settings, trainer_arg, resume, quarantine)


def _size(value: float | None) -> float | int | None:
    """Read 200 as a number of rows and 0.2 as a share."""
    return int(value) if value is not None and value.is_integer() else value  # inf and nan: refused later


def _train(
    data: str | Sequence[str], out: Path, config_file: Path | None, given: dict[str, Any],
    trainer_arg: list[str] | None, resume: bool, quarantine: Path | None,
) -> None:  # fmt: skip
    from multitag.cli.show import print_table
    from multitag.config import Config
    from multitag.data.reading import load_tables
    from multitag.evaluation.summary import headline_rows, headline_side
    from multitag.run import train as train_bundle
    from multitag.threads import import_torch
    from multitag.training.run_folder import RunFolder

    RunFolder(out).check(resume)  # before the minutes that the rest may take
    import_torch()
    config = Config.from_yaml(config_file) if config_file else Config()
    if trainer_arg:
        from multitag.training.trainer_args import parse_trainer_args

        given["trainer_args"] = {**config.training.trainer_args, **parse_trainer_args(trainer_arg)}
    config = config.override(**given)
    files = {"train": data, "validation": config.data.validation_file, "test": config.data.test_file}
    held_out = load_tables({side: each for side, each in files.items() if each is not None}, config.data, quarantine)
    table = held_out.pop("train")
    for line in (*table.lines(), *(f"note: {note}" for note in table.notes)):
        typer.echo(line)
    for side, each in held_out.items():
        typer.echo(f"{side}: {each.source}, {each.lines()[-1]}")
    run = train_bundle(table, out=out, config=config, resume=resume, **held_out)
    print_table(*headline_rows(run.metrics, headline_side(run.metrics)))
    if run.metrics["baselines"]:
        typer.echo(run.metrics["baselines"]["verdict"])
    for note in run.metrics["notes"]:
        typer.echo(f"note: {note}")
    typer.echo(f"trained in {run.metrics['training_seconds']:.0f} s")
    typer.echo(f"report: {run.report}\nbundle: {run.bundle}")

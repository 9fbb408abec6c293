from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

import multitag
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.run_metrics import Refit
from multitag.jobs import run_folder

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folded(train_once):
    return train_once(folds=3)


def probabilities(run):
    return HeldOut.load(run.folder / "probabilities.parquet")


def test_every_row_is_scored_once_by_a_model_that_did_not_see_it(folded, table):
    held_out = probabilities(folded)
    assert held_out.rows.tolist() == list(table.rows)
    assert set(held_out.side) == {"out_of_fold"}
    saved = json.loads((folded.folder / "split.json").read_text())
    in_folds = [row for rows in saved["folds"] for row in rows]
    assert sorted(in_folds) == sorted(saved["train"]) == sorted(table.rows)
    for number, rows in enumerate(saved["folds"]):
        assert sorted(held_out.rows[held_out.fold == number]) == sorted(rows)
        part = json.loads((folded.folder / "folds" / str(number + 1) / "split.json").read_text())
        assert sorted(part["test"]) == sorted(rows)
        assert not set(part["train"]) & set(rows)
    assert len(np.unique(held_out.y_raw[:, 0])) > 3
    assert np.array(table.rows)[held_out.index].tolist() == held_out.rows.tolist()


def test_the_figures_are_of_rows_out_of_fold_and_rules_that_did_not_see_them(folded):
    from sklearn.metrics import f1_score

    held_out = probabilities(folded)
    assert set(folded.metrics.sides) == {"out_of_fold"}
    measured = folded.metrics.sides["out_of_fold"].tuned
    assert measured.n_rows == 60
    assert measured.values["micro_f1"] == pytest.approx(f1_score(held_out.y_true, held_out.y_pred, average="micro"))
    classifier = multitag.load(folded.bundle)
    assert classifier.thresholds.tuned_on == "out-of-fold probabilities, 60 rows"
    notes = folded.metrics.notes
    assert not any("held out:" in note for note in notes)
    assert any("final model was retrained on all 60 rows; metrics come from earlier" in note for note in notes)
    assert folded.metrics.refit == Refit(rows=60, epochs=1.0)


def test_the_bundle_says_how_it_was_split(folded):
    manifest = json.loads((folded.bundle / "manifest.json").read_text())
    assert manifest["split"] == {"method": "stratified", "folds": 3, "train": 60, "validation": 0, "test": 0}
    assert not list(folded.folder.glob("folds/*/checkpoints"))


def test_a_run_that_stopped_in_a_fold_goes_on_there(folded, train_tiny, tmp_path, monkeypatch, caplog):
    from multitag.jobs.train import setup

    real, calls = setup.fine_tune, []

    def stop_at_the_second(*args, **kwargs):
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(setup, "fine_tune", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        train_tiny(tmp_path / "run", folds=3)
    with pytest.raises(multitag.ConfigError, match=r"cannot resume with other settings: split\.folds was 3, now 4"):
        train_tiny(tmp_path / "run", folds=4, resume=True)
    with caplog.at_level("INFO", logger="multitag"):
        again = train_tiny(tmp_path / "run", folds=3, resume=True)
    assert "fold 1 of 3: done before" in caplog.text
    assert len(calls) == 5  # the last is of the final model
    np.testing.assert_array_equal(probabilities(again).y_raw, probabilities(folded).y_raw)
    weights = [run.bundle / "model" / "model.safetensors" for run in (again, folded)]
    assert weights[0].read_bytes() == weights[1].read_bytes()


def test_the_final_model_is_trained_as_long_as_the_folds_chose(train_tiny, tmp_path):
    run = train_tiny(
        tmp_path / "run", folds=2, epochs=3, early_stopping=1, validation_size=12, learning_rate=0.5, r_drop=0,
    )  # fmt: skip
    fits = [json.loads((run.folder / "folds" / str(each) / "fit.json").read_text()) for each in (1, 2)]
    assert run.metrics.refit.epochs == np.median([fit["epochs"] for fit in fits]) < 3
    for each in (1, 2):
        saved = json.loads((run.folder / "folds" / str(each) / "split.json").read_text())
        assert len(saved["validation"]) == 12
    manifest = json.loads((run.bundle / "manifest.json").read_text())
    training = manifest["settings"]["training"]  # of the run, not of the final model
    assert (training["epochs"], training["early_stopping"], training["learning_rate"]) == (3, 1, 0.5)


def test_a_table_to_test_on_is_scored_by_the_final_model(train_tiny, table, tmp_path):
    other = replace(
        table, texts=tuple(f"{text} Again." for text in table.texts[:8]), labels=table.labels[:8], rows=table.rows[:8]
    )
    run = train_tiny(tmp_path / "run", folds=2, test=other, near_duplicates="ignore")
    assert set(run.metrics.sides) == {"out_of_fold", "test"}
    held_out = probabilities(run).of_side("test")
    np.testing.assert_allclose(held_out.y_prob, multitag.load(run.bundle).predict_proba(list(other.texts)), atol=1e-5)
    with pytest.raises(multitag.ConfigError, match=r"folds take turns to be held out"):
        train_tiny(tmp_path / "other", folds=2, validation=other)
    assert not (tmp_path / "other").exists()


def test_a_separate_test_table_is_never_trained_on(train_tiny, table, tmp_path):
    other = replace(
        table, texts=tuple(f"{text} Again." for text in table.texts[:8]), labels=table.labels[:8], rows=table.rows[:8],
        n_rows_source=8,
    )  # fmt: skip
    run = train_tiny(tmp_path / "run", refit=True, test=other, near_duplicates="ignore")
    assert run.metrics.refit == Refit(rows=60, epochs=1.0)
    saved = json.loads((run.folder / "refit" / run_folder.SPLIT).read_text())
    assert saved == {"train": list(range(1, 61)), "validation": [], "test": list(range(61, 69))}


def test_a_damaged_record_of_a_fold_is_one_line_that_says_how_to_go_on(folded, train_tiny, tmp_path):
    out = shutil.copytree(folded.folder, tmp_path / "run")
    shutil.rmtree(out / "bundle")
    for damage in (b"{", b'{"epochs": 1.0}', b"[]"):
        (out / "folds" / "2" / "fit.json").write_bytes(damage)
        with pytest.raises(multitag.OutputError, match=r"folds/2/fit\.json: damaged: .* delete the folder .*folds/2; "):
            train_tiny(out, folds=3, resume=True)
    shutil.rmtree(out / "folds" / "2")
    again = train_tiny(out, folds=3, resume=True)
    np.testing.assert_array_equal(probabilities(again).y_raw, probabilities(folded).y_raw)


def test_refit_trains_again_on_all_rows_and_says_so(finished_run, train_tiny, tmp_path):
    run = train_tiny(tmp_path / "run", refit=True, resamples=200)
    assert run.metrics.sides == finished_run.metrics.sides
    assert run.metrics.refit == Refit(rows=60, epochs=1.0)
    assert any("metrics come from earlier models trained on fewer" in note for note in run.metrics.notes)
    weights = [each.bundle / "model" / "model.safetensors" for each in (run, finished_run)]
    assert weights[0].read_bytes() != weights[1].read_bytes()
    assert len(json.loads((run.folder / "refit" / run_folder.SPLIT).read_text())["train"]) == 60


def test_folds_without_refit_would_leave_no_model():
    with pytest.raises(multitag.ConfigError, match=r"--no-refit cannot be combined with --folds"):
        multitag.Config().override(folds=5, refit=False)


def test_the_guarantee_is_in_the_bundle_and_kept_out_of_fold(train_tiny, tmp_path):
    run = train_tiny(tmp_path / "run", folds=2, guarantee="recall=0.6")
    held_out = probabilities(run)
    with multitag.load(run.bundle) as classifier:
        cut = classifier.bundle.guarantee.cut
        assert classifier.bundle.guarantee == run.metrics.guarantee
    some = held_out.y_true.any(axis=1)
    recall = (held_out.y_true & (held_out.y_prob >= cut))[some].sum(axis=1) / held_out.y_true[some].sum(axis=1)
    assert recall.mean() >= 0.6


def test_a_guarantee_that_cannot_be_given_is_noted_and_one_on_few_rows_refused(train_tiny, tmp_path):
    run = train_tiny(tmp_path / "run", folds=2, guarantee="precision=0.99")
    assert run.metrics.guarantee is None
    assert any(note.startswith("no guarantee is in the bundle: ") for note in run.metrics.notes)
    with pytest.raises(multitag.ConfigError, match=r"takes at least 200 validation rows, got 20"):
        train_tiny(tmp_path / "other", guarantee="recall=0.9")
    assert not (tmp_path / "other").exists()


def test_probabilities_are_calibrated_out_of_fold_and_the_gain_is_shown(folded, train_tiny, tmp_path):
    measured = folded.metrics.calibration
    assert (measured.side, measured.method) == ("out_of_fold", "platt")
    held_out = probabilities(folded)
    assert measured.after.brier == pytest.approx(((held_out.y_prob - held_out.y_true) ** 2).mean(), rel=1e-5)
    assert measured.before.brier == pytest.approx(((held_out.y_raw - held_out.y_true) ** 2).mean(), rel=1e-5)
    plain = train_tiny(tmp_path / "run", folds=2, calibration="none")
    np.testing.assert_array_equal(probabilities(plain).y_raw, probabilities(plain).y_prob)

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

import multitag
from multitag.errors import ConfigError, DataError
from multitag.scale.batches import added_columns, batch_scorer

TEXTS = ["a war", None, "the moon and the ship", ["no", "text"], "love"]


@pytest.fixture
def expected(bundle):
    with multitag.load(bundle) as classifier:
        return [list(each.labels) for each in classifier.predict([TEXTS[0], TEXTS[2], TEXTS[4]])]


def check(frame: pd.DataFrame, expected: list[list[str]]) -> None:
    assert [list(labels) for labels in frame["predicted_labels"][[0, 2, 4]]] == expected
    assert frame["predicted_labels"][[1, 3]].isna().all()
    assert frame["probability_Drama"].notna().tolist() == [True, False, True, False, True]
    assert frame["error"].notna().tolist() == [False, False, False, True, False]
    assert frame["bundle"].nunique() == 1


def test_an_iterator_of_frames_as_spark_has_it(bundle, expected):
    frame = pd.DataFrame({"n": range(5), "Description": TEXTS})
    results = batch_scorer(bundle)(iter([frame, frame.iloc[:0], frame]))
    first, empty, last = results
    check(first, expected)
    assert len(empty) == 0
    assert empty.columns.tolist() == last.columns.tolist()
    names = [column.rpartition(" ")[0].strip("`") for column in added_columns(bundle).split(", ")]
    assert first.columns.tolist() == ["n", "Description", *names]


def test_a_table_or_a_dict_as_ray_data_has_it(bundle, expected):
    texts = [text if isinstance(text, str) else None for text in TEXTS]
    for batch in (pa.table({"Plot": texts}), {"Plot": texts}):
        scored = batch_scorer(bundle, text="Plot")(batch).to_pandas()
        assert [list(labels) for labels in scored["predicted_labels"][[0, 2, 4]]] == expected
        assert scored["error"].isna().all()


@pytest.mark.parametrize("batch", [pd.Series(["a war"]), ["a war"], "a war"], ids=lambda batch: type(batch).__name__)
def test_what_is_no_batch_is_refused(bundle, batch):
    with pytest.raises(DataError, match=f"expected a DataFrame, .* or a dict of arrays, got {type(batch).__name__}"):
        batch_scorer(bundle)(batch)


def test_a_backend_that_each_process_would_choose_is_refused(bundle):
    with pytest.raises(ConfigError, match="each worker would choose another for fast"):
        batch_scorer(bundle, backend="fast")


def test_a_batch_without_the_column_or_with_one_of_ours_is_refused(bundle):
    with pytest.raises(DataError, match="no column 'Description'"):
        batch_scorer(bundle)(pd.DataFrame({"Plot": TEXTS}))
    with pytest.raises(DataError, match="'error', which would be there twice"):
        batch_scorer(bundle)(pd.DataFrame({"Description": TEXTS, "error": 0}))

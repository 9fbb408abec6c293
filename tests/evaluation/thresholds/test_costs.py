from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from multitag.errors import ConfigError, DataError
from multitag.evaluation.thresholds.costs import Costs, read_costs

NAMES = ("Comedy", "Drama, dark", "War")
HEADER = "label,false_positive,false_negative\n"


@pytest.fixture
def read(tmp_path):
    def read(content):
        path = tmp_path / "costs.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_costs(path, NAMES)

    return read


def test_costs_come_in_the_order_of_the_labels(read):
    costs = read(f'\ufeff{HEADER}War,5,0.5\n"Drama, dark",2,3\n\n Comedy ,1,1e1\n')
    assert costs == Costs((1.0, 2.0, 5.0), (10.0, 3.0, 0.5))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"expected the header label,false_positive,false_negative, got ''"),
        ("label,fp,fn\n", "expected the header"),
        (HEADER + "War,1\n", "row 1: expected 3 cells, got 2"),
        (HEADER + "War,1,1\nWart,1,1\n", "row 2, column 'label': 'Wart' is not a label"),
        (HEADER + "War,1,1\nWar,1,1\n", "row 2, column 'label': 'War' appears twice"),
        (HEADER + "War,1,1\nComedy,1,1\n", r"1 label\(s\) without costs, such as 'Drama, dark'"),
        (HEADER + "War,1,much\n", "row 1, column 'false_negative': expected a number above 0, got 'much'"),
        (HEADER + "War,0,1\n", "row 1, column 'false_positive': expected a number above 0, got '0'"),
        (HEADER + "War,inf,1\n", "row 1, column 'false_positive'"),
        (HEADER + "War,nan,1\n", "row 1, column 'false_positive'"),
        (HEADER.encode() + b"\xff,1,1\n", "cannot be read as a CSV file in UTF-8"),
    ],
)
def test_a_table_that_does_not_tell_all_costs_is_refused(read, content, message):
    with pytest.raises(DataError, match=rf"costs\.csv(:|,) {message}"):
        read(content)


rows = st.text(',".0123456789Wa r\n\r\t', max_size=80).map(lambda text: (HEADER + text).encode())


@given(rows | st.binary(max_size=80))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_file_holds_the_refusal_is_one_line(read, content):
    with pytest.raises(DataError) as refused:  # no such file has a row for each of the labels
        read(content)
    assert str(refused.value).isprintable() and len(str(refused.value)) < 500


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"nowhere\.csv: no such file; expected a CSV file"):
        read_costs(tmp_path / "nowhere.csv", NAMES)


@pytest.mark.parametrize("costs", [((1.0,), (0.0,)), ((1.0,), (float("nan"),)), ((1.0, 2.0), (1.0,))])
def test_costs_are_numbers_above_zero_for_each_label(costs):
    with pytest.raises(ConfigError, match="costs: expected"):
        Costs(*costs)

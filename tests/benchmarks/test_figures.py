import pytest
from benchmarks.speed.figures import largest_difference, rates, ratios, spread


def test_spread():
    assert spread([3.0, 1.0, 2.0]) == {"median": 2.0, "min": 1.0, "max": 3.0}


def test_rates():
    reports = [{"rows": 10, "seconds": 2.0, "gflop": 8.0}, {"rows": 10, "seconds": 4.0, "gflop": 8.0}]
    assert rates(reports) == [5.0, 2.5]
    assert rates(reports, "gflop") == [4.0, 2.0]


def test_a_slow_minute_leaves_the_ratio():
    """In the second round the machine does a third of its work: for both."""
    assert ratios([90.0, 30.0], [30.0, 10.0]) == {"median": 3.0, "min": 3.0, "max": 3.0}


def test_ratios_need_the_same_rounds():
    with pytest.raises(ValueError, match="zip"):
        ratios([1.0, 2.0], [1.0])


def test_largest_difference():
    assert largest_difference([[0.1, 0.5], [0.2, 0.9]], [[0.1, 0.75], [0.3, 0.9]]) == 0.25
    with pytest.raises(ValueError, match="zip"):
        largest_difference([[0.1]], [[0.1, 0.2]])

from __future__ import annotations

from multitag.data.audit.finding import same_rows


def test_a_large_group_is_named_by_its_first_rows() -> None:
    assert same_rows([(1, 2, 3, 4)], "~") == "rows 1 ~ 2 ~ 3 ~ ..."
    assert same_rows([(1, 2), (3, 4), (5, 6), (7, 8), (9, 10)]) == "rows 1 = 2, 3 = 4, 5 = 6 and 2 more"

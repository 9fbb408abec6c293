from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from multitag.scale.formats.parquet import cut_parquet, read_parquet


@pytest.mark.parametrize("row_group_size", [7, 10, 5000])
@pytest.mark.parametrize("part_rows", [10, 2500])
def test_every_row_is_read_once_whatever_the_row_groups(tmp_path, row_group_size, part_rows):
    pq.write_table(pa.table({"n": range(5003), "other": range(5003)}), tmp_path / "x", row_group_size=row_group_size)
    parts = cut_parquet(pa.OSFile(str(tmp_path / "x")), 2, part_rows)
    chosen = parts if part_rows > 10 else [*parts[:3], *parts[-2:]]
    for part in chosen:
        rows = [row for block in read_parquet(pa.OSFile(str(tmp_path / "x")), part, ["n"]) for row in block]
        assert [row.position for row in rows] == list(range(part.start, part.stop))
        assert [row.record for row in rows] == [{"n": number} for number in range(part.start, part.stop)]
    assert [part.start for part in parts] == list(range(0, 5003, part_rows))
    assert parts[-1].stop == 5003


def test_a_file_without_rows_has_no_parts(tmp_path):
    pq.write_table(pa.table({"n": pa.array([], pa.int64())}), tmp_path / "x")
    assert cut_parquet(pa.OSFile(str(tmp_path / "x")), 0, 10) == []

from __future__ import annotations

import hashlib

import pytest

from multitag.digests import BLOCK, sha256_of_files


def test_files_are_hashed_one_after_another(tmp_path):
    contents = [b"first", b"", b"x" * (BLOCK + 1)]
    paths = [tmp_path / str(number) for number in range(3)]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    assert sha256_of_files(*paths) == hashlib.sha256(b"".join(contents)).hexdigest()
    assert sha256_of_files() == hashlib.sha256().hexdigest()
    with pytest.raises(FileNotFoundError):
        sha256_of_files(tmp_path / "absent")

"""What npm brings is of known bytes, or is refused in one line."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from multitag.errors import ExportError
from multitag.export import vendored
from multitag.export.vendored import Package, fetch_package, notices

FILES = ("package/dist/a.mjs", "package/dist/a.wasm")


def archive(names=FILES) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for name in (*names, "../outside", "package/other"):
            entry = tarfile.TarInfo(name)
            entry.size = len(name)
            tar.addfile(entry, io.BytesIO(name.encode()))
    return file.getvalue()


@pytest.fixture
def fake_npm(tmp_path, monkeypatch):
    """An npm on the path that gives an archive, or fails."""
    tools = tmp_path / "bin"
    tools.mkdir()
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    monkeypatch.setenv("MULTITAG_CACHE", str(tmp_path / "cache"))

    def install(content: bytes, code: int = 0) -> None:
        (tmp_path / "content").write_bytes(content)
        script = f'#!/bin/sh\ncp {tmp_path / "content"} ./a.tgz\necho "npm error  404" >&2\nexit {code}\n'
        (tools / "npm").write_text(script)
        (tools / "npm").chmod(0o755)

    return install


def package(content: bytes) -> Package:
    return Package("a", "1.0.0", base64.b64encode(hashlib.sha512(content).digest()).decode(), FILES, "MIT")


def test_the_files_used_are_kept_and_fetched_once(fake_npm, tmp_path):
    content = archive()
    fake_npm(content)
    folder = fetch_package(package(content))
    assert sorted(path.name for path in folder.iterdir()) == ["a.mjs", "a.wasm"]
    assert (folder / "a.mjs").read_text() == FILES[0]
    fake_npm(b"", code=1)
    assert fetch_package(package(content)) == folder


def test_other_bytes_are_refused(fake_npm, tmp_path):
    fake_npm(archive(FILES[:1]))
    with pytest.raises(ExportError, match=r"a 1\.0\.0: npm gave an archive of SHA-512 .* expected .*registry"):
        fetch_package(package(archive()))
    assert not any(path.is_file() for path in (tmp_path / "cache").rglob("*"))


def test_an_archive_without_a_file_is_refused(fake_npm, tmp_path):
    content = archive(FILES[:1])
    fake_npm(content)
    with pytest.raises(ExportError, match="not as expected"):
        fetch_package(package(content))
    assert not any(path.is_file() for path in (tmp_path / "cache").rglob("*"))


def test_what_npm_says_is_told(fake_npm):
    fake_npm(b"", code=1)
    with pytest.raises(ExportError, match=r"npm pack a@1\.0\.0: npm error 404; install npm, or put a\.mjs, a\.wasm"):
        fetch_package(package(b""))


def test_what_came_with_multitag_is_used_first(tmp_path, monkeypatch):
    for each in vendored.PACKAGES:
        for name in each.files:
            (tmp_path / Path(name).name).write_bytes(b"")
    monkeypatch.setattr(vendored, "VENDOR", tmp_path)
    monkeypatch.setenv("PATH", "")
    assert {path.parent for path in vendored.vendored_files().values()} == {tmp_path}


def test_the_notices_name_every_package():
    assert all(f"{each.name} {each.version}" in notices() for each in vendored.PACKAGES)

from __future__ import annotations

import hashlib

import pytest

from multitag.cli.main import app
from multitag.errors import BundleError, OutputError


@pytest.fixture
def run(capsys):
    def run(*arguments):
        command, bound, _ = app.parse_args([*map(str, arguments)], exit_on_error=False)
        command(*bound.args, **bound.kwargs)
        return capsys.readouterr().out

    return run


def test_pack_says_where_the_zip_is_and_its_hash(run, bundle, tmp_path):
    shown = run("pack", bundle, "-o", tmp_path / "x.zip")
    digest = hashlib.sha256((tmp_path / "x.zip").read_bytes()).hexdigest()
    assert shown == f"{tmp_path / 'x.zip'}: 0.0 MB, SHA-256 {digest}\n"
    run("pack", bundle)
    assert (tmp_path / "bundle.zip").is_file()


def test_verify_says_what_the_bundle_is(run, bundle):
    shown = run("verify", bundle)
    lines = shown.splitlines()
    assert [line.split()[0] for line in lines] == ["format", "created", "base", "labels", "files", "ok"]
    assert lines[0].split() == ["format", "2"]
    assert lines[2].split() == ["base", "model", "minilm"]
    assert lines[3].split() == ["labels", "3"]
    assert lines[4].split() == ["files", "12,", "0.0", "MB"]
    run("pack", bundle)
    assert run("verify", bundle.with_name("bundle.zip")) == shown


def test_errors_are_left_to_the_main_command(run, bundle, tmp_path, capsys):
    (bundle / "README.md").write_bytes(b"changed")
    with pytest.raises(BundleError):
        run("verify", bundle)
    assert "ok" not in capsys.readouterr().out
    with pytest.raises(BundleError):
        run("pack", bundle)
    with pytest.raises(OutputError):
        run("pack", tmp_path, "-o", tmp_path / "x.zip")

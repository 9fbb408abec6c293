from __future__ import annotations

import hashlib

import pytest
import typer
from typer.testing import CliRunner

from multitag.cli.pack import pack
from multitag.cli.verify import verify
from multitag.errors import BundleError, OutputError


@pytest.fixture
def run():
    app = typer.Typer()
    app.command()(pack)
    app.command()(verify)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_pack_says_where_the_zip_is_and_its_hash(run, bundle, tmp_path):
    result = run("pack", bundle, "-o", tmp_path / "x.zip")
    digest = hashlib.sha256((tmp_path / "x.zip").read_bytes()).hexdigest()
    assert result.exit_code == 0
    assert result.output == f"{tmp_path / 'x.zip'}: 0.0 MB, SHA-256 {digest}\n"
    assert run("pack", bundle).exit_code == 0
    assert (tmp_path / "bundle.zip").is_file()


def test_verify_says_what_the_bundle_is(run, bundle):
    result = run("verify", bundle)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert [line.split()[0] for line in lines] == ["format", "created", "base", "labels", "files", "ok"]
    assert lines[0].split() == ["format", "2"]
    assert lines[2].split() == ["base", "model", "minilm"]
    assert lines[3].split() == ["labels", "3"]
    assert lines[4].split() == ["files", "12,", "0.0", "MB"]
    run("pack", bundle)
    assert run("verify", bundle.with_name("bundle.zip")).output == result.output


def test_errors_are_left_to_the_main_command(run, bundle, tmp_path):
    (bundle / "README.md").write_bytes(b"changed")
    result = run("verify", bundle)
    assert isinstance(result.exception, BundleError)
    assert "ok" not in result.output
    assert isinstance(run("pack", bundle).exception, BundleError)
    assert isinstance(run("pack", tmp_path, "-o", tmp_path / "x.zip").exception, OutputError)

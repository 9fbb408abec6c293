"""Requests that schemathesis makes from the OpenAPI document: no 5xx, and no answer that it does not describe."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

pytestmark = [
    pytest.mark.slow,
    # Looked for, not imported: that takes a second of each worker.
    pytest.mark.skipif(find_spec("schemathesis") is None, reason="needs the dev extra"),
]

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def test_the_service_answers_as_its_document_says(start, tmp_path):
    server = start("--allow-download", "--dialect", "tei").wait_until_ready()
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"http://127.0.0.1:{server.port}/openapi.json",
        "--checks", CHECKS, "--max-examples", "30", "--seed", "0", "--phases", "examples,coverage,fuzzing",
        "--suppress-health-check", "all", "--workers", "1", "--no-color",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "No issues found" in done.stdout
    assert server.predict("a").status_code == 200

"""The form that every refusal has."""

from __future__ import annotations

import json
from typing import Any


def refused(answer: Any, status: int, kind: str) -> str:
    """Check the form of a refusal; returns its line."""
    assert answer.status_code == status, answer.text
    values = json.loads(answer.content)
    assert set(values) == {"error", "error_type"}
    assert values["error_type"] == kind
    assert "\n" not in values["error"]
    return str(values["error"])

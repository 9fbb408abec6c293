"""A browser with the page of a small service in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from page_browser import axe, browser, open_page  # noqa: F401  # fixtures
from page_service import Service, running


@pytest.fixture
def service(classifier: Any) -> Service:
    """Chooses every other label: the tiny model's own thresholds choose all."""
    probabilities = classifier.predict(["A detective hunts a killer."])[0].probabilities
    moved = {name: p + (0.03, -0.03)[place % 2] for place, (name, p) in enumerate(probabilities.items())}
    return Service(classifier, curves=None, thresholds=moved)


@pytest.fixture
def url(service: Service) -> Iterator[str]:
    with running(service) as address:
        yield address

"""A browser with the page of a small service in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import multitag
from page_browser import axe, browser, open_page  # noqa: F401  # fixtures
from page_service import Service, running, sharpen

TEXT = "A detective hunts a killer who leaves a chess piece beside every victim."


@pytest.fixture(scope="session")
def classifier(finished_run: multitag.Run, make_once: Any) -> multitag.Classifier:
    return multitag.load(make_once("sharp-bundle", lambda folder: sharpen(finished_run.bundle, folder, TEXT)))


@pytest.fixture
def service(classifier: multitag.Classifier) -> Service:
    """Chooses every other label of the text."""
    probabilities = classifier.predict([TEXT])[0].probabilities
    moved = {name: p + (0.03, -0.03)[place % 2] for place, (name, p) in enumerate(probabilities.items())}
    return Service(classifier, curves=None, thresholds=moved)


@pytest.fixture
def url(service: Service) -> Iterator[str]:
    with running(service) as address:
        yield address

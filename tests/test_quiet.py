from __future__ import annotations

import pytest
from transformers.utils import logging

from multitag.quiet import quiet_transformers


@pytest.fixture(autouse=True)
def as_before():
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    yield
    logging.set_verbosity(verbosity)
    (logging.enable_progress_bar if bars else logging.disable_progress_bar)()


@pytest.mark.parametrize("bars", [True, False])
@pytest.mark.parametrize("verbosity", [logging.INFO, logging.WARNING, logging.ERROR])
def test_it_is_quiet_within_and_as_the_user_had_it_after(bars, verbosity):
    logging.set_verbosity(verbosity)
    (logging.enable_progress_bar if bars else logging.disable_progress_bar)()
    with quiet_transformers():
        assert logging.get_verbosity() == logging.ERROR
        assert not logging.is_progress_bar_enabled()
    assert logging.get_verbosity() == verbosity
    assert logging.is_progress_bar_enabled() == bars


def test_settings_come_back_after_an_error_too():
    logging.set_verbosity(logging.INFO)
    with pytest.raises(KeyboardInterrupt), quiet_transformers():
        raise KeyboardInterrupt
    assert logging.get_verbosity() == logging.INFO


def test_notices_are_silenced_and_errors_are_not(caplog):
    logger = logging.get_logger("transformers.models.bert")
    logging.set_verbosity(logging.INFO)
    with quiet_transformers():
        logger.info("a notice")
        logger.warning("a warning")
        logger.error("an error")
    assert caplog.messages == ["an error"]
    logger.info("a notice")
    assert caplog.messages == ["an error", "a notice"]

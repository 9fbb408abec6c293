"""transformers without its own progress bars and notices; multitag says what matters itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from multitag.extras import import_extra


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Silence what is below an error for as long as the block runs, and put the user's settings back.

    Raises
    ------
    MissingExtraError
        If transformers is not installed.
    """
    logging: Any = import_extra("transformers.utils.logging", "train")
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()

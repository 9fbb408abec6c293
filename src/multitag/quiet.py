"""transformers without its progress bars and notices; multitag reports what matters itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from multitag.extras import import_extra


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Silence anything below an error while the block runs, then restore the user's settings.

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

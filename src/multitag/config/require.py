"""One check of a setting."""

from __future__ import annotations

from multitag.errors import ConfigError


def require(holds: bool, message: str) -> None:
    """Raise a ConfigError with the message unless it holds."""
    if not holds:
        raise ConfigError(message)

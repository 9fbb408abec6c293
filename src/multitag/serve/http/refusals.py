"""What the service answers instead of a prediction: one line and the kind of error."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from starlette.exceptions import HTTPException

ErrorType = Literal[
    "malformed", "unauthorized", "not_found", "method_not_allowed", "timeout", "too_large", "invalid",
    "overloaded", "headers_too_large", "unavailable", "internal",
]  # fmt: skip
STATUS: dict[str, int] = {
    "malformed": 400, "unauthorized": 401, "not_found": 404, "method_not_allowed": 405, "timeout": 408,
    "too_large": 413, "invalid": 422, "overloaded": 429, "headers_too_large": 431, "internal": 500, "unavailable": 503,
}  # fmt: skip
KINDS = {status: kind for kind, status in STATUS.items()}
FAILED = "the service failed; its log says why, under the X-Request-ID of this answer"
CLIENT_GONE = 499  # nobody reads it; as nginx logs it
RETRY_AFTER = 1  # seconds; a full queue is worked off in about two


class Refusal(HTTPException):
    """A request that is not answered as asked.

    Parameters
    ----------
    kind : str
        The ``error_type`` of the answer; gives its status.
    message : str
        The ``error``: what came, what was expected, what to do.
    headers : mapping of str to str
        Of the answer, besides those of the kind.
    """

    def __init__(self, kind: ErrorType, message: str, headers: Mapping[str, str] = MappingProxyType({})) -> None:
        retry = {"Retry-After": str(RETRY_AFTER)} if kind in ("overloaded", "unavailable") else {}
        challenge = {"WWW-Authenticate": "Bearer"} if kind == "unauthorized" else {}
        close = {"Connection": "close"} if kind == "timeout" else {}
        super().__init__(STATUS[kind], message, {**headers, **retry, **challenge, **close})


class ClientGoneError(Exception):
    """The client closed its connection before the answer."""


def error_body(status: int, message: str) -> dict[str, str]:
    """Return the JSON of a refusal.

    Examples
    --------
    >>> error_body(429, "the queue is full")
    {'error': 'the queue is full', 'error_type': 'overloaded'}
    """
    kind = KINDS.get(status, "internal" if status >= 500 else "malformed")
    return {"error": message, "error_type": kind}

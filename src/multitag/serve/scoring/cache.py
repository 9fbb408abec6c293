"""The probabilities of recent texts."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class RecentTexts(Generic[Value]):
    """A mapping that forgets what was asked for least recently.

    Parameters
    ----------
    size : int
        Entries kept at most; 0 keeps nothing.

    Examples
    --------
    >>> recent = RecentTexts(2)
    >>> for key in "abc":
    ...     recent.put(key, key.upper())
    >>> recent.get("a"), recent.get("c")
    (None, 'C')
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[object, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: object) -> Value | None:
        """Return what is kept of a key; None where nothing is."""
        if self._size == 0:
            return None
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: object, value: Value) -> None:
        """Keep a value, and forget the oldest beyond the size."""
        if self._size == 0:
            return
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            if len(self._values) > self._size:
                self._values.popitem(last=False)

    def clear(self) -> None:
        """Forget all, as when another bundle is served."""
        with self._lock:
            self._values.clear()

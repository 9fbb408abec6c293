"""The errors that multitag raises on purpose.

::

    MultitagError            anything the user can fix; the command line exits with 2
    ├── DataError            the table: file, columns, rows, labels
    ├── ConfigError          an option or a key of the YAML file
    ├── BaseModelError       pretrained weights that cannot be had or used
    ├── ExportError          a model that cannot be written as an ONNX graph
    ├── BundleError          a folder or zip that is not a whole, unchanged bundle
    ├── OutputError          a place that cannot or must not be written to
    ├── ClusterError         a Ray cluster that does not answer, or loses its workers
    └── MissingExtraError    an optional dependency that is not installed

Every message is one line that says what is wrong, where, what was expected and what to do.
"""

from __future__ import annotations


def printable(text: str) -> str:
    r"""Return text with unprintable characters escaped: one line, harmless to a terminal.

    Examples
    --------
    >>> print(printable("Drama\x1b[2J\n"))
    Drama\x1b[2J\n
    """
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


def describe_error(error: BaseException) -> str:
    r"""Return the message of another library's error on one line of at most 300 characters; its class if it has none.

    Examples
    --------
    >>> describe_error(ValueError("no such\n   axis")), describe_error(KeyboardInterrupt())
    ('no such axis', 'KeyboardInterrupt')
    """
    return " ".join(str(error).split())[:300] or type(error).__name__


class MultitagError(Exception):
    """Base of all errors that multitag raises on purpose.

    Messages quote files and other libraries' messages about them, so they are made :func:`printable`.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(printable(message))


class DataError(MultitagError):
    """A table that cannot be used as it is; names file, row and column where they are known."""


class ConfigError(MultitagError):
    """An option or configuration key that is unknown or out of its range."""


class BaseModelError(MultitagError):
    """Pretrained weights that cannot be found, fetched, trusted or used."""


class ExportError(MultitagError):
    """A model of a kind that cannot be written as an ONNX graph."""


class BundleError(MultitagError):
    """A folder or zip that is not a bundle, or not the bundle that was written."""


class OutputError(MultitagError):
    """A path that cannot be written to, or already exists."""


class ClusterError(MultitagError):
    """A Ray cluster that cannot be reached or started, or whose workers die one after the other."""


class MissingExtraError(MultitagError):
    """An optional dependency that is not installed; names the command that installs it."""

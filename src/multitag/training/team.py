"""Several processes that train one model, as torchrun and accelerate launch start them: one leads, the others follow.

The leader runs the whole command, as a single process would: it reads, splits, decides, measures and writes. The rest
take part in :func:`~multitag.training.fine_tune.fine_tune` only, with the arguments that the leader sends them, and
wait in between. So nothing is written twice, and all agree on the rows, the folds and the seed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from multitag.errors import MultitagError
from multitag.processes import follows, n_processes

if TYPE_CHECKING:
    from torch.distributed import ProcessGroup

LONGEST_WAIT = timedelta(days=7)  # for the next order: the leader may compute baselines for hours in between
TRAIN, END, FAILED = "train", "end", "failed"
Value = TypeVar("Value")


class LeaderError(MultitagError):
    """The leading process stopped, and has told why."""


class LostProcessError(MultitagError):
    """Another process of the team ended while they trained."""


@contextmanager
def leading() -> Iterator[Callable[[Any], None]]:
    """Lead the team while the block runs; alone, do nothing.

    Yields
    ------
    callable
        Takes what the followers are to return from :func:`follow`.
    """
    outcome: list[Any] = []
    if n_processes() == 1:
        yield outcome.append
        return
    _connect()
    try:
        yield outcome.append
    except MultitagError:
        _send(FAILED)
        raise
    # Of a crash, or a signal, the followers hear from what started them all, which ends them.
    _send(END, *outcome)


def follow(train: Callable[..., Any]) -> Any:
    """Train whenever the leader does, and return what it hands over at its end.

    Parameters
    ----------
    train : callable
        What :func:`train_together` calls.

    Raises
    ------
    LeaderError
        If it stopped with an error.
    """
    logging.getLogger("multitag").setLevel(logging.CRITICAL)  # the leader speaks for all
    _connect()
    while True:
        order, *values = _sent()
        if order == FAILED:
            raise LeaderError("the leading process stopped with an error")
        if order == END:
            return values[0] if values else None
        try:
            train(*values)
        except LostProcessError:
            raise LeaderError("the leading process is gone") from None
        except MultitagError:
            continue  # the same one ends the leader, whose next order tells so


def train_together(train: Callable[..., Value], *arguments: Any) -> Value:
    """Call a function with the same arguments in all processes; return what it returns here.

    Raises
    ------
    LostProcessError
        If another process ends meanwhile.
    """
    if n_processes() > 1:
        _send(TRAIN, *arguments)
    return train(*arguments)


def from_leader(compute: Callable[[], Value]) -> Value:
    """Compute something in the leader only, and return it in all processes, which have to call this together."""
    if n_processes() == 1:
        return compute()
    if follows():
        return _sent()[0]  # type: ignore[no-any-return]
    value = compute()
    _send(value)
    return value


def leader_first(compute: Callable[[], Value]) -> Value:
    """Compute something in the leader, then in the others, which find the files that it has left."""
    if n_processes() == 1:
        return compute()
    if follows():
        _sent()
        return compute()
    value = compute()
    _send(None)
    return value


def any_of(here: int | None) -> int | None:
    """Return the number that the first process has that has one; all have to call this together."""
    if n_processes() == 1:
        return here
    from torch import distributed

    numbers: list[int | None] = [None] * n_processes()
    distributed.all_gather_object(numbers, here, group=_orders())
    return next((number for number in numbers if number is not None), None)


def gathered(content: bytes) -> list[bytes]:
    """Return what each process has, in the leader; an empty list in the others."""
    from torch import distributed

    contents: list[Any] | None = None if follows() else [None] * n_processes()
    distributed.gather_object(content, contents, dst=0, group=_orders())
    return contents or []


@contextmanager
def lost_processes_told() -> Iterator[None]:
    """Turn what torch raises when a connection breaks within the block into one line.

    Raises
    ------
    LostProcessError
        If another process has gone.
    """
    try:
        yield
    except RuntimeError as error:  # gloo and NCCL have no class of their own for it
        if n_processes() == 1 or not _is_of_a_connection(error):
            raise
        raise LostProcessError(
            "another process of this training ended, so it cannot go on; to continue from the newest checkpoint, start "
            "all of them again with --resume"
        ) from error


def _is_of_a_connection(error: RuntimeError) -> bool:
    from torch import distributed

    said = str(error).lower()
    return isinstance(error, distributed.DistError) or any(word in said for word in ("gloo", "nccl", "connection"))


@cache
def _connect() -> None:
    """Meet the other processes; once, however often they train."""
    import torch
    from accelerate import PartialState

    PartialState(cpu=not torch.accelerator.is_available())
    _orders()


@cache
def _orders() -> ProcessGroup:
    """Return a channel of its own, through which values go from process to process, however long that takes."""
    from torch import distributed

    group: ProcessGroup = distributed.new_group(backend="gloo", timeout=LONGEST_WAIT)
    return group


def _send(*values: Any) -> None:
    from torch import distributed

    with lost_processes_told():
        distributed.broadcast_object_list([values], src=0, group=_orders())


def _sent() -> Any:
    from torch import distributed

    values: list[Any] = [None]
    try:
        distributed.broadcast_object_list(values, src=0, group=_orders())
    except RuntimeError as error:
        raise LeaderError("the leading process is gone") from error
    return values[0]

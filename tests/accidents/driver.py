"""Runs multitag's commands in forked children, so that a hundred of them import torch once; and kills them.

A line of JSON in is a command, a line out is how it ended. Run by conftest.py.
"""

from __future__ import annotations

import faulthandler
import gc
import importlib
import json
import os
import re
import resource
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from multitag.cli.main import run
from undrawn import plots_undrawn

WARM = (
    "multitag.jobs.train.bundling", "multitag.jobs.train.one_split", "multitag.jobs.train.folds",
    "multitag.training.fine_tune", "filelock", "accelerate", "pydantic",
    "pandas", "pyarrow.parquet", "sklearn.metrics", "sklearn.isotonic", "iterstrat.ml_stratifiers", "jinja2", "yaml",
    "matplotlib.pyplot", "onnx", "onnxruntime.quantization", "torch.onnx", "transformers.models.distilbert",
    "transformers.models.auto.modeling_auto", "torch._dynamo", "matplotlib.backends.backend_svg",
    "pyarrow.pandas_compat", "multitag.training.trainer.trainer_args",
    "torch.onnx._internal.torchscript_exporter.symbolic_opset17",
)  # fmt: skip

GIVE_UP = 200  # seconds


def main() -> None:
    for name in WARM:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # or each child copies all that is imported as it collects garbage, a fifth of its time
    os.fsync = lambda descriptor: None  # type: ignore[assignment]  # what dies here is a process, not the machine
    with plots_undrawn():  # nothing is written while they are drawn
        for line in sys.stdin:
            order = json.loads(line)
            print(json.dumps(_run(order)), flush=True)


def _run(order: dict[str, Any]) -> dict[str, Any]:
    """Run a command to its end, killed at its time if it has one; in several processes, as torchrun does."""
    started = time.monotonic()
    reading, writing = os.pipe()  # not a file, as files are limited
    os.set_blocking(reading, False)
    children = []
    for each in _of_each_process(order):
        children.append(os.fork())
        if children[-1] == 0:
            _be_the_command(each, writing)
    os.close(writing)
    output, statuses, killed = bytearray(), {}, False
    while len(statuses) < len(children):
        for child in children:
            ended, status = (0, 0) if child in statuses else os.waitpid(child, os.WNOHANG)
            if ended:
                statuses[child] = os.waitstatus_to_exitcode(status)
                if statuses[child]:  # torchrun ends the others
                    for other in set(children) - set(statuses):
                        os.kill(other, signal.SIGTERM)
        if not killed and time.monotonic() - started >= order.get("kill_after", 1e9):
            for child in set(children) - set(statuses):
                os.kill(child, signal.SIGKILL)
            killed = True
        try:
            output += os.read(reading, 1 << 16)
        except BlockingIOError:
            time.sleep(0.001)
    while rest := os.read(reading, 1 << 16):
        output += rest
    os.close(reading)
    return {
        "status": statuses[children[0]],
        "output": output.decode(),
        "seconds": time.monotonic() - started,
    }


def _of_each_process(order: dict[str, Any]) -> list[dict[str, Any]]:
    """Divide an order among processes; what is armed is armed in one of them."""
    n_processes = order.get("processes", 1)
    if n_processes == 1:
        return [order]
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    team = {"WORLD_SIZE": n_processes, "LOCAL_WORLD_SIZE": n_processes, "MASTER_ADDR": "localhost", "MASTER_PORT": port}
    plain = {key: value for key, value in order.items() if key not in ("call", "file")}
    return [
        (order if rank == order.get("armed", 0) else plain)
        | {"environment": {name: str(value) for name, value in {**team, "RANK": rank, "LOCAL_RANK": rank}.items()}}
        for rank in range(n_processes)
    ]


def _be_the_command(order: dict[str, Any], out: int) -> NoReturn:
    """Run a command in the child; never return, nor end as Python ends, which would wait for the parent's threads."""
    status = 1
    try:
        os.dup2(out, 1)
        os.dup2(out, 2)
        # As at a terminal: what a shell starts in the background has Ctrl-C ignored, and children inherit that.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        faulthandler.dump_traceback_later(GIVE_UP, exit=True)  # a test that hangs should say where
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.environ.update(order.get("environment", {}))
        tempfile.tempdir = None  # found again
        if "call" in order:
            _arm_a_call(**order["call"])
        if "file" in order:
            _arm_a_file(**order["file"])
        sys.argv = ["multitag", *order["argv"]]
        run()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _arm_a_call(function: str, number: int, signal_number: int, after: bool) -> None:
    """Have a signal sent to the child when a function is called, or when it returns, for the so manieth time."""
    module, _, path = function.partition(":")
    *owners, name = path.split(".")
    owner: Any = importlib.import_module(module)
    for each in owners:
        owner = getattr(owner, each)
    original: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def armed(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number and not after:
            os.kill(os.getpid(), signal_number)
        result = original(*args, **kwargs)
        if calls == number and after:
            os.kill(os.getpid(), signal_number)
        return result

    setattr(owner, name, armed)


def _arm_a_file(name: str, size: int, number: int, kill: bool) -> None:
    """Have the kernel end the child, or refuse to write on, when the manieth file of a name has grown to a size.

    The limit is on all files, so it is set when that one is opened. Python tells when it opens a file; of what
    Rust and C++ open, only their callers know.
    """
    import safetensors.torch
    import torch
    from transformers import PreTrainedTokenizerFast

    signal.signal(signal.SIGXFSZ, signal.SIG_DFL if kill else signal.SIG_IGN)
    opened = 0

    def opening(path: Any) -> None:
        nonlocal opened
        staged = re.compile(rf"\.{re.escape(name)}\.[0-9a-f]{{8}}\.partial")
        if isinstance(path, (str, os.PathLike)) and (Path(path).name == name or staged.fullmatch(Path(path).name)):
            opened += 1
            if opened == number:
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def audit(event: str, args: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR):
            opening(args[0])

    sys.addaudithook(audit)
    _before(torch, "save", lambda _, path, *rest, **options: opening(path))
    _before(safetensors.torch, "serialize_file", lambda _, path, *rest, **options: opening(path))
    _before(PreTrainedTokenizerFast, "_save_pretrained", lambda *_, **options: opening("tokenizer.json"))


def _before(owner: Any, name: str, first: Callable[..., None]) -> None:
    original = getattr(owner, name)

    def both(*args: Any, **kwargs: Any) -> Any:
        first(*args, **kwargs)
        return original(*args, **kwargs)

    setattr(owner, name, both)


if __name__ == "__main__":
    main()

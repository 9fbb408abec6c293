"""Runs multitag's commands in forked children, so that a hundred of them import torch once; and kills them.

A line of JSON in is a command, a line out is how it ended. Run by conftest.py.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WARM = (
    "multitag.run", "multitag.cli.main", "multitag.training.fine_tune", "filelock", "accelerate", "pydantic",
    "pandas", "pyarrow.parquet", "sklearn.metrics", "sklearn.isotonic", "iterstrat.ml_stratifiers", "jinja2", "yaml",
    "matplotlib.pyplot", "onnx", "onnxruntime.quantization", "torch.onnx", "transformers.models.distilbert",
    "transformers.models.auto.modeling_auto", "torch._dynamo", "matplotlib.backends.backend_svg",
    "pyarrow.pandas_compat", "multitag.training.trainer_args",
    "torch.onnx._internal.torchscript_exporter.symbolic_opset17",
)  # fmt: skip


def main() -> None:
    for name in WARM:
        importlib.import_module(name)
    for line in sys.stdin:
        order = json.loads(line)
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            _be_the_command(order)
        status = _wait(child, order)
        seconds = time.monotonic() - started
        print(json.dumps({"status": os.waitstatus_to_exitcode(status), "seconds": seconds}), flush=True)


def _wait(child: int, order: dict[str, Any]) -> int:
    """Wait for a child's end, and send it signals at their times."""
    started = time.monotonic()
    signals = list(order.get("signals", ()))  # [seconds, number] each
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        while signals and time.monotonic() - started >= signals[0][0]:
            os.kill(child, signals.pop(0)[1])
        time.sleep(0.001)


def _be_the_command(order: dict[str, Any]) -> None:
    out = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if "call" in order:
        _arm_a_call(**order["call"])
    if "file" in order:
        _arm_a_file(**order["file"])
    from multitag.cli.main import run

    sys.argv = ["multitag", *order["argv"]]
    status = 1
    try:
        run()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        import traceback

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
        if isinstance(path, (str, os.PathLike)) and Path(path).name == name:
            opened += 1
            if opened == number:
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def audit(event: str, args: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR):
            opening(args[0])

    sys.addaudithook(audit)
    _before(torch, "save", lambda _, path, *rest, **options: opening(path))
    _before(safetensors.torch, "serialize_file", lambda _, path, *rest, **options: opening(path))
    _before(
        PreTrainedTokenizerFast, "_save_pretrained",
        lambda _, folder, *rest, **options: opening(Path(folder) / "tokenizer.json"),
    )  # fmt: skip


def _before(owner: Any, name: str, first: Callable[..., None]) -> None:
    original = getattr(owner, name)

    def both(*args: Any, **kwargs: Any) -> Any:
        first(*args, **kwargs)
        return original(*args, **kwargs)

    setattr(owner, name, both)


if __name__ == "__main__":
    main()

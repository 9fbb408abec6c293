"""Settings of scoring a large input on many cores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from multitag.config.evaluation import PolicyName
from multitag.config.model import BackendName, DeviceName
from multitag.config.setting import Option, Range, Section, require

MAIN, RUN = Option(main=True), Option(panel="Run")


@dataclass(frozen=True)
class ScoreConfig(Section):
    """How a large input is scored.

    Parameters
    ----------
    text : str, tuple of str or None
        Column of the texts; by default the bundle's.
    id : str or None
        Column copied to the output as id.
    delimiter : str or None
        What stands between the cells of CSV files; by default detected in each.
    backend : {"auto", "fast", "onnx", "onnx-int8", "openvino", "torch"}
        Backend to predict with; auto is onnx, or torch where the bundle has no graph. fast is refused.
    device : {"auto", "cpu", "cuda"}
        What computes; auto is a GPU where torch or ONNX Runtime sees one, else the CPU, which it is on a cluster.
    policy : str or None
        What decides: tuned thresholds, the fixed one, or the guarantee's; by default the bundle's.
    max_bad_rows : int
        Rows that may be set aside in quarantine/ before the job stops.
    part_rows : int
        Rows of a part, which is committed as a whole; of JSONL about as many.
    address : str or None
        Ray cluster, such as ray://head:10001; by default one is started on this machine and ended.
    actors : int or None
        Processes that score, each with a model of its own; by default as many as there are cores for.
    threads_per_actor : int
        Cores that each of these takes.
    """

    text: Annotated[str | tuple[str, ...] | None, MAIN] = None
    id: Annotated[str | None, MAIN] = None
    delimiter: Annotated[str | None, MAIN] = None
    backend: Annotated[BackendName, MAIN] = "auto"
    device: Annotated[DeviceName, MAIN] = "auto"
    policy: Annotated[PolicyName | None, MAIN] = None
    max_bad_rows: Annotated[int, Range(at_least=0), MAIN] = 100
    part_rows: Annotated[int, Range(at_least=1, at_most=1_000_000), MAIN] = 16_384
    address: Annotated[str | None, RUN] = None
    actors: Annotated[int | None, Range(at_least=1), RUN] = None
    threads_per_actor: Annotated[int, Range(at_least=1, at_most=256), RUN] = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        require_one_backend(self.backend)


def require_one_backend(backend: BackendName) -> None:
    """Refuse a backend that each of several processes would choose for itself.

    Raises
    ------
    ConfigError
        If it is ``"fast"``.
    """
    require(
        backend != "fast",
        "backend: each worker would choose another for fast, so rows would differ by who scored them; name one, such "
        "as openvino",
    )

from __future__ import annotations

from types import SimpleNamespace

import pytest

from multitag.config.score import ScoreConfig
from multitag.errors import ClusterError, ConfigError
from multitag.inference.backends.device import Gpu
from multitag.scale import gpus as module
from multitag.scale.gpus import choose_device, share_gpus


def ray(gpus: int) -> SimpleNamespace:
    return SimpleNamespace(cluster_resources=lambda: {"CPU": 16.0, **({"GPU": float(gpus)} if gpus else {})})


@pytest.mark.parametrize(("gpus", "device", "actors", "expected"), [
    (0, "cpu", None, (16, 0.0)), (4, "cpu", None, (16, 0.0)), (0, "auto", None, (16, 0.0)),
    (4, "cuda", None, (4, 1.0)), (4, "auto", 2, (2, 1.0)), (1, "cuda", 3, (3, 0.3333)),
    (3, "cuda", 4, (4, 0.5)),  # two of them on one GPU: three quarters each would never find room
])  # fmt: skip
def test_a_worker_a_gpu_or_several_on_each(gpus, device, actors, expected):
    assert share_gpus(ray(gpus), device, 16, actors) == expected


def test_a_cluster_without_a_gpu_is_one_line():
    with pytest.raises(ClusterError, match="Ray counts none; start its machines with ray start --num-gpus"):
        share_gpus(ray(0), "cuda", 16, None)


def test_a_cluster_computes_on_cpus_unless_told_otherwise(monkeypatch):
    monkeypatch.setattr(module, "find_gpu", lambda device, backend: Gpu("torch", required=False))
    assert choose_device(ScoreConfig()) == "auto"
    assert choose_device(ScoreConfig(address="head:6379")) == "cpu"
    assert choose_device(ScoreConfig(address="head:6379", device="cuda")) == "cuda"
    monkeypatch.setattr(module, "find_gpu", lambda device, backend: None)
    assert choose_device(ScoreConfig()) == "cpu"


def test_a_gpu_is_refused_before_any_file_is_read(monkeypatch):
    def refuse(device, backend):
        raise ConfigError("device: no GPU for cuda")

    monkeypatch.setattr(module, "find_gpu", refuse)
    from multitag.scale.job import score_files

    with pytest.raises(ConfigError, match="no GPU"):
        score_files("not-there", "nor-this", "out", settings=ScoreConfig(device="cuda"))

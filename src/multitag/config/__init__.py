"""Settings of a run: frozen dataclasses, one module a section."""

from multitag.config.data import DataConfig, ShapeName, TableConfig, UnknownRule, Unlabelled
from multitag.config.evaluation import CalibrationName, EvaluationConfig, PolicyName
from multitag.config.model import BackendName, DeviceName, ExportConfig, LongTexts, ModelConfig, Pool, RecipeName
from multitag.config.split import NearDuplicatesRule, SplitConfig, SplitMethod
from multitag.config.training import LossName, Precision, TrainingConfig
from multitag.config.whole import Config

__all__ = [
    "BackendName", "CalibrationName", "Config", "DataConfig", "DeviceName", "EvaluationConfig", "ExportConfig",
    "LongTexts", "LossName", "ModelConfig", "NearDuplicatesRule", "PolicyName", "Pool", "Precision", "RecipeName",
    "ShapeName", "SplitConfig", "SplitMethod", "TableConfig", "TrainingConfig", "UnknownRule", "Unlabelled",
]  # fmt: skip

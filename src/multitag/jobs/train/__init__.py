"""``multitag train``: read, split, train, measure, bundle, export."""

from multitag.jobs.train.job import Run, train

__all__ = ["Run", "train"]

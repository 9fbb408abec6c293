"""``multitag search``: settings tried on inner folds, the best measured on rows that no trial saw."""

from multitag.jobs.search.job import FinishedSearch, search

__all__ = ["FinishedSearch", "search"]

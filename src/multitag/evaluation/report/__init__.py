"""The report of a run: one HTML file that needs nothing else, for a person who was not there."""

from multitag.report.page import build_report

__all__ = ["build_report"]

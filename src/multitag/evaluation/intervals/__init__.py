"""Intervals of figures and of differences."""

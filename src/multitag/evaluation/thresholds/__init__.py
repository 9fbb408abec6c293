"""Thresholds: what they are tuned for, and the search."""

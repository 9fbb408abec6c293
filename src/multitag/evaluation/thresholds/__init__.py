"""Thresholds: what they are tuned for, and how they are found."""

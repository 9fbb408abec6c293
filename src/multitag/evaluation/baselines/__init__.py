"""Simpler models on the same rows, and what sets them apart from the one trained."""

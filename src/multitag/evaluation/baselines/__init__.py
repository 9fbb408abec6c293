"""Simpler models on the same rows, compared with the one that was trained."""

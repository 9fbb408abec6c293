"""Figures of probabilities and decisions."""

"""Probabilities that mean what they say: methods, fitting, reliability."""

"""The figures of probabilities and decisions."""

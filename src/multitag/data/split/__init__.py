"""Rows to sides and folds, and what is done about rare labels."""

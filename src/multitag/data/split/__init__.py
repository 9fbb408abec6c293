"""Rows to sides and folds, and what becomes of rare labels."""

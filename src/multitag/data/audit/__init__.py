"""Findings about rows, columns, texts and labels of a table."""

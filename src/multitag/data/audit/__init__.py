"""Findings about the rows, columns, texts and labels of a table."""

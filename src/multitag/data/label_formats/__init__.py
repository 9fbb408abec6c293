"""From cells to labels: separators, lists, vectors, indicator columns, ids and their names."""

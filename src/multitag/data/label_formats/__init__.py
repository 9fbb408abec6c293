"""From cells to labels: separators, lists, indicator columns, ids and their names."""

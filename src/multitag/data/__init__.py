"""From a file to a Table, its audit and its split."""

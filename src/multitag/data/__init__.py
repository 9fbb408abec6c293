"""From files to a table, and from a table to its sides."""

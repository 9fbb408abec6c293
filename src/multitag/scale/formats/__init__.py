"""How a file of each format is cut into parts, and how a part is read again: one module a format."""

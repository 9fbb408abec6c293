"""Cells of a large table on disk, and views of its texts that are read when they are asked for."""

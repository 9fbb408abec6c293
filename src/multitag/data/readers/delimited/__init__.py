"""Delimited text, CSV and its kin, to records: dialect, header, delimiters."""

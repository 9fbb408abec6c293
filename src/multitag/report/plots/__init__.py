"""Plots as SVG inside a page, one module a kind."""

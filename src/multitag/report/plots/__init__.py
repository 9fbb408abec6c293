"""Plots as SVG inside the page, one module a kind."""

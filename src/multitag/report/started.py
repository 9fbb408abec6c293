"""What is to be said of a bundle that was made of its labels' names alone."""

from __future__ import annotations

STARTED = (
    "made of the labels' names alone (multitag start): it was trained on no row and measured on none, and its "
    "probabilities are only a guide to the order of texts and labels"
)

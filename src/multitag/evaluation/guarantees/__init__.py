"""Conformal guarantees of recall or precision."""

"""Texts to probabilities to labels, without anything that training needs."""

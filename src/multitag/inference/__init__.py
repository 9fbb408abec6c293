"""A bundle to predictions, without what training needs."""

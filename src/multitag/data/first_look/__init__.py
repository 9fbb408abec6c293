"""A table seen for the first time: which columns are texts and labels, by their cells."""

"""What one cell of labels may look like: separated names, lists, objects, other notations."""

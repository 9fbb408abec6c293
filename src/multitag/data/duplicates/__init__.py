"""Equal and nearly equal texts, and the groups they make."""

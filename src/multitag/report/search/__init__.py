"""The page of a search: what was tried, what mattered, and whether it helped."""

"""Which rows go into a step, in which order, and how they are padded."""

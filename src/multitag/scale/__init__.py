"""A large input on many cores or machines: cut into parts, each scored and committed once, whatever dies meanwhile."""

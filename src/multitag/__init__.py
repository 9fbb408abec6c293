"""multitag."""

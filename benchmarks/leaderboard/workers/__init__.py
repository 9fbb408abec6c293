"""Scripts that run other tools in environments of their own, where multitag is not installed."""

"""Load on ``multitag serve``: python -m benchmarks.serving BUNDLE."""

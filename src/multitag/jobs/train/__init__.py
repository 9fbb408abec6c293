"""jobs/train."""

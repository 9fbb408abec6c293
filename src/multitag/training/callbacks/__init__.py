"""What watches a training: its progress, its time, and the signals that stop it."""

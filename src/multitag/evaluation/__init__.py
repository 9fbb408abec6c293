"""Arrays in, figures out: no model, no Trainer, no prose."""

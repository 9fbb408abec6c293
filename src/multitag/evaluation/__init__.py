"""From arrays of probabilities to figures, thresholds and the report: no model, no Trainer."""

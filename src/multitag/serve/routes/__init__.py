"""What is asked and answered: prediction, explanation, the model, health, documentation, dialects."""

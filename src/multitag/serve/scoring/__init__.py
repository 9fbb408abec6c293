"""From waiting texts to their probabilities: the model, its queue, threads, cache and replacement."""

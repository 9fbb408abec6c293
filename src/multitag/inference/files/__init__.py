"""Files of texts to files of predictions."""

"""Fine-tuning by the Hugging Face Trainer: rates, checkpoints, progress."""

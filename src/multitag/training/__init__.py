"""The Hugging Face Trainer, wired: losses, optimiser, batches, checkpoints, teacher."""

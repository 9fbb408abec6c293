"""The Hugging Face Trainer made ours: its arguments, its batches and loss, and a training from start to end."""

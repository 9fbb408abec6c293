"""A DistilBERT block's training pass written out for processors with bfloat16 arithmetic."""

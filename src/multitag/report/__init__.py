"""What people read, made from results: the page, the model card, tables."""

"""What people read, made from results: the page, its sections and plots, tables, the model card."""

"""How a model is trained: the whole of it, or a linear head on the frozen encoder; and which of the two is kept."""

"""How far a figure, or a difference of two, would move with other rows."""

"""How labels stand in a table: in one cell, in several, or in a column each."""

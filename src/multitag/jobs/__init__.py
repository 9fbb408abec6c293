"""The jobs behind the commands: each decides, and calls the rooms above in order."""

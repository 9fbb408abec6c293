"""What the commands do: a job decides, and calls the other rooms in order."""

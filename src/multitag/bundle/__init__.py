"""The folder a run leaves: written whole, verified whole, no code and no pickle in it."""

"""The folder that leaves: written whole, verified whole, no code and no pickle in it."""

"""A bundle over HTTP: bounded, batched, measured, and replaced while it answers."""

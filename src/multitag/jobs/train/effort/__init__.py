"""``--minutes``: how fast this machine trains, what a run would take, and what it gives up to fit."""

"""What a command is doing: its stages, the lines that show them, and where the time went."""

from multitag.stages.watch import Stage, Watch, duration, stage, unseen, watching

__all__ = ["Stage", "Watch", "duration", "stage", "unseen", "watching"]

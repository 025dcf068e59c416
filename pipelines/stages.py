"""The stages of a generation, in order: what `generation.py` runs, and commands of their own."""

STAGES = ("plan", "sample", "verify", "select", "train", "evaluate", "gate")

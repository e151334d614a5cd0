"""What may be wrong with a training run, and how that is measured."""

from funclab.training.diagnosis.conditions import Evidence, Finding

__all__ = ["Evidence", "Finding"]

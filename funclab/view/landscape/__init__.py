"""The loss around a training run: on a plane through its end, or between two models."""

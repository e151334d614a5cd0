"""What may be wrong with a training run, and how that is measured."""

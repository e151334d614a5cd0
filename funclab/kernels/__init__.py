"""Loops over arrays. Knows nothing of ops, tensors or graphs."""

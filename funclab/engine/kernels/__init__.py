"""Loops over arrays. They know nothing about ops, tensors or graphs."""

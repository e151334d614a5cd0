"""Loops over the steps of sequences."""

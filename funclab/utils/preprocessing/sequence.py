"""Sequences of one length."""

from funclab.errors.missing_names import guard
from funclab.utils import pad_sequences

__all__ = ["pad_sequences"]

guard(__name__, name="funclab.preprocessing.sequence")

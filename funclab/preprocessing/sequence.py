"""Sequences of one length."""

from funclab.missing import guard
from funclab.utils import pad_sequences

__all__ = ["pad_sequences"]

guard(__name__)

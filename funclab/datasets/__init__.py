"""Small data sets that come with funclab, real ones and made ones: nothing is fetched."""

from funclab.datasets import digits, headlines, spots
from funclab.missing import guard

__all__ = ["digits", "headlines", "spots"]

guard(__name__)
